#include <algorithm>

#include "mapping/codecs/address_format.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/locale.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kAddressKind = "address";
constexpr std::string_view kAddressPartsUsage =
    "address_parts, address_parts(region), or with the language of the country's name: address_parts(de)";
constexpr std::string_view kAddressBlockUsage =
    "address_block(DE) with the country of addresses that name none, or address_block(DE, de) with the language of "
    "other countries' names";

Value address_or_blank(PostalAddress address) {
  if (address == PostalAddress{}) return Blank{};
  return address;
}

CodecPtr country_codec(const Argument* locale, const Surroundings& around) {
  Specification country{"country", 0, {}};
  if (locale != nullptr) country.arguments.push_back(*locale);
  return make_country(country, around);
}

/// The region of an address that still is in that city.
std::string kept_region(const PostalAddress& old, const PostalAddress& edited) {
  const bool stays = old.city == edited.city && old.country == edited.country;
  return edited.region.empty() && stays ? old.region : edited.region;
}

/// A path each: [street, postal code, city, country], which holds no region, or five, with the region before the
/// country.
class AddressPartsCodec final : public Codec {
 public:
  AddressPartsCodec(bool with_region, CodecPtr country) : with_region_(with_region), country_(std::move(country)) {}

  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    if (!raw.is_array() || raw.array().size() != arity() || !std::ranges::all_of(raw.array(), is_address_part)) {
      return not_a(raw, "list of an address's parts", "map as many fields that hold text as the codec has parts");
    }
    const Native::Array& parts = raw.array();
    Parsed country = country_->parse(parts.back());
    if (std::holds_alternative<Problem>(country)) return country;
    const auto* code = std::get_if<std::string>(&std::get<Value>(country));
    return address_or_blank({text_in(parts[0]), text_in(parts[1]), text_in(parts[2]), code == nullptr ? "" : *code,
                             with_region_ ? text_in(parts[3]) : ""});
  }

  Printed print(const Value& value) const override {
    const Value held = narrow(value);
    if (is_blank(held)) return Native();
    const auto* address = std::get_if<PostalAddress>(&held);
    if (address == nullptr) return wrong_kind(value, kAddressKind);
    Printed country = country_->print(address->country.empty() ? Value(Blank{}) : Value(address->country));
    if (std::holds_alternative<Problem>(country)) return country;
    Native::Array parts{spelled(address->street), spelled(address->postal_code), spelled(address->city)};
    if (with_region_) parts.push_back(spelled(address->region));
    parts.push_back(std::get<Native>(std::move(country)));
    return Native(std::move(parts));
  }

  Value narrow(const Value& value) const override {
    const auto* address = std::get_if<PostalAddress>(&value);
    if (address == nullptr || with_region_) return value;
    return address_or_blank({address->street, address->postal_code, address->city, address->country});
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    if (narrow(old) == poor) return old;
    const auto* rich = std::get_if<PostalAddress>(&old);
    const auto* edited = std::get_if<PostalAddress>(&poor);
    if (rich == nullptr || edited == nullptr || with_region_) return poor;
    PostalAddress result = *edited;
    result.region = kept_region(*rich, *edited);
    return Value(std::move(result));
  }

  std::size_t arity() const override { return with_region_ ? 5 : 4; }
  std::string_view kind() const override { return kAddressKind; }

 private:
  static bool is_address_part(const Native& raw) { return raw.is_null() || raw.is_text() || raw.is_number(); }
  static std::string text_in(const Native& raw) { return to_nfc(trimmed(raw.plain())); }
  static Native spelled(const std::string& text) { return text.empty() ? Native() : Native(text); }

  bool with_region_;
  CodecPtr country_;
};

/// One path, lines as the address's country writes them.
class AddressBlockCodec final : public SingleCodec<PostalAddress> {
 public:
  AddressBlockCodec(std::string home, CodecPtr country) : home_(std::move(home)), country_(std::move(country)) {}

  /// What is read of the lines that are written, where that is an address of the same country.
  Value narrow(const Value& value) const override {
    const auto* address = std::get_if<PostalAddress>(&value);
    if (address == nullptr) return value;
    Parsed again = reread(*address);
    return std::holds_alternative<Value>(again) ? std::get<Value>(std::move(again)) : value;
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    if (narrow(old) == poor) return old;
    const auto* rich = std::get_if<PostalAddress>(&old);
    const auto* edited = std::get_if<PostalAddress>(&poor);
    if (rich == nullptr || edited == nullptr) return poor;
    PostalAddress result = *edited;
    result.region = kept_region(with_country(*rich), *edited);
    if (rich->country.empty() && edited->country == home_) result.country.clear();
    return narrow(Value(result)) == poor ? Value(std::move(result)) : poor;
  }

