#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/rules.h"
#include "mapping/values/native.h"

namespace counterpart {

/// What one piece of news said about itself, as far as its sender tells.
struct NewsHint {
  std::string revision;  ///< the record's revision it speaks of; ""
  std::string actor;     ///< id of the writer; ""
  Native changed;        ///< object: the changed fields with their new native values; null where not told
  bool operator==(const NewsHint&) const = default;
};

/// What is known of our own writes to the record.
struct OwnWrites {
  std::string user;      ///< our own user's id in that system; "" where unknown
  std::string revision;  ///< unique revision of our last write, which came back as sent; ""
};

enum class EchoGuard : std::uint8_t { none, origin, fingerprint };
std::string_view name_of(EchoGuard guard);

/// Loop guards 1 and 2 (they only save calls; the comparison with the base is the proof): is all of
/// this news the echo of our own writes? Origin: names our user, and each changed field that is
/// mapped holds what its base says, and none that `where` reads. Fingerprint: speaks of our own unique revision. `none`
/// if any piece of the news may be a person's.
EchoGuard recognise_echo(const ObjectMapping& mapping, Side side, const std::vector<NewsHint>& news, const Native& base,
                         const OwnWrites& own);

/// Hints of several pieces of news as one row stores them, and back; over 8 pieces, or one that
/// tells nothing, is null: must be read.
Native hints_to_native(const std::vector<NewsHint>& hints);
std::vector<NewsHint> hints_from_native(const Native& native);

}  // namespace counterpart
