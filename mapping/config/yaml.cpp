#include <sstream>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "mapping/config/node.h"

namespace counterpart::config {
namespace {

constexpr std::size_t kAliasNodesMax = 1000;

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_nodes(item);
  for (const Node::Member& member : node.members) count += count_nodes(member.value);
  return count;
}

/// Fills `${env:…}` and `${file:…}` into scalars.
class Filler {
 public:
  Filler(const Interpolate& interpolate, Problems& problems) : interpolate_(interpolate), problems_(problems) {}

  void fill(Node& node) const {
    if (node.scalar.find("${") == std::string::npos) return;
    std::string out;
    std::string_view rest = node.scalar;
    while (!rest.empty()) rest = step(node, rest, out);
    if (out == node.scalar) return;
    node.scalar = std::move(out);
    node.text_begins.reset();
  }

 private:
  static bool begins_ours(std::string_view text) { return text.starts_with("${env:") || text.starts_with("${file:"); }

  /// Takes one character or one reference from `rest`; gives what is left.
  std::string_view step(Node& node, std::string_view rest, std::string& out) const {
    const bool escaped = rest.starts_with("$${") && (interpolate_ || begins_ours(rest.substr(1)));
    if (escaped) {
      out += "${";
      return rest.substr(3);
    }
    if (!begins_ours(rest)) {
      if (interpolate_ && rest.starts_with("${") && !node.left_reference) node.left_reference = place_of(node, rest);
      out += rest.front();
      return rest.substr(1);
    }
    const std::size_t end = rest.find('}');
    const std::size_t colon = rest.find(':');
    if (end == std::string_view::npos) {
      problems_.add(place_of(node, rest), "'" + std::string(rest.substr(0, colon + 1)) + "' has no closing }",
                    "write ${env:NAME} or ${file:PATH}, or $${ for a literal ${");
      node.unreadable = true;
      return {};
    }
    out += look_up(node, rest, rest.substr(2, colon - 2), rest.substr(colon + 1, end - colon - 1));
    node.interpolated = true;
    return rest.substr(end + 1);
  }

  std::string look_up(Node& node, std::string_view rest, std::string_view kind, std::string_view name) const {
    try {
      const auto value = interpolate_ && !name.empty() ? interpolate_(kind, name) : std::nullopt;
      if (value) return *value;
      add_missing(node, rest, kind, name);
    } catch (const InterpolationError& error) {
      problems_.add(place_of(node, rest), error.what(), error.remedy());
    }
    node.unreadable = true;
    return "";
  }

  void add_missing(const Node& node, std::string_view rest, std::string_view kind, std::string_view name) const {
    const std::string shown(name);
    if (!interpolate_) {
      problems_.add(place_of(node, rest), "${" + std::string(kind) + ":" + shown + "} has no meaning in this file",
                    "only a configuration file may use it");
    } else if (name.empty()) {
      problems_.add(place_of(node, rest), "${" + std::string(kind) + ":} names nothing",
                    "write ${env:NAME} or ${file:PATH}");
    } else if (kind == "env") {
      problems_.add(place_of(node, rest), "the environment variable '" + shown + "' is not set",
                    "set it where counterpart is started, or write ${file:PATH}");
    } else {
      problems_.add(place_of(node, rest), "the file '" + shown + "' cannot be read",
                    "make it, and let counterpart's user read it; relative paths start at the configuration's folder");
    }
  }

  static Place place_of(const Node& node, std::string_view rest) {
    return node.place_in(node.scalar.size() - rest.size());
  }

  const Interpolate& interpolate_;
  Problems& problems_;
};

/// Builds a Node from the parser's events: unlike YAML::Node they tell aliases and every duplicate.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& file, const Interpolate& interpolate, Problems& problems)
      : text_(text), file_(file), filler_(interpolate, problems), problems_(problems) {}

  Node take() {
    if (root_.place.line == 0) root_.place = {file_, 1, 1};
    return std::move(root_);
  }

