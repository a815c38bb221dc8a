#include "mapping/codecs/date_pattern.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/locale.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

class DateCodec final : public SingleCodec<Date> {
 public:
  DateCodec(std::string form, std::shared_ptr<const DatePattern> pattern)
      : form_(std::move(form)), pattern_(std::move(pattern)) {}

  std::string_view kind() const override { return "date"; }

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto time = raw.is_text() ? pattern_->parse(trimmed(raw.text())) : std::nullopt;
    if (!time)
      return not_a(raw, "date of the form " + form_,
                   "correct the date in the record, or change the pattern in the mapping");
    return Value(Date(std::chrono::floor<std::chrono::days>(*time)));
  }

  Printed print_present(const Date& value) const override {
    const bool writable = value.ok() && is_writable(std::chrono::local_days(value));
    if (!writable) {
      return Problem{"'" + describe(value) + "' is no date of the years 0001 to 9999",
                     "correct the date in the record"};
    }
    return Native(pattern_->print(std::chrono::local_days(value)));
  }

  std::string form_;
  std::shared_ptr<const DatePattern> pattern_;
};

}  // namespace

CodecPtr make_date(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 2, "date, date('dd.MM.yyyy') or date('d. MMMM yyyy', de)");
  const auto& arguments = specification.arguments;
  const Argument pattern = arguments.empty() ? Argument{"yyyy-MM-dd", specification.column} : arguments[0];
  const std::string locale = arguments.size() == 2 ? known_locale(arguments[1]) : std::string(kDefaultLocale);
  return std::make_shared<DateCodec>(pattern.text, compile_pattern(pattern, locale, PatternNeeds::date).pattern);
}

}  // namespace counterpart::codecs
