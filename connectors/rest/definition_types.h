#pragma once

#include <string>
#include <vector>

#include "connectors/rest/definition.h"
#include "mapping/config/table.h"

namespace counterpart::rest {

// How the small languages of a definition are read from its nodes.

config::Type<Template> template_type();
config::Type<Path> path_type();
config::Type<Selection> selection_type();
config::Type<BodyTemplate> body_type();
config::Type<RequestLine> request_type();  ///< "GET /contacts/${id}"
config::Type<Moment> moment_type();        ///< a path, or {path, format, zone}
config::Type<Since> since_type();          ///< {format, zone, inclusive}
config::Type<Statuses> statuses_type();
config::Type<Failure::Kind> failure_kind_type();

/// The keys request, query, headers and body, kept in `call`.
template <class T>
void add_call_keys(config::Table<T>& table, Call T::* call, bool required) {
  table.template key<RequestLine>(
      "request", required, request_type(),
      [call](T& section, RequestLine line) { (section.*call).request = std::move(line); },
      "What to call. Values in the path are percent-encoded.");
  table.template key<Templates>(
      "query", false, config::text_map_of(template_type()),
      [call](T& section, Templates query) { (section.*call).query = std::move(query); },
      "Parameters after the ?, each a template; one that gives null is left out.");
  table.template key<Templates>(
      "headers", false, config::text_map_of(template_type()),
      [call](T& section, Templates headers) { (section.*call).headers = std::move(headers); },
      "Headers of this call; they replace those of `http.headers`.");
  table.template key<BodyTemplate>(
      "body", false, body_type(), [call](T& section, BodyTemplate body) { (section.*call).body = std::move(body); },
      "The body, written as YAML. A text that is one `${…}` keeps its type; the member `+` merges an object in.");
}

/// Refuses first names other than `allowed` (and `settings`) in the templates under these keys of a section.
void check_names(const config::Node& section, const std::vector<std::string>& keys,
                 const std::vector<std::string>& allowed, config::Problems& problems);

/// Refuses names of settings and secrets that are not declared, everywhere in the file.
void check_settings(const config::Node& root, const std::vector<std::pair<std::string, Setting>>& settings,
                    config::Problems& problems);

// The sections.
config::Table<Object> object_table();
config::Table<RecordShape> record_table();
config::Table<Webhooks> webhooks_table();

}  // namespace counterpart::rest
