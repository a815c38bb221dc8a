#pragma once

#include <optional>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {

/// A write to `side`, and what it left behind.
struct WrittenRows {
  Side side = Side::left;
  Shown source;                 ///< the other side's record, as it was read
  std::optional<Shown> before;  ///< the written one, so too; none: it was made
  Shown held;                   ///< what it now holds
  const Native& after;          ///< what was sent
  bool own_revision = false;    ///< as in settle_update()
  Instant now{};
};

/// Settles what `decision` wrote of the rows of mapping.rows[rows]: bases, ids of added rows, renewed ids; rows that
/// were not added or removed are frozen. `settlement.dirty` as of fields.
void settle_rows(const ObjectMapping& mapping, std::size_t rows, const Decision& decision, const WrittenRows& written,
                 Settlement& settlement);

}  // namespace counterpart
