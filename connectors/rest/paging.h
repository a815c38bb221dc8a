#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "connectors/rest/exchange.h"

namespace counterpart::rest {

/// Where a listing stands; ChangesPage::next is its text.
struct Place {
  std::int64_t count = 0;                            ///< pages seen
  std::optional<Instant> from;                       ///< instead of the time first asked for
  std::string at;                                    ///< page number, offset, cursor or URL; "" at the beginning
  std::optional<std::int64_t> total = std::nullopt;  ///< of all records, as the page before told
  bool again = false;  ///< asked for again, since records have moved onto pages already read; not printed

  static std::optional<Place> parse(std::string_view text);
  std::string print() const;
};

/// Sets page, offset, cursor and size for the page at this place.
void set_paging(const Paging& paging, const Place& place, Variables& variables);

/// A page as it was answered.
struct PageSeen {
  std::size_t records = 0;
  std::string last_id;  ///< of its last record
  std::string url;      ///< what was asked
};

/// The place after this page, nullopt if it was the last, or why that cannot be told.
std::variant<std::optional<Place>, std::string> next_place(const Paging& paging, const Place& place,
                                                           const Answer& answer, const PageSeen& page);

/// Whether the next page is asked for by a whole URL that the system gave.
bool follows_links(const Paging& paging);

/// Numbered pages shift while records change: one that moves to the end of a sorted listing pulls the
/// next page's first record onto the page already read. So where the listing is sorted, the next page
/// is the first page since this one's last record, as soon as that is later than `from`.
Place restarted(const Paging& paging, Place next, std::optional<Instant> from, std::optional<Instant> last);

/// A delete while numbered pages are read pulls every later record forward, some onto pages already read: nobody
/// would see them. It shows in the listing's total (where that is declared): then as many pages back are read
/// again. `next`: the place after this page, nullopt if it was the last. Not seen is a delete in whose place
/// another record came up between two pages; a later sweep finds what that hid.
std::optional<Place> caught_up(const Paging& paging, const Place& place, const Answer& answer,
                               std::optional<Place> next);

/// The target of the header's link with rel=next, as it is written; "" if there is none.
std::string next_link(const HttpHeaders& headers);

/// A link's absolute URL: http(s) and of the same origin as `base`, else nullopt.
std::optional<std::string> resolve_link(std::string_view base, std::string_view link);

}  // namespace counterpart::rest
