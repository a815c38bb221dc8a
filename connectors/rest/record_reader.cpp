#include "connectors/rest/record_reader.h"

#include <algorithm>

#include "connectors/rest/variables.h"

namespace counterpart::rest {
namespace {

std::optional<Instant> moment_at(const std::optional<Moment>& moment, const Native& item) {
  const Native* value = moment ? moment->path.find(item) : nullptr;
  return value != nullptr ? moment->format.parse(*value) : std::nullopt;
}

}  // namespace

std::variant<Record, std::string> read_record(const RecordShape& shape, const Native& item, const HttpHeaders* headers,
                                              bool full) {
  Record record;
  record.id = id_text(shape.id.find(item));
  if (!is_id(record.id)) return "a record holds no id at '" + shape.id.text() + "'";
  const Native* fields = shape.fields.find(item);
  if (full && (fields == nullptr || !fields->is_object()))
    return "a record holds no fields at '" + shape.fields.text() + "'";
  if (full) record.fields = *fields;
  record.revision = text_at(shape.revision, item);
  if (headers != nullptr && !shape.revision_header.empty())
    if (const std::string* revision = find_header(*headers, shape.revision_header)) record.revision = *revision;
  record.modified = moment_at(shape.modified, item);
  record.created = moment_at(shape.created, item);
  record.modified_by = text_at(shape.modified_by, item);
  record.created_by = text_at(shape.created_by, item);
  record.absent_is_blank = shape.absent_is_blank;
  return record;
}

std::string id_text(const Native* value) {
  return value != nullptr && (value->is_text() || value->is_number()) ? value->plain() : "";
}

bool is_id(std::string_view id) {
  return !id.empty() && std::none_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

std::string last_segment(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t slash = url.rfind('/');
  return percent_decode(slash == std::string_view::npos ? url : url.substr(slash + 1));
}

}  // namespace counterpart::rest
