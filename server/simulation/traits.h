#pragma once

#include <chrono>

#include "connectors/ports/random.h"

namespace counterpart::simulation {

/// How one simulated system is made, and how it treats its callers: one draw a history.
struct Traits {
  using microseconds = std::chrono::microseconds;

  // What it can do.
  bool batches = false;            ///< reads and writes many records a call
  bool preconditions = false;      ///< refuses a write to a record that has changed
  bool unique_revisions = false;   ///< says so, too
  bool answers_records = false;    ///< writes answer with the record
  bool names_writers = false;      ///< records and webhooks tell who wrote
  bool sorts_changes = false;      ///< lists in the order of change
  bool lists = true;               ///< false: its lists are empty, whatever it holds
  bool has_stamp = false;          ///< a free field for our stamp
  bool leaves_out_blanks = false;  ///< in answers

  // Its times.
  microseconds lag{0};        ///< searches and lists know nothing younger
  microseconds precision{1};  ///< of its time stamps
  microseconds skew{0};       ///< of its clock
  microseconds commits{0};    ///< a person's change becomes visible so long after its webhook was sent, at most

  // Its webhooks, in percent.
  bool hooks = true;
  bool hook_revision = false;  ///< webhooks tell the revision
  bool hook_values = false;    ///< and the changed fields
  bool unique_events = false;  ///< event ids that are never used twice
  int lost = 0;
  int doubled = 0;
  int void_events = 0;  ///< webhooks of changes that were rolled back, for a hundred changes
  microseconds delay{0};
  bool tries_again = false;  ///< a webhook that was not accepted is sent again, until it is

  // What it does to what it is given.
  bool trims = false;       ///< texts lose blanks around them
  bool shouts = false;      ///< one text field is stored in upper case
  bool automation = false;  ///< a change of one field makes it write another

  // How it names child rows.
  bool renews_rows = false;   ///< a list that is stored otherwise than it was gets new ids
  bool numbers_rows = false;  ///< ids are numbers
};

/// A draw. `reliable_hooks`: every webhook arrives, some time, and tells of what is there.
Traits draw_traits(Random& random, bool reliable_hooks);

/// A draw of what concerns child rows alone.
void draw_row_traits(Random& random, Traits& traits);

}  // namespace counterpart::simulation
