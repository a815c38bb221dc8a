#include "server/worker/reading.h"

#include <algorithm>
#include <map>
#include <utility>

#include "server/worker/endings.h"

namespace counterpart {
namespace {

std::string what_to_do(OnDelete rule, Side kept) {
  return rule == OnDelete::park
             ? "decide what becomes of the record on " + std::string(name_of(kept)) + "; the pair is synced no more"
             : "";
}

/// What a person is to look at when records of an object seem to have vanished, or it is not to be read.
store::AlertRow vanished(const System& system, const std::string& object, const std::string& what) {
  return {"vanished", system.settings->name + "/" + object, what,
          "if they were deleted on purpose, wait: it is believed bit by bit; else give our user back its rights there"};
}

/// A record that was read several times and is not there, though others are. Linked: its link becomes a tombstone,
/// and nothing is deleted on the other side on the strength of it.
void end_gone(Work& work, Item& item, Side side) {
  const auto& system = *work.sync.system[side]->settings;
  const std::string what = "the record is gone in " + system.name;
  if (!item.link) {
    end(item, store::Outcome::gone, what);
    return;
  }
  const Side kept = other(side);
  if (!item.link->tombstone) {
    store::LinkChange change;
    change.link_id = item.link->link_id;
    change.id = item.id;
    change.state = item.state;
    change.revision = item.link->revision;
    change.own_revision = item.link->own_revision;
    change.tombstone = "deleted on " + std::string(name_of(side));
    item.ending.link = std::move(change);
    item.ending.history.push_back({side, "", "tombstone", {}, {}, {}, what});
  }
  const OnDelete rule = item.mapping->on_delete[kept];
  if (rule == OnDelete::park) {
    end_parked(work, item, {what, "", what_to_do(rule, kept)});
  } else {
    end(item, store::Outcome::gone, what + "; on_delete." + std::string(name_of(kept)) + " is ignore");
  }
}

void check_scope(Work& work, Item& item, Side side) {
  try {
    if (in_scope(*item.mapping, side, *item.record[side])) return;
    end(item, store::Outcome::excluded, "outside `where." + std::string(name_of(side)) + "` of the mapping");
  } catch (const EvaluationError& error) {
    end_parked(work, item,
               {"`where." + std::string(name_of(side)) + "` cannot be evaluated: " + error.what(), "",
                "correct the expression in the configuration"});
  }
}

/// The answers of one read call: the records of one object on one side.
class Answers {
 public:
  Answers(Work& work, Side side, std::string object, std::vector<Item*> items, std::vector<ReadResult> results)
      : work_(work),
        side_(side),
        system_(*work.sync.system[side]),
        object_(std::move(object)),
        items_(std::move(items)),
        results_(std::move(results)) {
    for (const ReadResult& result : results_) {
      if (std::holds_alternative<Record>(result)) ++read_;
      if (std::holds_alternative<Gone>(result)) ++gone_;
    }
  }

  boost::asio::awaitable<void> take() {
    for (std::size_t i = 0; i < items_.size(); ++i) take_one(*items_[i], std::move(results_.at(i)));
    if (read_ + gone_ > 0) co_await note_let_in(work_, side_, "read");
    if (!believable_.empty()) co_await believe();
    if (!there_again_.empty()) co_await reopen();
    if (read_ > 0 && gone_ == 0) co_await note_readable();
  }

 private:
  /// Too many at once: a right that was taken away looks the same.
  bool is_wave() const { return gone_ > 3 && gone_ * 2 > items_.size(); }

  void take_one(Item& item, ReadResult result) {
    if (auto* record = std::get_if<Record>(&result)) {
      item.ending.identity.emplace_back(store::RecordKey{item.mapping->name, side_, record->id},
                                        match_keys(*item.mapping, side_, *record));
      item.record[side_] = std::move(*record);
      if (item.link && item.link->tombstone) {
        there_again_.push_back(&item);
      } else {
        check_scope(work_, item, side_);
      }
    } else if (std::holds_alternative<Gone>(result)) {
      take_gone(item);
    } else {
      end_failure(work_, item, side_, std::get<Failure>(result), "read");
    }
  }

