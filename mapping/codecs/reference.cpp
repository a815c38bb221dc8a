#include "mapping/codecs/reference.h"

#include <algorithm>

#include "mapping/codecs/argument_words.h"
#include "mapping/codecs/digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart {

void Counterparts::add(const std::string& mapping, const Both<std::string>& ids) {
  for (const Side side : kSides) ids_.insert_or_assign({mapping, side, ids[side]}, ids[other(side)]);
}

const std::string* Counterparts::of(const Referred& record) const {
  const auto found = ids_.find(record);
  return found == ids_.end() ? nullptr : &found->second;
}

namespace codecs {
namespace {

constexpr std::string_view kReferenceUsage =
    "reference(mapping), with number, required or placeholder='…' behind the mapping's name";
constexpr std::string_view kPlaceholder = "placeholder=";

/// The id in a record's canonical name; nullopt where that is of the other side.
std::optional<std::string> id_on(Side side, std::string_view name) {
  const std::string prefix = std::string(name_of(side)) + " ";
  if (!name.starts_with(prefix)) return std::nullopt;
  return std::string(name.substr(prefix.size()));
}

const std::string* name_in(const Value& value) {
  return std::get_if<std::string>(&value);
}

/// The id of another record. It is named canonically by its id on the left, and only without a counterpart there by
/// that on the right: "left 17".
class ReferenceCodec final : public SingleCodec<std::string> {
 public:
  ReferenceCodec(Reference reference, Side side, bool number, CounterpartsPtr counterparts)
      : reference_(std::move(reference)), side_(side), number_(number), counterparts_(std::move(counterparts)) {}

  std::string_view kind() const override { return "reference"; }

  Value narrow(const Value& value) const override {
    const std::string* name = name_in(value);
    if (name == nullptr || !reference_.placeholder || id_of(*name)) return value;
    return name_of_id(*reference_.placeholder);
  }

  const Reference& reference() const { return reference_; }

  std::shared_ptr<const ReferenceCodec> knowing(CounterpartsPtr counterparts) const {
    return std::make_shared<ReferenceCodec>(reference_, side_, number_, std::move(counterparts));
  }

  std::optional<Referred> missing_for(const std::string& name) const {
    if (id_of(name) || reference_.placeholder) return std::nullopt;
    const auto id = id_on(other(side_), name);
    return id ? std::optional(Referred{reference_.mapping, other(side_), *id}) : std::nullopt;
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text() && !raw.is_number()) return not_a(raw, "record's id", "let the path lead to the id itself");
    return Value(name_of_id(raw.is_text() ? trimmed(raw.text()) : raw.plain()));
  }

  Printed print_present(const std::string& name) const override {
    std::optional<std::string> id = id_of(name);
    if (!id) id = reference_.placeholder;
    if (!id) {
      return Problem{"the record that it names (" + name + ") has no counterpart on the " + std::string(name_of(side_)),
                     "let its mapping '" + reference_.mapping + "' link or create it there"};
    }
    if (!number_) return Native(std::move(*id));
    const bool whole = std::ranges::all_of(*id, is_digit) && !id->empty() && (id->front() != '0' || id->size() == 1);
    if (!whole) return not_a(Native(*id), "number", "write reference(" + reference_.mapping + ") without 'number'");
    return Native(Native::Number{std::move(*id)});
  }

  std::string name_of_id(std::string_view id) const {
    if (side_ == Side::right) {
      const std::string* left = counterpart_of({reference_.mapping, Side::right, std::string(id)});
      if (left != nullptr) return std::string(name_of(Side::left)) + " " + *left;
    }
    return std::string(name_of(side_)) + " " + std::string(id);
  }

  std::optional<std::string> id_of(const std::string& name) const {
    if (auto own = id_on(side_, name)) return own;
    const auto theirs = id_on(other(side_), name);
    if (!theirs) return std::nullopt;
    const std::string* own = counterpart_of({reference_.mapping, other(side_), *theirs});
    return own != nullptr ? std::optional(*own) : std::nullopt;
  }

  const std::string* counterpart_of(const Referred& record) const {
    return counterparts_ ? counterparts_->of(record) : nullptr;
  }

  Reference reference_;
  Side side_;
  bool number_;
  CounterpartsPtr counterparts_;
};

}  // namespace

CodecPtr make_reference(const Specification& specification, const Surroundings& around) {
  const auto& arguments = specification.arguments;
  limit_arguments(specification, 3, kReferenceUsage);
  if (arguments.empty() || arguments.front().text.empty()) {
    throw SpecificationError("the mapping's name is missing: write " + std::string(kReferenceUsage),
                             specification.column);
  }
  Reference reference{arguments.front().text, false, std::nullopt};
  Specification rest = specification;
  rest.arguments.erase(rest.arguments.begin());
  const auto is_placeholder = [](const Argument& argument) { return argument.text.starts_with(kPlaceholder); };
  if (const auto found = std::ranges::find_if(rest.arguments, is_placeholder); found != rest.arguments.end()) {
    reference.placeholder = found->text.substr(kPlaceholder.size());
    if (reference.placeholder->empty()) throw SpecificationError("the placeholder has no id", found->column);
    rest.arguments.erase(found);
  }
  constexpr std::string_view kNumber[] = {"number"};
  constexpr std::string_view kRequired[] = {"required"};
  ArgumentWords words(rest, kReferenceUsage);
  const bool number = words.take(kNumber).has_value();
  reference.required = words.take(kRequired).has_value();
  if (reference.required && reference.placeholder) words.refuse_taken("means nothing where there is a placeholder");
  words.finish();
  return std::make_shared<ReferenceCodec>(std::move(reference), around.side, number, nullptr);
}

}  // namespace codecs

const Reference* reference_of(const Codec& codec) {
  const auto* reference = dynamic_cast<const codecs::ReferenceCodec*>(&codec);
  return reference != nullptr ? &reference->reference() : nullptr;
}

CodecPtr with_counterparts(const Codec& codec, CounterpartsPtr counterparts) {
  return dynamic_cast<const codecs::ReferenceCodec&>(codec).knowing(std::move(counterparts));
}

std::optional<Referred> named_record(const Codec& codec, const Value& value) {
  const Reference* reference = reference_of(codec);
  const std::string* name = codecs::name_in(value);
  if (reference == nullptr || name == nullptr) return std::nullopt;
  for (const Side side : kSides) {
    if (auto id = codecs::id_on(side, *name)) return Referred{reference->mapping, side, *std::move(id)};
  }
  return std::nullopt;
}

std::optional<Referred> without_counterpart(const Codec& codec, const Value& value) {
  const auto* reference = dynamic_cast<const codecs::ReferenceCodec*>(&codec);
  const std::string* name = codecs::name_in(value);
  return reference != nullptr && name != nullptr ? reference->missing_for(*name) : std::nullopt;
}

}  // namespace counterpart
