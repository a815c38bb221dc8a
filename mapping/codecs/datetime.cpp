#include <algorithm>
#include <charconv>

#include "mapping/codecs/date_pattern.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/iso_time.h"
#include "mapping/codecs/locale.h"
#include "mapping/codecs/single.h"
#include "mapping/codecs/zone.h"

namespace counterpart::codecs {
namespace {

using std::chrono::microseconds;

constexpr std::string_view kDatetimeUsage =
    "datetime, datetime(seconds), datetime(epoch_s), datetime(epoch_ms) or "
    "datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin')";

class InstantCodec : public SingleCodec<Instant> {
 public:
  Value narrow(const Value& value) const final {
    const auto* instant = std::get_if<Instant>(&value);
    return instant == nullptr ? value : Value(held(*instant));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const final { return narrow(old) == poor ? old : poor; }

  std::string_view kind() const final { return "instant"; }

 protected:
  static Problem out_of_range(Instant instant) {
    return {"'" + describe(instant) + "' is no time of the years 0001 to 9999", "correct the time in the record"};
  }

 private:
  /// What the spelling of the instant is read as.
  virtual Instant held(Instant instant) const = 0;
};

class IsoInstantCodec final : public InstantCodec {
 public:
  explicit IsoInstantCodec(microseconds precision) : precision_(precision) {}

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto instant = raw.is_text() ? parse_iso_instant(trimmed(raw.text())) : std::nullopt;
    if (!instant) {
      return not_a(raw, "time like 2026-12-31T22:30:00Z",
                   "correct the time in the record, or name pattern and zone in the mapping");
    }
    return Value(held(*instant));
  }

  Printed print_present(const Instant& value) const override {
    auto text = print_iso_instant(held(value));
    if (!text) return out_of_range(value);
    return Native(*std::move(text));
  }

  Instant held(Instant instant) const override {
    const microseconds rest = instant.time_since_epoch() % precision_;
    return instant - (rest < microseconds(0) ? rest + precision_ : rest);
  }

  microseconds precision_;
};

/// Since 1970, UTC, as a JSON number; digits in a text are read, too.
class EpochCodec final : public InstantCodec {
 public:
  explicit EpochCodec(microseconds unit) : unit_(unit) {}

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto number = raw.is_number() || raw.is_text() ? Decimal::parse(trimmed(raw.plain())) : std::nullopt;
    const auto count = number && number->is_integer() ? whole_of(*number) : std::nullopt;
    if (count && *count >= kFirst / unit_ && *count <= kLast / unit_) return Value(Instant(*count * unit_));
    return not_a(raw,
                 unit_ == std::chrono::seconds(1) ? "time in seconds since 1970" : "time in milliseconds since 1970");
  }

  Printed print_present(const Instant& value) const override {
    return Native(Native::Number{std::to_string(count_of(value))});
  }

  Instant held(Instant instant) const override { return Instant(count_of(instant) * unit_); }

  std::int64_t count_of(Instant instant) const {
    const microseconds since = instant.time_since_epoch();
    return since / unit_ - (since % unit_ < microseconds(0) ? 1 : 0);
  }

  static std::optional<std::int64_t> whole_of(const Decimal& number) {
    const std::string digits = number.print();
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(count) : std::nullopt;
  }

  // The years 0001 to 9999, which all other spellings hold.
  static constexpr microseconds kFirst{-62'135'596'800'000'000};
  static constexpr microseconds kLast{253'402'300'799'999'999};

  microseconds unit_;
};

class PatternInstantCodec final : public InstantCodec {
 public:
  PatternInstantCodec(std::string form, CompiledPattern compiled, Zone zone)
      : form_(std::move(form)), compiled_(std::move(compiled)), zone_(std::move(zone)) {}

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto local = raw.is_text() ? compiled_.pattern->parse(trimmed(raw.text())) : std::nullopt;
    if (!local) {
      return not_a(raw, "time of the form " + form_,
                   "correct the time in the record, or change the pattern in the mapping");
    }
    const auto instant = zone_.to_instant(*local);
    if (!instant) {
      return Problem{shown(raw) + " does not exist in " + zone_.name() + ", where clocks are put forward over it",
                     "correct the time in the record"};
    }
    return Value(*instant);
  }

  Printed print_present(const Instant& value) const override {
    const LocalTime local = shown_at(value);
    if (!is_writable(local) || !zone_.to_instant(local)) return out_of_range(value);
    return Native(compiled_.pattern->print(local));
  }

  Instant held(Instant instant) const override { return zone_.to_instant(shown_at(instant)).value_or(instant); }

  LocalTime shown_at(Instant instant) const {
    const LocalTime local = zone_.to_local(instant);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    return day + (local - day) / compiled_.precision * compiled_.precision;
  }

  std::string form_;
  CompiledPattern compiled_;
  Zone zone_;
};

CodecPtr make_iso(const Specification& specification) {
  constexpr std::string_view kWords[] = {"seconds", "epoch_s", "epoch_ms"};
  if (specification.arguments.empty()) return std::make_shared<IsoInstantCodec>(microseconds(1));
  const Argument& argument = specification.arguments[0];
  const bool is_word = std::ranges::find(kWords, argument.text) != std::end(kWords);
  if (argument.text.find_first_of("yMdHhms") != std::string::npos && !is_word) {
    throw SpecificationError("the zone is missing: write " + std::string(kDatetimeUsage), argument.column);
  }
  switch (word_of(argument, kWords)) {
    case 0:
      return std::make_shared<IsoInstantCodec>(std::chrono::seconds(1));
    case 1:
      return std::make_shared<EpochCodec>(std::chrono::seconds(1));
    default:
      return std::make_shared<EpochCodec>(std::chrono::milliseconds(1));
  }
}

}  // namespace

CodecPtr make_datetime(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 3, kDatetimeUsage);
  const auto& arguments = specification.arguments;
  if (arguments.size() < 2) return make_iso(specification);
  auto zone = Zone::find(arguments[1].text);
  if (!zone) {
    throw SpecificationError("there is no time zone '" + arguments[1].text + "': write one like Europe/Berlin",
                             arguments[1].column);
  }
  const std::string locale = arguments.size() == 3 ? known_locale(arguments[2]) : std::string(kDefaultLocale);
  return std::make_shared<PatternInstantCodec>(
      arguments[0].text, compile_pattern(arguments[0], locale, PatternNeeds::date_and_time), *std::move(zone));
}

}  // namespace counterpart::codecs
