#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mapping/round_trip/round_trip.h"
#include "server/config/configuration.h"

namespace counterpart::commands {

/// Whether the values of fields that go both ways come back as they went. Every such field of every mapping that was
/// read without a mistake is tried with the values that its types name and with generated ones, and with what the
/// systems hold; those that are declared lossy, and those that go one way, are not.
class RoundTripCheck {
 public:
  /// Tries the generated values. `configuration` outlives this.
  explicit RoundTripCheck(const Configuration& configuration);

  /// Tries what records of a system hold on one side of a mapping of the configuration.
  void try_records(const SyncConfiguration& sync, const ObjectMapping& mapping, Side side,
                   const std::vector<Record>& records);

  /// Adds each field that was refuted to the mistakes, at its place, with a value that does not come back; of what
  /// the systems hold, the record's id alone. What nothing can be said of is noted. Gives a line a mapping that says
  /// what was tried.
  std::string report(config::Problems& problems) const;

 private:
  /// A record of a system whose value did not do.
  struct Seen {
    Side side = Side::left;
    std::string record;
  };

  struct TriedField {
    TriedField(const FieldRule& tried, const WrittenField& row, const RowsRule* of)
        : rule(&tried), written(&row), rows(of), generated(tried), live(tried) {}

    const FieldRule* rule;
    const WrittenField* written;
    const RowsRule* rows;  ///< nullptr: a field of the record itself
    RoundTrip generated, live;
    std::optional<Seen> refuted, not_held;  ///< the first
  };

  struct TriedMapping {
    const SyncConfiguration* sync = nullptr;
    const ObjectMapping* mapping = nullptr;
    std::vector<TriedField> fields;
    std::size_t lossy = 0;
  };

  static void add_fields(TriedMapping& tried, const std::vector<FieldRule>& rules,
                         const std::vector<WrittenField>& written, const RowsRule* rows);
  static void try_record(TriedField& field, Side side, const Record& record);
  static void try_shown(TriedField& field, Side side, const Shown& shown, const std::string& id);
  static void tell(const TriedMapping& mapping, const TriedField& field, config::Problems& problems);
  static std::string summary(const TriedMapping& mapping);

  std::vector<TriedMapping> mappings_;
};

}  // namespace counterpart::commands
