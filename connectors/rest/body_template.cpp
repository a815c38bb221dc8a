#include "connectors/rest/body_template.h"

#include <algorithm>

#include "connectors/rest/definition_types.h"

namespace counterpart::rest {
namespace {

constexpr std::string_view kMerge = "+";

}  // namespace

std::optional<BodyTemplate> BodyTemplate::read(const config::Node& node, config::Problems& problems) {
  BodyTemplate body;
  bool whole = true;
  const auto part = [&](const config::Node& child) {
    auto read_part = read(child, problems);
    whole = whole && read_part.has_value();
    return read_part.value_or(BodyTemplate());
  };
  if (node.kind == config::Node::Kind::map) {
    body.kind_ = Kind::map;
    for (const auto& member : node.members) body.members_.emplace_back(member.key, part(member.value));
  } else if (node.kind == config::Node::Kind::list) {
    body.kind_ = Kind::list;
    for (const auto& item : node.items) body.items_.push_back(part(item));
  } else if (node.kind == config::Node::Kind::scalar && node.scalar.find("${") != std::string::npos) {
    body.kind_ = Kind::text;
    body.text_ = template_type().read(node, problems);
    whole = body.text_.has_value();
  } else {
    body.literal_ = node.to_native();
  }
  if (!whole) return std::nullopt;
  return body;
}

Native BodyTemplate::evaluate(const Variables& variables) const {
  if (kind_ == Kind::literal) return literal_;
  if (kind_ == Kind::text) return text_->evaluate(variables.scope());
  if (kind_ == Kind::list) {
    Native::Array array;
    for (const BodyTemplate& item : items_) array.push_back(item.evaluate(variables));
    return array;
  }
  Native object{Native::Object{}};
  for (const auto& [name, member] : members_) {
    Native value = member.evaluate(variables);
    if (value.is_null() && member.kind_ != Kind::literal) continue;
    if (name != kMerge) {
      object.set(name, std::move(value));
      continue;
    }
    if (!value.is_object()) throw EvaluationError("the member '+' of a body must give an object");
    for (auto& [key, merged] : value.object()) object.set(key, std::move(merged));
  }
  return object;
}

bool BodyTemplate::reads(const std::string& name) const {
  const auto part_reads = [&](const BodyTemplate& part) { return part.reads(name); };
  const auto member_reads = [&](const auto& member) { return member.second.reads(name); };
  if (text_) {
    const std::vector<std::string> names = text_->names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  return std::any_of(items_.begin(), items_.end(), part_reads) ||
         std::any_of(members_.begin(), members_.end(), member_reads);
}

BodyTemplate BodyTemplate::of_name(const std::string& name) {
  BodyTemplate body;
  body.kind_ = Kind::text;
  body.text_ = Template::parse("${" + name + "}");
  return body;
}

}  // namespace counterpart::rest
