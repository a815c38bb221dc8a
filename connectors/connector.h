#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/webhook/hook.h"
#include "mapping/schema/description.h"
#include "mapping/values/record.h"

namespace counterpart {

/// What a connector can do with one object of its system. Read by `check`, sweeps and workers.
struct Capabilities {
  bool create = false;
  bool update = false;
  bool remove = false;
  bool sorted_changes = false;  ///< changed() pages are in order of (modified, id): the watermark may move page by page
  bool precondition = false;    ///< update() refuses when the revision has moved
  bool unique_revision = false;                 ///< two writes can never share a revision
  bool returns_record = false;                  ///< writes answer with the record as it is held
  bool names_modifier = false;                  ///< Record::modified_by is filled
  bool clears_absent = false;                   ///< blank fields are left out of answers
  std::size_t read_batch = 1;                   ///< records a read call can take
  std::size_t write_batch = 1;                  ///< records a write call can take
  std::vector<std::string> searchable;          ///< path texts that find() takes
  std::string stamp;                            ///< path of a free field for our create stamp; "" if none
  std::chrono::milliseconds visibility_lag{0};  ///< how long find() and changed() may miss what was just written
};

/// Why a call, or one item of it, did not do what was asked.
struct Failure {
  enum class Kind {
    retry,        ///< busy, locked, 429, 5xx: later; nothing was changed
    system_down,  ///< the system, or the way to it, does not work: no fault of the item
    in_doubt,     ///< no answer to a write: it may or may not have happened
    conflict,     ///< the precondition failed: read and decide again
    rejected,     ///< the system refuses this content: for a person
    credentials,  ///< 401/403: for a person, concerns the whole system
    not_found,    ///< the record written to is not there
    not_sent,     ///< its time was up before its turn came: nothing was changed
  };
  Kind kind = Kind::retry;
  std::string message;  ///< for a person; the system's own words, cut to 500 characters, no secrets
  std::optional<std::chrono::milliseconds> retry_after;
};
std::string_view name_of(Failure::Kind kind);

/// A read by id that says the record is not there.
struct Gone {};

using ReadResult = std::variant<Record, Gone, Failure>;
using FindResult = std::variant<std::vector<Record>, Failure>;

struct CreateOrder {
  Native fields;      ///< the record to create
  std::string stamp;  ///< put into the stamp field, where the object has one
};

struct UpdateOrder {
  std::string id;
  std::string revision;  ///< of the record as it was read: the precondition
  Native before;         ///< the record's fields as read
  Native after;          ///< the same with our changes; the connector sends the difference only
};

struct DeleteOrder {
  std::string id;
  std::string revision;
};

struct Written {
  std::string id;
  std::optional<Record> record;  ///< as the system holds it, if it answered so
  std::string revision;          ///< after the write, if it told
};
using WriteResult = std::variant<Written, Failure>;

/// A place in a listing of changes; opaque but to the connector, stored as text.
struct ChangesPage {
  std::vector<Record> records;         ///< full records, or with id, modified and revision only
  std::vector<std::string> ids;        ///< ids known to have changed without their record (a child's parent)
  std::optional<std::string> next;     ///< to ask for the next page; nullopt: this was the last
  std::optional<Instant> system_time;  ///< the system's own clock, where it tells (Date header, ...)
};
using ChangesResult = std::variant<ChangesPage, Failure>;

using DescribeResult = std::variant<ObjectDescription, Failure>;

/// Speaks to one system. Batch-first: every call takes many items, splits them as the system
/// allows, and gives one result an item, in the order asked. Never throws for what a system does;
/// knows no database, no queue, and no other connector.
class Connector {
 public:
  virtual ~Connector() = default;

  /// The objects this connector knows here.
  virtual std::vector<std::string> objects() const = 0;

  /// nullptr for an unknown object.
  virtual const Capabilities* capabilities(std::string_view object) const = 0;

  /// The id of the user we write as, where the system names writers; asked once, then kept.
  virtual boost::asio::awaitable<std::string> own_user() = 0;

  virtual boost::asio::awaitable<std::vector<ReadResult>> read(std::string object, std::vector<std::string> ids) = 0;

  /// Records modified at or after `since` by the system's clock, child objects included; nullopt:
  /// all. `page`: ChangesPage::next of the page before, "" for the first.
  virtual boost::asio::awaitable<ChangesResult> changed(std::string object, std::optional<Instant> since,
                                                        std::string page) = 0;

  /// Records whose value at `path` (one of Capabilities::searchable, or the stamp) is the value, for
  /// each value. May give too many (other case, partial match): the caller compares again.
  virtual boost::asio::awaitable<std::vector<FindResult>> find(std::string object, std::string path,
                                                               std::vector<std::string> values) = 0;

  /// The longest that one of its HTTP calls can take once it is sent.
  virtual std::chrono::milliseconds call_timeout() const = 0;

  /// Writes: none of their calls is sent after `send_by`; what is left over then ends as not_sent. A call
  /// that is sent in time may still have its effect until call_timeout() later.
  virtual boost::asio::awaitable<std::vector<WriteResult>> create(std::string object, std::vector<CreateOrder> orders,
                                                                  SendBy send_by) = 0;
  virtual boost::asio::awaitable<std::vector<WriteResult>> update(std::string object, std::vector<UpdateOrder> orders,
                                                                  SendBy send_by) = 0;
  virtual boost::asio::awaitable<std::vector<WriteResult>> remove(std::string object, std::vector<DeleteOrder> orders,
                                                                  SendBy send_by) = 0;

  /// Fields as the system describes them now.
  virtual boost::asio::awaitable<DescribeResult> describe(std::string object) = 0;

  /// How this kind of system signs its webhooks, unless the configuration says otherwise; nullopt: none are sent.
  virtual std::optional<HookScheme> hook_scheme() const = 0;

  /// The news in a verified webhook. Throws HookFormatError.
  virtual std::vector<News> parse_hook(const HookRequest& request) const = 0;

  /// The body to be kept as evidence instead of the raw one, which holds secrets that are none of our business;
  /// nullopt: the raw one. Throws HookFormatError.
  virtual std::optional<std::string> hook_evidence(const HookRequest&) const { return std::nullopt; }

  virtual HookAnswers hook_answers() const { return {}; }
};

}  // namespace counterpart
