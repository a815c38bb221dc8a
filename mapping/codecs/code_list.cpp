#include "mapping/codecs/code_list.h"

#include <map>
#include <set>
#include <utility>

#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

std::string lookup_form(std::string_view spelling) {
  return folded(collapsed(spelling));
}

class CodeListCodec final : public SingleCodec<std::string> {
 public:
  CodeListCodec(std::string what, const std::vector<Code>& codes) : what_(std::move(what)) {
    for (const Code& code : codes) code_of_.emplace(lookup_form(code.canonical), code.canonical);
    add_printed(codes);
    add_other(codes);
  }

  std::string_view kind() const override { return "text"; }

  std::vector<Value> values() const override {
    std::vector<Value> all;
    for (const auto& [code, spelling] : printed_of_) all.emplace_back(code);
    return all;
  }

 private:
  void add_printed(const std::vector<Code>& codes) {
    std::map<std::string, int> uses;
    for (const Code& code : codes) ++uses[lookup_form(code.printed)];
    for (const Code& code : codes) {
      const std::string spelling = lookup_form(code.printed);
      const auto as_code = code_of_.find(spelling);
      const bool means_another = as_code != code_of_.end() && as_code->second != code.canonical;
      const bool clear = uses[spelling] == 1 && !means_another;
      printed_of_[code.canonical] = clear ? code.printed : code.canonical;
      if (clear) code_of_.emplace(spelling, code.canonical);
    }
  }

  void add_other(const std::vector<Code>& codes) {
    std::map<std::string, std::set<std::string>> meanings;
    for (const Code& code : codes) {
      meanings[lookup_form(code.printed)].insert(code.canonical);
      for (const std::string& spelling : code.read) meanings[lookup_form(spelling)].insert(code.canonical);
    }
    for (const auto& [spelling, meant] : meanings) {
      if (meant.size() == 1 && !spelling.empty()) code_of_.emplace(spelling, *meant.begin());
    }
  }

  Parsed parse_present(const Native& raw) const override {
    const auto found = raw.is_text() ? code_of_.find(lookup_form(raw.text())) : code_of_.end();
    if (found != code_of_.end()) return Value(found->second);
    return not_a(raw, what_ + " that is known", "correct it in the record, or map it with a table");
  }

  Printed print_present(const std::string& value) const override {
    const auto found = printed_of_.find(value);
    if (found != printed_of_.end()) return Native(found->second);
    return not_a(Native(value), what_ + " that is known", "give both sides of the field the same codec");
  }

  std::string what_;
  std::map<std::string, std::string, std::less<>> code_of_;     ///< by lookup form
  std::map<std::string, std::string, std::less<>> printed_of_;  ///< by code
};

}  // namespace

CodecPtr make_code_list(std::string what, const std::vector<Code>& codes) {
  return std::make_shared<CodeListCodec>(std::move(what), codes);
}

}  // namespace counterpart::codecs
