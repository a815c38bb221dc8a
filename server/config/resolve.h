#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/config/drafts.h"

/// From what is written to what the daemon works with: each step adds all its mistakes, and leaves out
/// what it could not make sense of.
namespace counterpart::drafts {

using config::Problems;

/// Where the daemon listens; a certificate and key are tried out.
ListenSettings resolve_listen(const Listen& listen, const std::filesystem::path& folder, Problems& problems);

/// Systems, and where the time-out of each is written.
struct Systems {
  std::vector<SystemConfiguration> list;
  std::vector<Place> timeout_places;
};

/// How the system of that section is called: proxy and certificates, which are tried out.
void resolve_outgoing(System& system, const Node& section, const std::filesystem::path& folder, Problems& problems);

/// Systems of the section `systems`, in file order.
Systems resolve_systems(const Node& section, const std::filesystem::path& folder, const FindConnector& find_connector,
                        Problems& problems);

using Tables = std::map<std::string, ValueTable, std::less<>>;

/// The codecs' specifications as written, for the fingerprint: codecs themselves tell no text.
struct ResolvedField {
  FieldRule rule;
  Both<std::string> codec;
};

/// Of an object mapping's fields, and of the fields of its child rows.
struct RowCodecs {
  std::vector<Both<std::string>> fields;
  Both<std::vector<std::string>> sums;  ///< as TotalsRule::told
};
struct ObjectCodecs {
  std::vector<Both<std::string>> fields;
  std::vector<RowCodecs> rows;
};

/// Knows the mapping tables and which of them were used.
class FieldReader {
 public:
  FieldReader(const Tables& tables, std::optional<Side> leading, Problems& problems)
      : tables_(tables), leading_(leading), problems_(problems) {}

  std::optional<ResolvedField> read(const Field& field);
  /// A collection's own rules, without its fields.
  std::optional<RowsRule> read_rules(const ChildRows& rows);
  /// One side of a sum that records tell; `specification`: as of a field.
  std::optional<FieldSide> read_sum(const Sum& sum, Side side, std::string& specification);
  const std::set<std::string, std::less<>>& used_tables() const { return used_; }
  /// Object mappings that fields refer to, each where that is written.
  const std::vector<std::pair<Place, std::string>>& references() const { return references_; }

 private:
  std::optional<FieldSide> read_side(const Field& field, Side side, std::string& specification);
  CodecPtr read_codec(const std::optional<Node>& written, const Place& place, Side side, std::string& specification);
  bool is_one_reference(const Field& field, const FieldRule& rule);
  std::optional<ConflictRule> conflict_of(Conflict written, const Place& place);
  std::optional<InitialRule> initial_of(const std::optional<Initial>& written, const Place& place);
  std::optional<Side> leading_for(const Place& place, const char* key);

  const Tables& tables_;
  std::optional<Side> leading_;
  Problems& problems_;
  std::set<std::string, std::less<>> used_;
  std::vector<std::pair<Place, std::string>> references_;
};

/// Small languages inside scalars; a mistake stands at its own column.
std::optional<Path> read_path(const Node& node, Problems& problems);
std::optional<Expression> read_expression(const Node& node, Problems& problems);
/// A pipeline over `value`: "trim | lower", or an expression that begins with `value`.
std::optional<Expression> read_cleaning(const Node& node, Problems& problems);

/// "in the ‹language› 'text': what", at its column; nothing of the text where it came from an interpolation.
void add_language_mistake(const std::string& language, const Node& node, const std::string& what, std::size_t column,
                          Problems& problems, std::string remedy = "");

/// What is asked of values of that kind (Codec::kind()); nullptr after a mistake was told.
std::shared_ptr<const ValueRules> read_value_rules(const Validate& written, std::string_view kind, Problems& problems);

/// True where a value can be put there: the path names one place in a record.
bool is_writable(const Path& path);

/// True where the rule may write to that side.
bool writes_to(Direction direction, Side side);

/// Syncs of the section `syncs`, in file order. `systems`: names of all that are configured.
std::vector<SyncConfiguration> resolve_syncs(const std::vector<std::pair<std::string, Sync>>& syncs,
                                             const Tables& tables, const std::vector<std::string>& systems,
                                             Problems& problems);

/// A fingerprint of everything that decides in a sync, whatever the order of keys in the file.
std::string fingerprint(const SyncConfiguration& sync, const std::vector<ObjectCodecs>& codecs,
                        const Tables& used_tables);

}  // namespace counterpart::drafts