  void take_gone(Item& item) {
    const SystemConfiguration& settings = *system_.settings;
    if (is_wave()) {
      doubt(item, "many records vanished at once: " + std::to_string(gone_) + " of the " +
                      std::to_string(items_.size()) + " " + object_ + " just read; none of that is believed");
      return;
    }
    int before = 0;
    for (const store::Claimed& claimed : item.claimed) before = std::max(before, claimed.not_found);
    if (before + 1 < settings.not_found_tries) {
      end_again(item, settings.name + " does not have it; reading again before that is believed",
                settings.not_found_wait, false);
      item.ending.not_found = true;
      return;
    }
    believable_.push_back(&item);
  }

  void doubt(Item& item, const std::string& what) {
    add_system_alert(work_, item, vanished(system_, object_, what), system_.troubles.begins(object_ + " vanished"));
    end_later(work_, item, what);
  }

  /// Not on the word of reads alone that found nothing: the object must show that it is readable otherwise.
  boost::asio::awaitable<void> believe() {
    if (read_ > 0) {
      for (Item* item : believable_) end_gone(work_, *item, side_);
      co_return;
    }
    const ChangesResult listing = co_await system_.connector->changed(object_, std::nullopt, "");
    for (Item* item : believable_) {
      if (const auto* failure = std::get_if<Failure>(&listing)) {
        end_failure(work_, *item, side_, *failure, "list");
        continue;
      }
      const auto& page = std::get<ChangesPage>(listing);
      const bool empty = page.records.empty() && page.ids.empty() && !page.next;
      const std::int64_t own = item->link ? item->link->link_id : 0;
      if (empty && co_await work_.store.has_links(work_.sync.id, item->mapping->name, own)) {
        doubt(*item, system_.settings->name + " lists no " + object_ + " any more, though some are linked");
      } else {
        end_gone(work_, *item, side_);
      }
    }
  }

  /// A person asked to look again, and it is there: the link goes on from where it ended, with the next claim, which
  /// leases both ends.
  boost::asio::awaitable<void> reopen() {
    std::vector<store::Store::Reopening> wanted;
    wanted.reserve(there_again_.size());
    for (const Item* item : there_again_) wanted.push_back({item->news().key, item->link->link_id});
    const std::vector<bool> reopened = co_await work_.store.reopen_links(work_.sync.id, work_.lease, wanted);
    for (std::size_t i = 0; i < there_again_.size(); ++i) {
      Item& item = *there_again_[i];
      if (reopened[i]) {
        item.ending.history.push_back({side_, "", "reopen", {}, {}, {}, "the record is there: its link goes on"});
        end_again(item, "the record is there: its link goes on", std::chrono::milliseconds(0), false);
      } else {
        end_parked(work_, item,
                   {"its link has ended, and its counterpart has another one now", "",
                    "decide which two belong together; the others are synced no more"});
      }
    }
  }

  boost::asio::awaitable<void> note_readable() {
    const std::string what = object_ + " vanished";
    if (!system_.troubles.may_last(what)) co_return;
    const store::AlertRow alert = vanished(system_, object_, "");
    co_await work_.store.resolve_alert(alert.kind, alert.subject);
    system_.troubles.ends(what);
  }

  Work& work_;
  Side side_;
  System& system_;
  std::string object_;
  std::vector<Item*> items_;
  std::vector<ReadResult> results_;
  std::size_t read_ = 0;
  std::size_t gone_ = 0;
  std::vector<Item*> believable_;   ///< not found often enough
  std::vector<Item*> there_again_;  ///< their link has ended
};

}  // namespace

boost::asio::awaitable<void> read_side(Work& work, std::vector<Item*> items, Side side) {
  std::map<std::string, std::vector<Item*>> by_object;
  for (Item* item : items) {
    if (item->id[side].empty() || end_if_closed(work, *item, side)) continue;
    by_object[item->mapping->object[side]].push_back(item);
  }
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<std::string> ids;
    ids.reserve(group.size());
    for (const Item* item : group) ids.push_back(item->id[side]);
    const auto started = work.clock.uptime();
    std::vector<ReadResult> results = co_await connector.read(object, std::move(ids));
    for (Item* item : group) item->read_at[side] = started;
    Answers answers(work, side, object, std::move(group), std::move(results));
    co_await answers.take();
  }
}

}  // namespace counterpart
