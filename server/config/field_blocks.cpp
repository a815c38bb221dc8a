#include "server/config/field_blocks.h"

#include <algorithm>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include "server/config/resolve.h"
#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

FieldBlock& block_for(std::vector<FieldBlock>& blocks, const std::string& sync, const std::string& object) {
  const auto is_it = [&](const FieldBlock& block) { return block.sync == sync && block.object == object; };
  const auto found = std::ranges::find_if(blocks, is_it);
  return found != blocks.end() ? *found : blocks.emplace_back(FieldBlock{sync, object, {}});
}

/// Every table that some type names, with a row that suits any use.
Tables tables_named_in(const std::vector<Field>& fields) {
  Tables tables;
  const TableLookup look_up = [&](std::string_view name) -> const ValueTable* {
    return &tables.try_emplace(std::string(name), ValueTable{{{"1", "1"}}}).first->second;
  };
  for (const Field& field : fields) {
    for (const Side side : kSides) {
      if (field.as[side]) make_codec(field.as[side]->scalar, side, look_up);
    }
  }
  return tables;
}

void check_block(const FieldBlock& block, Problems& problems) {
  Node list;
  list.kind = Node::Kind::list;
  list.items = block.rows;
  auto fields = config::list_of(config::placed(field_table().type())).read(list, problems);
  if (!fields) return;
  Tables tables = tables_named_in(*fields);
  Object object;
  object.left = object.right = "object";
  object.fields = std::move(*fields);
  Sync sync;
  sync.between.left.scalar = "left";
  sync.between.right.scalar = "right";
  sync.leading = Side::left;
  sync.objects.push_back(std::move(object));
  resolve_syncs({{"sync", sync}}, tables, {"left", "right"}, problems);
}

/// `${` is a reference in a configuration.
std::string escaped_reference(std::string text) {
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, "$");
  return text;
}

/// One text where both sides have the same, as people write it.
const Node* same_for_both(const Node::Member& member) {
  if (member.key != "as" && member.key != "clean") return nullptr;
  const Node* left = member.value.find("left");
  const Node* right = member.value.find("right");
  return left != nullptr && right != nullptr && left->scalar == right->scalar ? left : nullptr;
}

/// Both ways, as where nothing is written.
Node without_usual_direction(Node row) {
  std::erase_if(row.members,
                [](const Node::Member& member) { return member.key == "direction" && member.value.scalar == "both"; });
  return row;
}

void emit(const Node& node, YAML::Emitter& out) {
  if (node.kind == Node::Kind::scalar) {
    out << escaped_reference(node.scalar);
    return;
  }
  if (node.kind == Node::Kind::list) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const Node& item : node.items) emit(item, out);
    out << YAML::EndSeq;
    return;
  }
  out << YAML::Flow << YAML::BeginMap;
  for (const Node::Member& member : node.members) {
    const Node* same = same_for_both(member);
    out << YAML::Key << member.key << YAML::Value;
    emit(same != nullptr ? *same : member.value, out);
  }
  out << YAML::EndMap;
}

}  // namespace

std::string print_on_one_line(const Node& node) {
  YAML::Emitter out;
  emit(node, out);
  return out.c_str();
}

std::vector<FieldBlock> blocks_of(const FieldSheet& sheet) {
  std::vector<FieldBlock> blocks;
  for (const SheetRow& row : sheet.rows) {
    const std::string sync = row.sync ? row.sync->scalar : "";
    const std::string object = row.object ? row.object->scalar : "";
    block_for(blocks, sync, object).rows.push_back(row.field);
  }
  return blocks;
}

void check_blocks(const std::vector<FieldBlock>& blocks, Problems& problems) {
  for (const FieldBlock& block : blocks) check_block(block, problems);
}

std::string print_blocks(const std::vector<FieldBlock>& blocks) {
  if (blocks.empty()) return "# the sheet has no rows below its headings\nfields: []\n";
  std::string text;
  for (const FieldBlock& block : blocks) {
    YAML::Emitter out;
    out << YAML::BeginMap << YAML::Key << "fields" << YAML::Value << YAML::BeginSeq;
    for (const Node& row : block.rows) emit(without_usual_direction(row), out);
    out << YAML::EndSeq << YAML::EndMap;
    std::string names;
    if (!block.sync.empty()) names += "sync " + block.sync;
    if (!block.object.empty()) names += (names.empty() ? "object " : ", object ") + block.object;
    std::ranges::replace(names, '\n', ' ');
    text += (text.empty() ? "" : "\n") + (names.empty() ? "" : "# " + names + "\n") + out.c_str() + "\n";
  }
  return text;
}

}  // namespace counterpart::drafts
