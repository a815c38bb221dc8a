#include "connectors/rest/moment.h"

#include <algorithm>
#include <charconv>
#include <memory>

namespace counterpart::rest {
namespace {

using std::chrono::microseconds;

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result.push_back(c);
    if (c == '\'') result.push_back(c);
  }
  return result + "'";
}

CodecPtr iso_codec() {
  return std::get<CodecPtr>(make_codec("datetime", Side::left, TableLookup()));
}

/// What of a time the pattern holds: its letters outside quotes tell.
microseconds unit_of(std::string_view pattern) {
  bool literal = false;
  bool seconds = false;
  for (const char c : pattern) {
    if (c == '\'') literal = !literal;
    if (literal) continue;
    if (c == 'S') return std::chrono::milliseconds(1);
    seconds = seconds || c == 's';
  }
  return seconds ? microseconds(std::chrono::seconds(1)) : microseconds(std::chrono::minutes(1));
}

Instant floor_to(Instant instant, microseconds unit) {
  auto rest = instant.time_since_epoch() % unit;
  if (rest.count() < 0) rest += unit;
  return instant - rest;
}

}  // namespace

MomentFormat::MomentFormat() : codec_(iso_codec()) {}

std::optional<MomentFormat> MomentFormat::make(const std::string& format, const std::string& zone, std::string& fault) {
  MomentFormat moment;
  if (format == "iso") return moment;
  if (format == "epoch_s" || format == "epoch_ms") {
    moment.kind_ = format == "epoch_s" ? Kind::epoch_s : Kind::epoch_ms;
    moment.unit_ = format == "epoch_s" ? microseconds(1'000'000) : microseconds(1'000);
    return moment;
  }
  const auto made =
      make_codec("datetime(" + in_quotes(format) + "," + in_quotes(zone) + ")", Side::left, TableLookup());
  if (const auto* error = std::get_if<CodecError>(&made)) {
    fault = error->what;
    return std::nullopt;
  }
  moment.codec_ = std::get<CodecPtr>(made);
  moment.unit_ = unit_of(format);
  return moment;
}

std::optional<Instant> MomentFormat::parse(const Native& raw) const {
  if (raw.is_null()) return std::nullopt;
  if (kind_ == Kind::codec) {
    const Parsed parsed = codec_->parse(raw);
    const auto* value = std::get_if<Value>(&parsed);
    const auto* instant = value != nullptr ? std::get_if<Instant>(value) : nullptr;
    return instant != nullptr ? std::optional(*instant) : std::nullopt;
  }
  const auto count = Decimal::parse(raw.plain());
  const auto micros = count ? Decimal::multiply(*count, Decimal(unit_.count())) : std::nullopt;
  if (!micros) return std::nullopt;
  const std::string text = micros->rounded(0).print();
  std::int64_t ticks = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Instant(microseconds(ticks));
}

Native MomentFormat::print(Instant instant) const {
  const Instant held = floor_to(instant, unit_);
  if (kind_ != Kind::codec) return Native::integer(held.time_since_epoch() / unit_);
  const Printed printed = codec_->print(Value(held));
  const auto* text = std::get_if<Native>(&printed);
  return text != nullptr ? *text : Native();
}

Native MomentFormat::print_since(Instant since, bool inclusive) const {
  constexpr auto kHour = std::chrono::hours(1);
  Instant start = inclusive ? since : floor_to(since, unit_) - unit_;
  if (kind_ != Kind::codec) return print(start);
  // At most two hours: the repeated hour's second reading, then its first.
  for (int i = 0; i < 2; ++i) {
    const Native text = print(start);
    if (!(text == print(start + kHour)) && !(text == print(start - kHour))) break;
    start -= kHour;
  }
  return print(start);
}

}  // namespace counterpart::rest
