#include "server/simulation/simulation.h"

#include <algorithm>
#include <array>

#include "connectors/webhook/hook.h"
#include "mapping/values/json.h"
#include "server/simulation/definition.h"
#include "server/simulation/machine.h"
#include "server/simulation/people.h"
#include "server/simulation/post.h"

namespace counterpart::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Kind = Happening::Kind;

namespace {

constexpr Instant kStart{std::chrono::sys_days(std::chrono::year{2026} / 1 / 5) + 8h};
constexpr microseconds kLook = 10s;     ///< how often it is looked whether all is at rest
constexpr microseconds kRestMost = 2h;  ///< then it never will be
constexpr std::string_view kLeasesLost = "counterpart_leases_lost_total{";
constexpr microseconds kNoSweeps = 24h * 300;
constexpr microseconds kJustBefore = 300ms;  ///< a daemon that stood still goes on
constexpr microseconds kLongBefore = 5s;     ///< what happens then has been carried over by another

/// Parts of fault points' names: what has just been acknowledged, decided, written, and is not stored yet, or not sent.
constexpr std::array<std::string_view, 8> kDelicate = {"commit.accept.before",
                                                       "commit.begin_intents.before",
                                                       "commit.begin_intents.after",
                                                       ".update.before",
                                                       "commit.complete.before",
                                                       "commit.store_created.before",
                                                       ".create.after",
                                                       ".update.after"};

/// FNV-1a, going on.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14'695'981'039'346'656'037ULL;
};

Configuration simulated(const Configuration& original, const History& history) {
  Configuration configuration = original;
  for (SystemConfiguration& system : configuration.systems) {
    put_simulation_in_place(system, history.systems.at(system.name), original);
    if (!history.sweeps) system.sweep_every = std::chrono::duration_cast<std::chrono::milliseconds>(kNoSweeps);
  }
  return configuration;
}

bool is_trouble(const Happening& happening) {
  return happening.kind >= Kind::spoil_call;
}

/// One history under way.
class World {
 public:
  World(const Configuration& configuration, const History& history, store::ScratchDatabase& database,
        const Watcher& watcher)
      : history_(history),
        watcher_(watcher),
        configuration_(simulated(configuration, history)),
        agenda_(kStart),
        network_(agenda_, history.seed ^ 0x6e657477),
        bus_(agenda_, history.seed ^ 0x627573),
        around_{agenda_,
                network_,
                bus_,
                configuration_,
                database.uri(),
                [this](const std::string& what) { note(what); },
                [this] { oracle_.note_end(); }},
        values_(values_of(configuration_)),
        oracle_(configuration_, values_, by_name_, agenda_, network_),
        post_(agenda_, history.seed ^ 0x706f7374, machines_, [this](const std::string& what) { note(what); }) {
    database.empty();
    make_systems();
    SeededRandom random(history.seed ^ 0x64656d6f);
    for (int i = 0; i < history.daemons; ++i) {
      machines_.push_back(
          std::make_unique<Machine>(around_, i, history.skews[static_cast<std::size_t>(i)], random.bits()));
    }
  }

  Result live() {
    for (const auto& machine : machines_) machine->start();
    if (!history_.ends_at && std::ranges::none_of(history_.happenings, is_trouble)) oracle_.expect_no_failure();
    if (history_.ends_at) machines_.front()->fate()->crash().in(*history_.ends_at);
    for (const Happening& happening : history_.happenings) {
      agenda_.at(kStart + happening.at, [this, &happening] { happen(happening); });
    }
    run_until(kStart + history_.end);
    be_kind();
    if (come_to_rest()) {
      judge();
      stay_at_rest();
    }
    return result();
  }

 private:
  void make_systems() {
    network_.on_call = [this](const std::string& what) {
      ++calls_;
      note(what);
    };
    for (const auto& [name, traits] : history_.systems) {
      const auto objects = objects_of(name, configuration_);
      if (objects.empty()) continue;
      auto system =
          std::make_unique<SimulatedSystem>(name, traits, objects, row_lists_of(name, configuration_), agenda_);
      network_.connect(*system);
      system->on_webhook = [this, name, &how = traits](const Native& event) { post_.take(name, how, event); };
      by_name_[name] = system.get();
      systems_.push_back(std::move(system));
    }
    people_ = std::make_unique<People>(configuration_, values_, by_name_, oracle_, agenda_);
    for (const auto& system : systems_) {
      system->keeps = [this, of = system.get()](const std::string& object, Native fields) {
        return people_->as_kept(*of, object, std::move(fields));
      };
      system->on_read = [this, of = system.get()](const std::string& object, const std::string& id) {
        people_->note_read(*of, object, id);
      };
      system->on_write = [this, of = system.get()](const Written& written) {
        last_write_ = agenda_.now();
        oracle_.observe(*of, written);
        people_->answer_write(*of, written);
      };
    }
  }

