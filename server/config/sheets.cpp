#include "server/config/sheets.h"

#include <algorithm>

#include "server/config/interpolation.h"

namespace counterpart::drafts {
namespace {

using config::Node;

Node* member_of(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &Node::Member::key);
  return found == map.members.end() ? nullptr : &found->value;
}

/// An object mapping's name: its own, or the left object.
std::string name_of_mapping(const Node& object) {
  for (const char* key : {"name", "left"}) {
    const Node* written = object.find(key);
    if (written != nullptr && written->kind == Node::Kind::scalar) return written->scalar;
  }
  return "";
}

bool is_for(const std::optional<Node>& cell, const std::string& name) {
  return !cell || cell->scalar == name;
}

Node unreadable(const Node& written) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.place = written.place;
  node.unreadable = true;
  return node;
}

}  // namespace

void Sheets::include(Node& root) {
  Node* syncs = member_of(root, "syncs");
  if (syncs == nullptr) return;
  for (Node::Member& sync : syncs->members) {
    Node* objects = member_of(sync.value, "objects");
    if (objects == nullptr) continue;
    for (Node& object : objects->items) include_in(object, sync.key);
  }
  for (const auto& [file, read] : sheets_) refuse_left_over(read);
}

void Sheets::include_in(Node& object, const std::string& sync) {
  Node* fields = member_of(object, "fields");
  if (fields == nullptr || fields->kind != Node::Kind::scalar || fields->unreadable) return;
  *fields = rows_for(*fields, sync, name_of_mapping(object));
}

Node Sheets::rows_for(const Node& written, const std::string& sync, const std::string& object) {
  Read& read = sheet_of(written);
  if (!read.sheet) return unreadable(written);
  read.syncs.push_back(sync);
  read.objects.push_back(object);
  Node list;
  list.kind = Node::Kind::list;
  list.place = written.place;
  for (std::size_t i = 0; i < read.sheet->rows.size(); ++i) {
    const SheetRow& row = read.sheet->rows[i];
    if (!is_for(row.sync, sync) || !is_for(row.object, object)) continue;
    read.taken.insert(i);
    list.items.push_back(row.field);
  }
  if (!list.items.empty()) return list;
  problems_.add(written.place,
                "the sheet " + written.shown() + " has no row for '" + object + "' of sync '" + sync + "'",
                "write these names in its columns 'object' and 'sync', or leave the cells empty");
  return unreadable(written);
}

Sheets::Read& Sheets::sheet_of(const Node& written) {
  const std::string file = (folder_ / written.scalar).lexically_normal().string();
  const auto known = sheets_.find(file);
  if (known != sheets_.end()) return known->second;
  Read& made = sheets_[file];
  made.sheet = read(written, file);
  if (made.sheet) cells_.insert(cells_.end(), made.sheet->cells.begin(), made.sheet->cells.end());
  return made;
}

std::optional<FieldSheet> Sheets::read(const Node& written, const std::string& file) {
  if (written.interpolated) {
    problems_.add(written.place, "the sheet's name comes from ${…}", "write it out: messages show it");
    return std::nullopt;
  }
  const auto text = read_text_file(file, kSheetBytesMax);
  if (!text) {
    problems_.add(written.place, "the sheet " + written.shown() + " cannot be read",
                  "write the field rows here, or name a CSV file that is there, that counterpart's user may read, and "
                  "that has at most 4 MiB; relative paths start at the configuration's folder");
    return std::nullopt;
  }
  auto sheet = read_field_sheet(*text, file, problems_);
  if (!sheet || !sheet->rows.empty()) return sheet;
  problems_.add(written.place, "the sheet " + written.shown() + " has no rows below its headings",
                "fill in a row for each field");
  return std::nullopt;
}

void Sheets::refuse_left_over(const Read& read) {
  if (!read.sheet) return;
  for (std::size_t i = 0; i < read.sheet->rows.size(); ++i) {
    if (read.taken.contains(i)) continue;
    const SheetRow& row = read.sheet->rows[i];
    const bool unknown_sync = row.sync && std::ranges::find(read.syncs, row.sync->scalar) == read.syncs.end();
    const bool by_sync = unknown_sync || !row.object;
    const Node& cell = by_sync ? *row.sync : *row.object;
    const std::string near = config::nearest(cell.scalar, by_sync ? read.syncs : read.objects);
    problems_.add(cell.place, "no mapping takes this row: none that names this sheet is called " + cell.shown(),
                  near.empty() ? "correct the name, or remove the row" : "did you mean '" + near + "'?");
  }
}

}  // namespace counterpart::drafts
