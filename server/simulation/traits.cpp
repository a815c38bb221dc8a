#include "server/simulation/traits.h"

namespace counterpart::simulation {

using namespace std::chrono_literals;

namespace {

bool chance(Random& random, int percent) {
  return random.below(100) < static_cast<std::uint64_t>(percent);
}

template <class T, std::size_t n>
T one_of(Random& random, const T (&choices)[n]) {
  return choices[random.below(n)];
}

}  // namespace

Traits draw_traits(Random& random, bool reliable_hooks) {
  using us = std::chrono::microseconds;
  Traits traits;
  traits.batches = chance(random, 50);
  traits.preconditions = chance(random, 50);
  traits.unique_revisions = chance(random, 50);
  traits.answers_records = chance(random, 60);
  traits.names_writers = chance(random, 60);
  traits.sorts_changes = chance(random, 60);
  traits.has_stamp = chance(random, 50);
  traits.leaves_out_blanks = chance(random, 50);
  traits.lag = one_of<us>(random, {0s, 0s, 1s, 5s});
  traits.precision = one_of<us>(random, {1us, 1ms, 1s, 1s});
  traits.skew = one_of<us>(random, {0s, 0s, -1500ms, 1500ms});
  traits.hooks = reliable_hooks || chance(random, 85);
  traits.hook_revision = chance(random, 50);
  traits.hook_values = chance(random, 40);
  traits.unique_events = chance(random, 50);
  traits.doubled = one_of(random, {0, 0, 20, 60});
  traits.delay = one_of<us>(random, {50ms, 2s, 20s});
  traits.trims = chance(random, 20);
  traits.shouts = chance(random, 15);
  traits.automation = chance(random, 20);
  traits.tries_again = reliable_hooks || chance(random, 50);
  traits.lists = !reliable_hooks;
  if (reliable_hooks) return traits;
  traits.commits = one_of<us>(random, {0s, 0s, 300ms, 8s});
  traits.lost = one_of(random, {0, 10, 50, 100});
  traits.void_events = one_of(random, {0, 0, 20});
  return traits;
}

void draw_row_traits(Random& random, Traits& traits) {
  traits.renews_rows = chance(random, 35);
  traits.numbers_rows = chance(random, 50);
}

}  // namespace counterpart::simulation