  // --- time

  void run_machines() {
    for (const auto& machine : machines_) machine->run();
  }

  void run_until(Instant end) {
    bool over = false;
    agenda_.at(end, [&over] { over = true; });
    while (!over && step()) run_machines();
  }

  bool step() {
    if (watcher_.has_enough && watcher_.has_enough()) throw Interrupted();
    return agenda_.step();
  }

  template <class R>
  R ask(asio::awaitable<R> question) {
    std::optional<R> answer;
    bool failed = false;
    machines_.front()->spawn(fill(std::move(question), answer), [&failed] { failed = true; });
    run_machines();
    while (!answer && !failed && step()) run_machines();
    if (!answer) throw std::logic_error("a simulated daemon could not tell how it stands");
    return std::move(*answer);
  }

  template <class R>
  static asio::awaitable<void> fill(asio::awaitable<R> question, std::optional<R>& answer) {
    answer = co_await std::move(question);
  }

  // --- what happens

  void happen(const Happening& happening) {
    ++happened_;
    note(describe(happening));
    SeededRandom pick(happening.pick);
    const SystemConfiguration& system = configuration_.systems[pick.below(configuration_.systems.size())];
    Machine& machine = *machines_[pick.below(machines_.size())];
    switch (happening.kind) {
      case Kind::spoil_call:
        return network_.spoil_next_call(system.name, static_cast<CallFault>(1 + happening.what % (kCallFaults - 1)));
      case Kind::cut_off:
        return network_.cut_off(system.name, agenda_.now() + happening.time);
      case Kind::spoil_commit:
        if (Fate* fate = machine.fate()) {
          fate->spoil_commit(happening.what % 2 == 0 ? Fate::Commit::lost : Fate::Commit::in_doubt);
        }
        return;
      case Kind::crash:
        machine.restarts_after = happening.time;
        crash(machine, happening);
        return;
      case Kind::freeze:
        return freeze(machine, happening);
      case Kind::contend:
        return contend(happening);
      default:
        return people_->act(happening);
    }
  }

  /// At one of its next fault points, or at the next of those that matter most.
  static void crash(Machine& machine, const Happening& happening) {
    Fate* fate = machine.fate();
    if (fate == nullptr) return;
    if (happening.what % 3 != 0) return fate->crash().in(1 + happening.what % 60);
    fate->crash().at(std::string(kDelicate[happening.what / 3 % kDelicate.size()]));
  }

  /// So too, or at once, or all of them at the worst moment: when two people edit what has been read and is to be
  /// written.
  void freeze(Machine& machine, const Happening& happening) {
    switch (happening.what % 4) {
      case 0:
        return machine.freeze(happening.time);
      case 1:
        return freeze_at(machine, happening, {});
      case 2:
        return freeze_at(machine, happening, kDelicate[happening.what / 4 % kDelicate.size()]);
      default:
        return people_->contend(happening, People::Second::when_read, [this, &happening](const People::Moves&) {
          const bool stored = happening.what / 4 % 2 == 0;
          const std::string_view point = stored ? "commit.begin_intents.after" : "commit.begin_intents.before";
          for (const auto& one : machines_) freeze_at(*one, happening, point);
        });
    }
  }

  /// Either what both have edited is written, and the daemon ends; or one daemon, or each, stands still before the
  /// write, while the other person edits what it is about to overwrite, or another daemon creates what it is about to
  /// create.
  void contend(const Happening& happening) {
    switch (happening.what / 8 % 4) {
      case 0:
        return people_->contend(happening, People::Second::at_once,
                                [this, &happening](const People::Moves&) { end_at(".update.after", happening); });
      case 1:
        return people_->contend(happening, People::Second::when_read, [this, &happening](const People::Moves&) {
          for (const auto& one : machines_) freeze_at(*one, happening, before_write(happening));
        });
      case 2:
        return people_->contend(happening, People::Second::later,
                                [this, &happening](const People::Moves& moves) { outlive_lease(happening, moves); });
      default:
        return contend_create(happening);
    }
  }

