#include "server/store/lane.h"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/store/store.h"

namespace counterpart::store {

namespace asio = boost::asio;

namespace {

constexpr int kAttemptsMax = 8;

template <class Handler, class Executor>
class HandlerWaiter : public Waiter {
 public:
  HandlerWaiter(Handler handler, const Executor& executor)
      : handler_(std::move(handler)), guard_(asio::make_work_guard(executor)) {}

  void finish(std::exception_ptr error) override {
    asio::post(guard_.get_executor(),
               [handler = std::move(handler_), error = std::move(error)]() mutable { handler(std::move(error)); });
    guard_.reset();
  }

 private:
  Handler handler_;
  asio::executor_work_guard<Executor> guard_;
};

class SessionJob : public Job {
 public:
  SessionJob(std::function<void(Session&)> work, std::unique_ptr<Waiter> waiter)
      : work_(std::move(work)), waiter_(std::move(waiter)) {}

  void run(Session& session) override {
    std::exception_ptr error;
    try {
      work_(session);
    } catch (...) {
      error = std::current_exception();
    }
    waiter_->finish(std::move(error));
  }

  void reject(std::exception_ptr error) override { waiter_->finish(std::move(error)); }

 private:
  std::function<void(Session&)> work_;
  std::unique_ptr<Waiter> waiter_;
};

}  // namespace

awaitable<void> suspend(asio::io_context& io, std::function<void(std::unique_ptr<Waiter>)> hand_over) {
  auto initiate = [&io](auto handler, std::function<void(std::unique_ptr<Waiter>)> take) {
    auto executor = asio::get_associated_executor(handler, io.get_executor());
    take(std::make_unique<HandlerWaiter<decltype(handler), decltype(executor)>>(std::move(handler), executor));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(initiate), asio::use_awaitable, std::move(hand_over));
}

std::unique_ptr<Job> make_job(std::function<void(Session&)> work, std::unique_ptr<Waiter> waiter) {
  return std::make_unique<SessionJob>(std::move(work), std::move(waiter));
}

Lane::Lane(asio::io_context& io, LaneSettings settings, FaultPoints& points, std::uint64_t jitter_seed, LaneHost* host)
    : io_(io),
      settings_(std::move(settings)),
      points_(points),
      host_(host),
      jitter_(static_cast<std::minstd_rand::result_type>(jitter_seed)) {
  if (host_ == nullptr) thread_ = std::thread([this] { work(); });
}

Lane::~Lane() {
  stop();
  join();
}

void Lane::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
  if (host_ != nullptr) host_->lane_ended(*this);
  reject_all("the daemon is stopping");
}

void Lane::submit(std::unique_ptr<Job> job) {
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    if (!away_ && !stopping_) {
      queue_.push_back(std::move(job));
      changed_.notify_all();
      if (host_ != nullptr) host_->job_waits(*this);
      return;
    }
    reason = away_.value_or("the daemon is stopping");
  }
  job->reject(std::make_exception_ptr(DatabaseAway(reason)));
}

std::size_t Lane::load() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() + (running_ ? 1 : 0);
}

void Lane::break_if_silent(milliseconds limit) {
  std::shared_ptr<Pulse> pulse;
  {
    const std::lock_guard lock(mutex_);
    pulse = pulse_;
  }
  if (pulse && pulse->break_if_silent(limit)) reject_all("the database does not answer");
}

void Lane::work() {
  milliseconds back_off = settings_.retry_first;
  while (!is_stopping()) {
    if (!connection_ && !connect()) {
      reject_all(last_failure_);
      pause(back_off);
      back_off = std::min(back_off * 2, settings_.retry_most);
      continue;
    }
    back_off = settings_.retry_first;
    if (const std::unique_ptr<Job> job = next()) {
      job->run(*this);
    } else {
      disconnect();  // it was broken as silent just when its last call had been answered
    }
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
}

/// As work() does for one job; a database that is away is tried again by the next.
void Lane::step() {
  const std::unique_ptr<Job> job = take();
  if (!job) return;
  if (connection_ || connect()) {
    connection_->set_time(host_->database_time());
    job->run(*this);
  } else {
    job->reject(std::make_exception_ptr(DatabaseAway(last_failure_)));
  }
  const std::lock_guard lock(mutex_);
  running_ = false;
}

bool Lane::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

/// The next job; null when there is to be none on this connection.
std::unique_ptr<Job> Lane::next() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || away_ || !queue_.empty(); });
  }
  return take();
}

/// Null where none waits, or none is to be run.
std::unique_ptr<Job> Lane::take() {
  const std::lock_guard lock(mutex_);
  if (stopping_ || away_ || queue_.empty()) return nullptr;
  std::unique_ptr<Job> job = std::move(queue_.front());
  queue_.pop_front();
  running_ = true;
  return job;
}

bool Lane::connect() {
  const auto connected = [this](const std::shared_ptr<Pulse>& pulse) {
    const std::lock_guard lock(mutex_);
    pulse_ = pulse;
  };
  try {
    connection_ = std::make_unique<Connection>(settings_.connection, connected);
  } catch (const Failure& failure) {
    last_failure_ = failure.what();
    return false;
  }
  if (host_ != nullptr) connection_->set_time(host_->database_time());
  const std::lock_guard lock(mutex_);
  away_.reset();
  ++connections_;
  return true;
}

void Lane::disconnect() {
  {
    const std::lock_guard lock(mutex_);
    pulse_.reset();
  }
  connection_.reset();
}

void Lane::reject_all(const std::string& reason) {
  std::deque<std::unique_ptr<Job>> rejected;
  {
    const std::lock_guard lock(mutex_);
    away_ = reason;
    rejected.swap(queue_);
  }
  changed_.notify_all();
  for (const std::unique_ptr<Job>& job : rejected) job->reject(std::make_exception_ptr(DatabaseAway(reason)));
}

void Lane::pause(milliseconds at_most) {
  const auto half = at_most.count() / 2;
  const milliseconds time(half + static_cast<std::int64_t>(jitter_()) % (half + 1));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Lane::transact(std::string_view name, const std::function<void(Transaction&)>& work) {
  bool reconnected = false;
  for (int attempt = 1;; ++attempt) {
    try {
      if (!connection_) throw Failure(FailureKind::reconnect, "the connection to the database is lost");
      connection_->transact(name, work, points_);
      return;
    } catch (const Failure& failure) {
      if (!settle_failure(failure, attempt, reconnected)) throw StoreError(failure.what());
    }
  }
}

/// True if the transaction may run again, false if it never will; else throws DatabaseAway.
bool Lane::settle_failure(const Failure& failure, int attempt, bool& reconnected) {
  switch (failure.kind()) {
    case FailureKind::refused:
      return false;
    case FailureKind::unavailable:
      throw DatabaseAway(failure.what());
    case FailureKind::in_doubt:
      disconnect();
      throw DatabaseAway(failure.what(), true);
    case FailureKind::retry_now:
      if (attempt >= kAttemptsMax) throw DatabaseAway(failure.what());
      pause(milliseconds(4 * attempt));
      return true;
    case FailureKind::reconnect:
      break;
  }
  disconnect();
  if (reconnected || !connect()) throw DatabaseAway(reconnected ? failure.what() : last_failure_);
  reconnected = true;
  return true;
}

}  // namespace counterpart::store
