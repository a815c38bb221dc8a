#include "mapping/config/reference.h"

#include <algorithm>
#include <map>

namespace counterpart::config {
namespace {

/// A top-level key with more rows than these gets a table of its own.
constexpr std::size_t kSharedRowsMost = 8;
/// What a section takes that can be nothing else; its first key's row says what it is.
constexpr std::string_view kSection = "a map";
/// Fewer keys than these are told again rather than referred to.
constexpr std::size_t kRunLeast = 3;

/// Markdown that shows the text as it is; what stands in `…` is code already.
std::string escaped(std::string_view text) {
  std::string result;
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    const bool special = c == '|' || (!code && (c == '*' || c == '<' || c == '['));
    if (special) result += '\\';
    result += c;
  }
  return result;
}

std::string code(const std::string& text) {
  return "`" + text + "`";
}

/// What makes two keys the same to a reader.
std::string signature(const KeyDoc& key) {
  std::string text = key.key + "\n" + key.type + "\n" + key.default_text + "\n" + key.doc + "\n" + key.way + "{";
  for (const KeyDoc& inner : key.inner) text += signature(inner) + (inner.required ? "!" : "");
  return text + "}";
}

std::string signature(const std::vector<KeyDoc>& section) {
  std::string text;
  for (const KeyDoc& key : section) text += signature(key) + (key.required ? "!" : "");
  return text;
}

std::string as_sentence(std::string doc) {
  if (!doc.empty() && doc.back() != '.') doc += '.';
  return doc;
}

class Writer {
 public:
  /// The rows of one top-level key.
  std::vector<std::string> rows_of(const KeyDoc& key) {
    rows_.clear();
    add(key, "");
    return std::move(rows_);
  }

  /// Only those of the keys inside it.
  std::vector<std::string> rows_inside(const KeyDoc& key) {
    rows_.clear();
    const std::string inside = key.key + key.way;
    sections_.emplace(signature(key.inner), inside);
    add_all(key.inner, inside + ".");
    return std::move(rows_);
  }

 private:
  void row(const std::string& names, const std::string& doc, const std::string& takes) {
    const std::string lead = lead_.empty() ? "" : "*" + escaped(lead_) + "* ";
    rows_.push_back("| " + names + " | " + lead + escaped(doc) + " | " + takes + " |");
    lead_.clear();
  }

  void add(const KeyDoc& key, const std::string& section) {
    const std::string path = section + key.key;
    const std::string inside = path + key.way;
    std::string takes = escaped(key.type);
    if (!key.default_text.empty()) takes += " (" + code(key.default_text) + ")";
    if (key.required) takes = "**required**: " + takes;
    if (key.inner.empty()) {
      row(code(path), key.doc, takes);
      return;
    }
    const auto [told, fresh] = sections_.emplace(signature(key.inner), inside);
    if (!fresh) {
      row(code(path), as_sentence(key.doc) + " Keys as under " + code(told->second), takes);
      return;
    }
    const bool plain = key.type == kSection && key.way.empty() && !key.required;
    if (plain) {
      lead_ += (lead_.empty() ? "" : " ") + as_sentence(key.doc);
    } else {
      row(code(path), key.doc, takes);
    }
    add_all(key.inner, inside + ".");
  }

  void add_all(const std::vector<KeyDoc>& keys, const std::string& section) {
    for (std::size_t i = 0; i < keys.size();) {
      const std::size_t run = run_at(keys, i);
      if (run < kRunLeast) {
        add(keys[i], section);
        ++i;
        continue;
      }
      add_run({keys.begin() + static_cast<std::ptrdiff_t>(i), keys.begin() + static_cast<std::ptrdiff_t>(i + run)},
              section);
      i += run;
    }
    for (const KeyDoc& key : keys) leaves_.emplace(signature(key), section);
  }

  /// How many keys from there on stand in one section that was told before.
  std::size_t run_at(const std::vector<KeyDoc>& keys, std::size_t begin) const {
    std::string section;
    std::size_t end = begin;
    for (; end < keys.size() && keys[end].inner.empty(); ++end) {
      const auto told = leaves_.find(signature(keys[end]));
      if (told == leaves_.end() || (end > begin && told->second != section)) break;
      section = told->second;
    }
    return end - begin;
  }

  void add_run(const std::vector<KeyDoc>& keys, const std::string& section) {
    std::string names;
    std::string required;
    for (const KeyDoc& key : keys) {
      names += names.empty() ? code(section + key.key) : ", " + code("." + key.key);
      if (key.required) required += (required.empty() ? "" : ", ") + code(key.key);
    }
    std::string told = leaves_.at(signature(keys.front()));
    told.pop_back();
    row(names, "As under " + code(told), required.empty() ? "" : "**required**: " + required);
  }

  std::vector<std::string> rows_;
  std::string lead_;                             ///< what the section is that the next row begins
  std::map<std::string, std::string> sections_;  ///< signature → where it was told
  std::map<std::string, std::string> leaves_;    ///< signature → its section
};

std::string details(const std::string& summary, const std::vector<std::string>& rows) {
  std::string text = "<details><summary>" + summary + "</summary>\n\n| key | meaning | takes |\n|---|---|---|\n";
  for (const std::string& line : rows) text += line + "\n";
  return text + "\n</details>\n";
}

std::string reference(const std::vector<KeyDoc>& keys, Writer& writer) {
  std::vector<std::string> shared;
  std::string names;
  std::string rest;
  for (const KeyDoc& key : keys) {
    const std::string name = "<code>" + key.key + "</code>";
    Writer trial = writer;
    if (trial.rows_of(key).size() > kSharedRowsMost) {
      rest += details(name + ": " + key.doc, writer.rows_inside(key));
      continue;
    }
    names += (names.empty() ? "" : ", ") + name;
    std::vector<std::string> rows = writer.rows_of(key);
    std::move(rows.begin(), rows.end(), std::back_inserter(shared));
  }
  return (shared.empty() ? "" : details(names, shared)) + rest;
}

}  // namespace

std::vector<std::string> references(const std::vector<std::vector<KeyDoc>>& files) {
  Writer writer;
  std::vector<std::string> texts;
  for (const std::vector<KeyDoc>& keys : files) texts.push_back(reference(keys, writer));
  return texts;
}

}  // namespace counterpart::config