  /// A daemon stands still for longer than its lease lasts, while another does its work: before its write, and the
  /// second person edits what is to be overwritten; or after it.
  void outlive_lease(const Happening& happening, const People::Moves& moves) {
    if (happening.what / 32 % 2 == 1) return outlive_lease_after_write(happening, moves);
    at_first(before_write(happening), [this, &happening, moves](Machine& machine, Fate&) {
      machine.freeze(beyond_lease(happening));
      agenda_.after(beyond_lease(happening) - kJustBefore, moves.edit);
    });
  }

  /// The second person edits, and, when that has been carried over, takes it back: news that nobody has looked at when
  /// the first daemon goes on, and what it had written is there again.
  void outlive_lease_after_write(const Happening& happening, const People::Moves& moves) {
    at_first(".update.after", [this, &happening, moves](Machine& machine, Fate&) {
      const microseconds time = beyond_lease(happening);
      machine.freeze(time);
      agenda_.after(time - kLongBefore, moves.edit);
      agenda_.after(time - kJustBefore, [this, &machine, moves] {
        for (const auto& one : machines_) {
          Fate* fate = one.get() == &machine ? nullptr : one->fate();
          if (fate) fate->freeze([other = one.get()] { other->freeze(2 * kJustBefore); }).at("commit.accept.after");
        }
        moves.take_back();
      });
    });
  }

  void contend_create(const Happening& happening) {
    Happening create = happening;
    create.kind = Kind::create;
    people_->act(create);
    at_first(".find.after", [this, &happening](Machine& machine, Fate& fate) {
      fate.freeze([this, &machine, &happening] { machine.freeze(beyond_lease(happening)); }).in(1 + happening.what % 6);
    });
  }

  static std::string_view before_write(const Happening& happening) {
    if (happening.what / 32 % 4 == 2) return ".read.after";  // what is decided waits for the database
    constexpr std::array<std::string_view, 3> kPoints = {"commit.begin_intents.before", "commit.begin_intents.after",
                                                         ".update.before"};
    return kPoints[happening.what % kPoints.size()];
  }

  void end_at(std::string_view point, const Happening& happening) {
    for (const auto& one : machines_) {
      one->restarts_after = happening.time;
      if (Fate* fate = one->fate()) fate->crash().at(std::string(point));
    }
  }

  /// What happens to the daemon that comes to that point first.
  void at_first(std::string_view point, const std::function<void(Machine&, Fate&)>& happens) {
    const auto is_first = std::make_shared<bool>(true);
    for (const auto& one : machines_) {
      Fate* fate = one->fate();
      if (fate == nullptr) continue;
      const auto reached = [machine = one.get(), fate, is_first, happens] {
        if (std::exchange(*is_first, false)) happens(*machine, *fate);
      };
      fate->freeze(reached).at(std::string(point));
    }
  }

  /// Another must have taken over its work by then.
  microseconds beyond_lease(const Happening& happening) const {
    return configuration_.work.lease + configuration_.work.poll + happening.time;
  }

  static void freeze_at(Machine& machine, const Happening& happening, std::string_view point) {
    Fate* fate = machine.fate();
    if (fate == nullptr) return;
    Occasion& standstill = fate->freeze([&machine, time = happening.time] { machine.freeze(time); });
    if (point.empty()) return standstill.in(1 + happening.what % 30);
    standstill.at(std::string(point));
  }

  /// Nothing goes wrong any more.
  void be_kind() {
    note("everybody stops");
    points_until_rest_ = machines_.front()->points();
    ended_ = machines_.front()->ends() > 0;
    people_->stop();
    network_.be_kind();
    post_.be_kind();
    for (const auto& machine : machines_) {
      machine->restarts_after = 1s;
      if (Fate* fate = machine->fate()) fate->be_kind();
      machine->thaw();
    }
  }

  microseconds sweep_every() const {
    microseconds longest{0};
    if (!history_.sweeps) return 60s;
    for (const SystemConfiguration& system : configuration_.systems) {
      longest = std::max<microseconds>(longest, system.sweep_every);
    }
    return longest;
  }

  /// What was written, by whomever, may reach each system by its next sweep only, and an automation may answer there.
  bool has_gone_round() const { return agenda_.now() > last_write_ + sweep_every() * 5 / 4 + 15s; }

