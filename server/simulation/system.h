#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/http_client.h"
#include "mapping/values/native.h"
#include "server/simulation/agenda.h"
#include "server/simulation/row_lists.h"
#include "server/simulation/traits.h"

namespace counterpart::simulation {

/// Who writes in a system: people, the system itself, and our user.
enum class Writer : std::uint8_t { person, automation, hub };
std::string_view name_of(Writer writer);

/// One state of a record; `fields` is null once it is gone.
struct Version {
  Instant visible;  ///< from when on it is seen
  Instant stamp;    ///< what the system says of when it was written
  std::uint64_t number = 0;
  Writer writer = Writer::person;
  Native fields;
};

/// What a write did, as it happened.
struct Written {
  std::string_view object;
  std::string_view id;
  Native before;  ///< null: it was created
  Native after;   ///< null: it was removed
  Writer writer = Writer::person;
};

/// A CRM or ERP in memory: records with their history, an HTTP API as its traits have it (of which definition.h makes
/// a connector), webhooks. It knows nothing of the sync, and only what its callers told it.
class SimulatedSystem {
 public:
  using Webhook = std::function<void(const Native& event)>;

  /// `objects`: each with the names of its fields, which are there even where they are blank; `rows`: its lists of
  /// child rows, to which it gives ids.
  SimulatedSystem(std::string name, Traits traits, const std::map<std::string, std::set<std::string>>& objects,
                  RowLists rows, Agenda& agenda);

  const std::string& name() const { return name_; }
  const Traits& traits() const { return traits_; }
  /// Where that object shows child rows.
  const std::vector<RowList>& row_lists(const std::string& object) const;

  // --- for people (and automations)

  /// Gives the new record's id.
  std::string create(const std::string& object, Native fields, Writer writer, microseconds commits);
  void change(const std::string& object, const std::string& id, Native fields, Writer writer, microseconds commits);
  void remove(const std::string& object, const std::string& id, Writer writer);
  /// A webhook of a change that is then rolled back.
  void pretend(const std::string& object, const std::string& id);

  /// Ids of the records that are there, oldest first.
  std::vector<std::string> living(const std::string& object) const;
  /// The record's newest fields; nullptr where it is gone or never was.
  const Native* fields(const std::string& object, const std::string& id) const;
  /// Its newest version; nullptr where it never was.
  const Version* latest(const std::string& object, const std::string& id) const;
  /// From when on it could be seen at all. It is or was there.
  Instant first_seen(const std::string& object, const std::string& id) const;
  const Version* previous(const std::string& object, const std::string& id) const;
  Writer creator(const std::string& object, const std::string& id) const;

  // --- for us

  /// Answers a call of our user.
  HttpResponse answer(const HttpRequest& request);

  /// When our user last read that record, by its id or in a list; nullopt: never.
  std::optional<Instant> last_read(const std::string& object, const std::string& id) const;

  Webhook on_webhook;  ///< called with each event that goes out
  std::function<void(const std::string& object, const std::string& id)> on_read;  ///< called when we have read that one
  std::function<void(const Written&)> on_write;                                   ///< called with each write, after it
  std::function<Native(const std::string& object, Native fields)>
      keeps;  ///< what it makes of fields that are to be stored

 private:
  struct Held {
    std::uint64_t order = 0;
    std::vector<Version> versions;
    std::optional<Instant> read;
  };
  using Table = std::map<std::string, Held>;
  struct Refused {
    int status;
    std::string why;
  };

  HttpResponse route(const HttpRequest& request);
  HttpResponse list(const std::string& object, std::string_view query);
  HttpResponse find(const std::string& object, const Native& body);
  HttpResponse read_one(const std::string& object, const std::string& id);
  HttpResponse read_many(const std::string& object, const Native& body);
  HttpResponse create_one(const std::string& object, Native fields);
  HttpResponse update_one(const std::string& object, const std::string& id, const std::string* revision,
                          Native changes);
  HttpResponse batch(const Native& body, const std::function<HttpResponse(const Native&)>& one);
  HttpResponse written(const std::string& object, const std::string& id, int status);

  Table& table(const std::string& object);
  const Held* held(const std::string& object, const std::string& id) const;
  const Version* seen(const Held& held, Instant at) const;
  Native show(const std::string& object, const std::string& id, const Version& version, const Held& held) const;
  void store(const std::string& object, const std::string& id, Native fields, Writer writer, microseconds commits);
  void tell(const std::string& object, const std::string& id, const Version& version, const Native& before);
  void fill_columns(const std::string& object, Native& fields) const;
  Instant clock() const;
  std::string spell(const Version& version) const;

  std::string name_;
  Traits traits_;
  Agenda& agenda_;
  std::map<std::string, std::set<std::string>> columns_;
  std::map<std::string, Table> tables_;
  RowLists rows_;
  std::uint64_t made_ = 0;
  std::uint64_t named_rows_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace counterpart::simulation
