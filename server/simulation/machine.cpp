#include "server/simulation/machine.h"

#include <boost/asio/co_spawn.hpp>
#include <set>

#include "server/store/lane.h"

namespace counterpart::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// --- Bus ------------------------------------------------------------------------------------------

std::shared_ptr<Bus::Hear> Bus::listen(Hear hear) {
  auto ear = std::make_shared<Hear>(std::move(hear));
  ears_.push_back(ear);
  return ear;
}

void Bus::announce(const std::string& words) {
  std::erase_if(ears_, [](const std::weak_ptr<Hear>& ear) { return ear.expired(); });
  for (const std::weak_ptr<Hear>& ear : ears_) {
    agenda_.after(microseconds(500 + random_.below(5'000)), [ear, words] {
      if (const auto alive = ear.lock()) (*alive)(words);
    });
  }
}

// --- Machine --------------------------------------------------------------------------------------

/// One run of a daemon. Its lanes are stepped one job at a time, each at its own moment of virtual time.
class Machine::Process : public store::LaneHost {
 public:
  Process(Machine& machine, std::uint64_t seed)
      : machine_(machine), clock_(machine.around_.agenda, machine.skew_), random_(seed) {
    EnginePorts ports;
    ports.clock = &clock_;
    ports.random = &random_;
    ports.points = &fate_;
    ports.lane_host = this;
    ports.client = [this](const SystemConfiguration& system, http::ClientObserver observer) {
      return machine_.around_.network.make_client(system.name, fate_, std::move(observer));
    };
    config::Problems problems;
    engine_ = std::make_unique<Engine>(io_, machine.around_.configuration, machine.around_.database_uri,
                                       "daemon-" + std::to_string(machine.number_), std::move(ports), problems);
    if (!problems.empty()) throw std::invalid_argument(problems.print());
    fate_.on_point = [this](std::string_view point) {
      machine_.around_.trace(std::to_string(machine_.number_) + " at " + std::string(point));
    };
  }

  ~Process() override {
    ear_.reset();
    engine_->end();
    io_.end();
  }

  // --- LaneHost

  void job_waits(store::Lane& lane) override {
    const auto [found, fresh] = lanes_.try_emplace(&lane);
    if (fresh) found->second = std::make_shared<store::Lane*>(&lane);
    const std::uint64_t usual = 100 + random_.below(2'000);
    step_later(found->second, microseconds(random_.below(30) == 0 ? usual * 50 : usual));
  }

  void lane_ended(store::Lane& lane) override { lanes_.erase(&lane); }
  Instant database_time() const override { return machine_.around_.agenda.now(); }
  void announced(const std::string& words) override { machine_.around_.bus.announce(words); }
  void listen(std::function<void(std::string)> hear) override {
    ear_ = machine_.around_.bus.listen(hear);
    hear("");
  }

  // --- what happens to it

  void begin() {
    spawn(begin_work(), [this] { failed_ = true; });
  }

  void spawn(asio::awaitable<void> work, std::function<void()> failed) {
    asio::co_spawn(io_, std::move(work), [this, failed = std::move(failed)](const std::exception_ptr& error) {
      if (!error) return;
      say(error);
      failed();
    });
  }

  void run() {
    io_.restart();
    while (io_.poll() > 0) io_.restart();
  }

  bool is_over() const { return fate_.is_over() || failed_; }
  Fate& fate() { return fate_; }
  Engine& engine() { return *engine_; }
  asio::io_context& io() { return io_; }

 private:
  /// A lane of a machine that stands still is stepped when it goes on.
  void step_later(const std::weak_ptr<store::Lane*>& lane, microseconds time) {
    machine_.around_.agenda.after(time, [this, lane] {
      const auto alive = lane.lock();
      if (!alive) return;
      if (machine_.is_frozen()) return step_later(lane, machine_.frozen_until_ - machine_.around_.agenda.now());
      ++machine_.steps_;
      (*alive)->step();
    });
  }

  asio::awaitable<void> begin_work() {
    co_await engine_->prepare();
    machine_.prepared_ = true;
    engine_->run([this](const std::string& part, asio::awaitable<void> work) {
      machine_.around_.trace("part " + part);
      spawn(std::move(work), [this] { failed_ = true; });
    });
  }

  void say(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      machine_.around_.trace(std::to_string(machine_.number_) + " failed: " + exception.what());
    } catch (...) {
      machine_.around_.trace(std::to_string(machine_.number_) + " is over");
    }
  }

  Machine& machine_;
  VirtualClock clock_;
  SeededRandom random_;
  Fate fate_;
  OwnIo io_{1};
  std::map<store::Lane*, std::shared_ptr<store::Lane*>> lanes_;
  std::shared_ptr<Bus::Hear> ear_;
  std::unique_ptr<Engine> engine_;
  bool failed_ = false;
};

Machine::Machine(Surroundings& around, int number, microseconds skew, std::uint64_t seed)
    : around_(around), number_(number), skew_(skew), random_(seed) {}

Machine::~Machine() = default;

void Machine::start() {
  if (process_) return;
  around_.trace(std::to_string(number_) + " starts");
  prepared_ = false;
  process_ = std::make_unique<Process>(*this, random_.bits());
  process_->begin();
}

void Machine::run() {
  if (!process_ || is_frozen()) return;
  // What had become ready in a daemon that is over does not happen any more.
  if (!process_->is_over()) process_->run();
  if (process_->is_over()) end(restarts_after);
}

void Machine::end(microseconds away) {
  if (!process_) return;
  around_.trace(std::to_string(number_) + " ends");
  points_ += process_->fate().reached();
  ++ends_;
  process_.reset();
  prepared_ = false;
  around_.ended();
  around_.agenda.after(away, [this] { start(); });
}

void Machine::freeze(microseconds time) {
  frozen_until_ = around_.agenda.now() + time;
  if (time >= around_.configuration.work.lease) around_.ended();
  around_.agenda.at(frozen_until_, [] {});
}

void Machine::thaw() {
  frozen_until_ = Instant::min();
}

Fate* Machine::fate() {
  return process_ ? &process_->fate() : nullptr;
}

Engine& Machine::engine() {
  return process_->engine();
}

std::uint64_t Machine::points() const {
  return points_ + (process_ ? process_->fate().reached() : 0);
}

namespace {

asio::awaitable<void> receive(Engine& engine, http::ServerRequest request, std::function<void(int)> answered) {
  const http::ServerResponse response = co_await engine.intake().receive(std::move(request));
  answered(response.status);
}

}  // namespace

void Machine::deliver(http::ServerRequest request, std::function<void(int status)> answered) {
  ++steps_;
  auto failed = [answered] { answered(500); };
  spawn(receive(process_->engine(), std::move(request), std::move(answered)), std::move(failed));
}

void Machine::spawn(asio::awaitable<void> work, std::function<void()> failed) {
  process_->spawn(std::move(work), std::move(failed));
}

}  // namespace counterpart::simulation