  bool come_to_rest() {
    const Instant asked = agenda_.now();
    last_write_ = std::max(last_write_, asked);
    int quiet = 0;
    while (quiet < 2) {
      if (agenda_.now() > asked + kRestMost) {
        violations_.push_back({"no_rest", "work is left that never ends: " + print_json(last_status_)});
        return false;
      }
      run_until(agenda_.now() + kLook);
      quiet = has_gone_round() && is_at_rest() ? quiet + 1 : 0;
    }
    return true;
  }

  bool is_at_rest() {
    if (network_.under_way() > 0 || post_.under_way() > 0) return false;
    if (!std::ranges::all_of(machines_, [](const auto& machine) { return machine->is_ready(); })) return false;
    last_status_ = ask(machines_.front()->engine().store().status());
    const Native* syncs = last_status_.member("syncs");
    return std::ranges::all_of(syncs->array(), [](const Native& sync) { return sync.member("dirty")->plain() == "0"; });
  }

  void judge() {
    oracle_.judge([this](const std::string& sync, const std::string& mapping, Side side, const std::string& id) {
      return story_of(sync, mapping, side, id);
    });
    judge_leases();
  }

  /// Only who stood still, or did not hear that its work was stored, may find that another has taken it over.
  void judge_leases() {
    const bool may_be_late = std::ranges::any_of(history_.happenings, [](const Happening& happening) {
      return happening.kind == Kind::freeze || happening.kind == Kind::spoil_commit || happening.kind == Kind::contend;
    });
    if (may_be_late) return;
    for (const auto& machine : machines_) {
      // The series is there from the first one that was lost on.
      if (machine->engine().metrics().render().find(kLeasesLost) == std::string::npos) continue;
      violations_.push_back({"lease_lost", "work was taken over that nobody had let go"});
    }
  }

  Native story_of(const std::string& sync, const std::string& mapping, Side side, const std::string& id) {
    Engine& engine = machines_.front()->engine();
    store::Store::Subject subject;
    for (const Sync& one : engine.topology().syncs) {
      if (one.settings->name == sync) subject = {one.id, sync, store::RecordKey{mapping, side, id}};
    }
    std::vector<store::Store::Subject> subjects;
    subjects.push_back(subject);
    Native told = ask(engine.store().explain(std::move(subjects)));
    Native::Array& records = told.member("records")->array();
    return records.empty() ? Native(Native::Object()) : std::move(records.front());
  }

  /// Old webhooks come once more, and the sweeps go round: nothing is to be written.
  void stay_at_rest() {
    oracle_.expect_silence();
    post_.replay();
    run_until(agenda_.now() + sweep_every() * 5 / 4 + 15s);
  }

  // --- notes

  void note(const std::string& what) {
    fingerprint_.add(what);
    if (!watcher_.tell) return;
    const double seconds = static_cast<double>((agenda_.now() - kStart).count()) / 1e6;
    std::array<char, 32> time{};
    std::snprintf(time.data(), time.size(), "%11.6f ", seconds);
    watcher_.tell(time.data() + what);
  }

  Result result() {
    Result result;
    result.violations = oracle_.violations();
    result.violations.insert(result.violations.end(), violations_.begin(), violations_.end());
    result.steps = calls_ + happened_;
    for (const auto& machine : machines_) {
      result.steps += machine->steps();
    }
    result.points_until_rest = points_until_rest_;
    result.ended = ended_;
    result.edits = oracle_.edits();
    result.writes = oracle_.writes();
    result.fingerprint = fingerprint_.value();
    return result;
  }

  const History& history_;
  const Watcher& watcher_;
  Configuration configuration_;
  Agenda agenda_;
  Network network_;
  Bus bus_;
  Surroundings around_;
  AllValues values_;
  std::vector<std::unique_ptr<SimulatedSystem>> systems_;
  Oracle::Systems by_name_;
  Oracle oracle_;
  std::unique_ptr<People> people_;
  std::vector<std::unique_ptr<Machine>> machines_;
  Post post_;
  Instant last_write_{};
  Native last_status_;
  std::vector<Violation> violations_;
  Fingerprint fingerprint_;
  std::uint64_t calls_ = 0;
  std::uint64_t happened_ = 0;
  std::uint64_t points_until_rest_ = 0;
  bool ended_ = false;
};

}  // namespace

Result live(const Configuration& configuration, const History& history, store::ScratchDatabase& database,
            const Watcher& watcher) {
  return World(configuration, history, database, watcher).live();
}

}  // namespace counterpart::simulation