  /// Whether more than one document began. What yaml-cpp cannot read at all (a comma), it leaves where it is, and finds
  /// another document there, and another.
  bool has_enough() const { return documents_ > 1; }

  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, characters_before(mark) + 1};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) {
      begins_ = mark.pos;
    } else if (mark.pos == begins_) {
      problems_.add(place(mark), "this is no valid YAML: nothing can begin so", "correct it here");
    } else {
      problems_.add(place(mark), "a second YAML document begins here", "keep one document a file");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = place(mark);
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    Node node;
    node.place = place(mark);
    if (found == anchors_.end()) {
      problems_.add(node.place, "an alias stands inside its own anchor", "write the value out");
    } else {
      alias_nodes_ += count_nodes(found->second);
      if (alias_nodes_ <= kAliasNodesMax) {
        node = found->second;
      } else if (!alias_problem_) {
        alias_problem_ = true;
        problems_.add(node.place, "aliases stand for more than " + std::to_string(kAliasNodesMax) + " values",
                      "write the values out");
      }
    }
    finish(std::move(node), YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.place = place(mark);
    node.scalar = value;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (tag != "?" && !node.quoted) refuse_tag(mark, tag);
    node.text_begins = find_text(mark, value);
    if (!awaits_key()) filler_.fill(node);
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<Node> key;  // of a map: read, its value not yet
  };

  bool awaits_key() const {
    return !frames_.empty() && frames_.back().node.kind == Node::Kind::map && !frames_.back().key;
  }

  void begin(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (tag != "?" && !tag.empty()) refuse_tag(mark, tag);
    Frame frame;
    frame.node.kind = kind;
    frame.node.place = place(mark);
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(frame.node), frame.anchor);
  }

  /// A complete value goes to where it belongs: the document, a list, a map's key or value.
  void finish(Node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (frames_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
    } else if (Frame& frame = frames_.back(); frame.node.kind == Node::Kind::list) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key = std::move(node);
    } else {
      const Node key = std::move(*frame.key);
      frame.key.reset();
      add_member(frame.node, key, std::move(node));
    }
  }

  void add_member(Node& map, const Node& key, Node value) {
    if (key.kind != Node::Kind::scalar) {
      problems_.add(key.place, "a key must be text, found " + key.shown(), "quote it if it is meant as text");
    } else if (key.scalar == "<<" && !key.quoted) {
      problems_.add(key.place, "merge keys (<<) are not supported",
                    "write the keys out, or give a whole value an alias");
    } else if (const Place* first = place_of_key(map, key.scalar)) {
      problems_.add(key.place, "the key '" + key.scalar + "' stands here twice",
                    "keep one of them; the first is in line " + std::to_string(first->line));
    } else {
      map.members.push_back({key.scalar, key.place, std::move(value)});
    }
  }

  static const Place* place_of_key(const Node& map, std::string_view key) {
    for (const Node::Member& member : map.members) {
      if (member.key == key) return &member.place;
    }
    return nullptr;
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    problems_.add(place(mark), "the YAML tag '" + tag + "' is not supported", "remove it");
  }

  /// Marks count bytes.
  int characters_before(const YAML::Mark& mark) const {
    const auto position = static_cast<std::size_t>(mark.pos);
    const auto column = static_cast<std::size_t>(mark.column);
    if (position > text_.size() || column > position) return mark.column;
    int count = 0;
    for (const char c : text_.substr(position - column, column)) {
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++count;
    }
    return count;
  }

  std::optional<int> find_text(const YAML::Mark& mark, const std::string& value) const {
    const auto position = static_cast<std::size_t>(mark.pos);
    if (position >= text_.size()) return std::nullopt;
    const std::size_t quote = text_[position] == '"' || text_[position] == '\'' ? 1 : 0;
    if (text_.substr(position + quote).substr(0, value.size()) != value) return std::nullopt;
    return static_cast<int>(quote);
  }

  std::string_view text_;
  const std::string& file_;
  Filler filler_;
  Problems& problems_;
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t alias_nodes_ = 0;
  bool alias_problem_ = false;
  int documents_ = 0;
  int begins_ = 0;  ///< the first document
};

/// yaml-cpp takes tabs for indentation in some places, and then misreads the structure.
void refuse_tabs(std::string_view text, const std::string& file, Problems& problems) {
  int line = 1;
  while (!text.empty()) {
    const std::string_view this_line = text.substr(0, text.find('\n'));
    const std::size_t first = this_line.find_first_not_of(" \t\r");
    const std::size_t tab = this_line.find('\t');
    if (first != std::string_view::npos && this_line[first] != '#' && tab < first) {
      problems.add({file, line, static_cast<int>(tab) + 1}, "a tab in the indentation", "indent with spaces");
    }
    text.remove_prefix(std::min(this_line.size() + 1, text.size()));
    ++line;
  }
}

}  // namespace

Node parse_yaml(std::string_view text, const std::string& file, const Interpolate& interpolate, Problems& problems) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  refuse_tabs(text, file, problems);
  Builder builder(text, file, interpolate, problems);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (!builder.has_enough() && parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& error) {
    problems.add(builder.place(error.mark), "this is no valid YAML: " + error.msg, "correct it here or just above");
  }
  return builder.take();
}

}  // namespace counterpart::config
