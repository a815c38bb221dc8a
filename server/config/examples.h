#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "server/config/field_rows.h"

namespace counterpart {

/// An example that the row does not keep.
struct ExampleFailure {
  std::size_t number = 0;     ///< which of the row's examples, from 1; 0: all of them
  Both<std::string> example;  ///< as written
  std::optional<Side> to;     ///< the side that would be written; nullopt: it fails before anything is written
  std::string what;           ///< what is wrong
  std::optional<std::string> came_out;  ///< what would be written to `to`, where something would
  std::string remedy;
};

/// What came of a row's examples.
struct ExampleResult {
  std::size_t count = 0;
  std::size_t failed = 0;  ///< of them; one may fail in both directions
  std::vector<ExampleFailure> failures;
};

/// Tries the examples of a field row, several a cell, one a line: each is read on both sides, cleaned, and carried over
/// in the directions that the row allows. The other side's spelling must come out, letter for letter. An example that
/// cleaning changes is one of reading, never written so. '' stands for a blank; the parts of several paths are joined
/// with +.
ExampleResult run_examples(const FieldRow& row);

}  // namespace counterpart
