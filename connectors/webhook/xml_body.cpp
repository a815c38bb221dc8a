#include <libxml/xmlreader.h>
#include <memory>

#include "connectors/webhook/body.h"

namespace counterpart::hook {
namespace {

constexpr int kDepthMost = 64;
constexpr std::size_t kNamesMost = 1'000;  ///< beside each other

struct FreeReader {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};

/// An element that is still open.
struct Open {
  std::string name;
  Native members{Native::Object{}};
  std::string text;
  bool nil = false;
};

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

/// Repeated names become an array.
void add(Native& object, const std::string& name, Native value) {
  Native* known = object.member(name);
  if (known == nullptr) {
    if (object.object().size() == kNamesMost) throw HookFormatError("too many different elements beside each other");
    object.set(name, std::move(value));
  } else if (known->is_array()) {
    known->array().push_back(std::move(value));
  } else {
    Native::Array both{std::move(*known), std::move(value)};
    *known = Native(std::move(both));
  }
}

/// An element without children is its text; with children or attributes an object, its text then as #text.
Native value_of(Open element) {
  if (element.nil) return Native();
  if (element.members.object().empty()) return Native(std::move(element.text));
  if (!is_blank(element.text)) element.members.set("#text", Native(std::move(element.text)));
  return std::move(element.members);
}

class Reader {
 public:
  explicit Reader(std::string_view text)
      : reader_(xmlReaderForMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)) {
    if (!reader_) throw HookFormatError("no XML");
  }

  Native read() {
    int more = xmlTextReaderRead(reader_.get());
    for (; more == 1; more = xmlTextReaderRead(reader_.get())) take();
    if (more != 0) refuse("this is no well-formed XML");
    return std::move(tree_);
  }

 private:
  void take() {
    switch (xmlTextReaderNodeType(reader_.get())) {
      case XML_READER_TYPE_DOCUMENT_TYPE:
        refuse("a document type is not taken");
      case XML_READER_TYPE_ENTITY_REFERENCE:
        refuse("an entity is not known");
      case XML_READER_TYPE_ELEMENT:
        open();
        break;
      case XML_READER_TYPE_END_ELEMENT:
        close();
        break;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_WHITESPACE:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        if (!path_.empty()) path_.back().text += text_of(xmlTextReaderConstValue(reader_.get()));
        break;
      default:
        break;
    }
  }

  void open() {
    if (path_.size() == kDepthMost) refuse("more than " + std::to_string(kDepthMost) + " levels");
    Open element;
    element.name = text_of(xmlTextReaderConstLocalName(reader_.get()));
    const bool empty = xmlTextReaderIsEmptyElement(reader_.get()) == 1;
    while (xmlTextReaderMoveToNextAttribute(reader_.get()) == 1) take_attribute(element);
    xmlTextReaderMoveToElement(reader_.get());
    path_.push_back(std::move(element));
    if (empty) close();
  }

  void take_attribute(Open& element) {
    if (xmlTextReaderIsNamespaceDecl(reader_.get()) == 1) return;
    const std::string name = text_of(xmlTextReaderConstLocalName(reader_.get()));
    std::string value = text_of(xmlTextReaderConstValue(reader_.get()));
    if (name == "nil") {
      element.nil = value == "true" || value == "1";
    } else {
      add(element.members, "@" + name, Native(std::move(value)));
    }
  }

  void close() {
    Open element = std::move(path_.back());
    path_.pop_back();
    const std::string name = element.name;
    add(path_.empty() ? tree_ : path_.back().members, name, value_of(std::move(element)));
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw HookFormatError(what + " (line " + std::to_string(xmlTextReaderGetParserLineNumber(reader_.get())) +
                          ", column " + std::to_string(xmlTextReaderGetParserColumnNumber(reader_.get())) + ")");
  }

  static std::string text_of(const xmlChar* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }

  std::unique_ptr<xmlTextReader, FreeReader> reader_;
  std::vector<Open> path_;
  Native tree_{Native::Object{}};
};

}  // namespace

Native xml_tree(std::string_view text) {
  constexpr std::size_t kBytesMost = std::size_t{64} * 1024 * 1024;  // libxml2 counts in int
  if (text.empty() || text.size() > kBytesMost) throw HookFormatError("no XML, or too much of it");
  return Reader(text).read();
}

}  // namespace counterpart::hook