  std::string_view kind() const override { return kAddressKind; }

  std::vector<Native> samples() const override {
    return {"Musterstr. 12\n10115 Berlin",
            "c/o Byron\r\nMusterstr. 12\r\n10115 Berlin\r\nDeutschland",
            "10 Downing Street\nLondon\nSW1A 2AA\nUnited Kingdom",
            "1 Main St\nSpringfield, IL 62704\nUSA",
            "Damrak 1\n1012 LG Amsterdam\nNetherlands",
            "Berlin"};
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_a(raw, kAddressKind);
    std::vector<std::string> lines = lines_of_text(raw.text());
    PostalAddress address;
    address.country = home_;
    const Parsed named = country_->parse(Native(lines.back()));
    if (const auto* country = std::get_if<Value>(&named)) {
      address.country = std::get<std::string>(*country);
      lines.pop_back();
    }
    if (lines.empty()) return Value(std::move(address));
    const AddressFormat* format = address_format(address.country);
    if (format == nullptr) return unknown_format(address.country);
    if (format->read(std::move(lines), address)) return Value(std::move(address));
    return Problem{shown(raw) + " does not end like an address in " + address.country + ", in " +
                       shown(Native(format->example())) + " and the country, where it is another than " + home_,
                   "correct the address in the record, or map its parts with address_parts"};
  }

  Printed print_present(const PostalAddress& address) const override {
    Parsed again = reread(address);
    if (auto* problem = std::get_if<Problem>(&again)) return std::move(*problem);
    return Native(text_of(std::get<PostalAddress>(std::get<Value>(again))));
  }

  static Problem unknown_format(const std::string& country) {
    return {"how addresses of " + country + " are written is not known; of " + known_address_countries() + " it is",
            "map the address's parts with address_parts"};
  }

  PostalAddress with_country(PostalAddress address) const {
    if (address.country.empty()) address.country = home_;
    return address;
  }

  /// The address's lines, and the country's name where it is not at home, or there is nothing else.
  std::string text_of(const PostalAddress& address) const {
    const AddressFormat* format = address_format(address.country);
    std::vector<std::string> lines = format == nullptr ? std::vector<std::string>{} : format->lines(address);
    if (address.country != home_ || lines.empty()) {
      const Printed name = country_->print(Value(address.country));
      if (const auto* text = std::get_if<Native>(&name)) lines.push_back(text->text());
    }
    return text_of_lines(lines);
  }

  Parsed reread(const PostalAddress& told) const {
    const PostalAddress address = with_country(told);
    const bool country_only = address == PostalAddress{"", "", "", address.country};
    if (!country_only && address_format(address.country) == nullptr) return unknown_format(address.country);
    Parsed again = parse(Native(text_of(address)));
    if (std::holds_alternative<Problem>(again)) return again;
    const auto* read = std::get_if<PostalAddress>(&std::get<Value>(again));
    if (read != nullptr && read->country == address.country) return again;
    return Problem{shown(Native(describe(Value(told)))) + " would be read as an address of another country",
                   "correct the address in the record"};
  }

  std::string home_;
  CodecPtr country_;
};

}  // namespace

CodecPtr make_address_parts(const Specification& specification, const Surroundings& around) {
  limit_arguments(specification, 2, kAddressPartsUsage);
  bool with_region = false;
  const Argument* locale = nullptr;
  for (const Argument& argument : specification.arguments) {
    const bool is_region = argument.text == "region";
    if (is_region ? with_region : locale != nullptr) {
      throw SpecificationError("'" + argument.text + "' is one too many: write " + std::string(kAddressPartsUsage),
                               argument.column);
    }
    with_region = with_region || is_region;
    if (!is_region) locale = &argument;
  }
  return std::make_shared<AddressPartsCodec>(with_region, country_codec(locale, around));
}

CodecPtr make_address_block(const Specification& specification, const Surroundings& around) {
  limit_arguments(specification, 2, kAddressBlockUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the country is missing: write " + std::string(kAddressBlockUsage), specification.column);
  }
  if (address_format(arguments[0].text) == nullptr) {
    throw SpecificationError("how addresses of '" + arguments[0].text + "' are written is not known: write one of " +
                                 known_address_countries(),
                             arguments[0].column);
  }
  const Argument english{std::string(kDefaultLocale), 0};
  const Argument* locale = arguments.size() == 2 ? &arguments[1] : &english;
  return std::make_shared<AddressBlockCodec>(arguments[0].text, country_codec(locale, around));
}

}  // namespace counterpart::codecs
