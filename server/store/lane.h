#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "server/fault_points.h"
#include "server/store/lane_host.h"
#include "server/store/session.h"

namespace counterpart::store {

using boost::asio::awaitable;

/// A suspended coroutine. finish() may be called on any thread; the coroutine goes on on its own
/// executor, with the exception if there is one.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void finish(std::exception_ptr error) = 0;
};

/// Suspends the calling coroutine and hands it over; resumes when it is finished.
awaitable<void> suspend(boost::asio::io_context& io, std::function<void(std::unique_ptr<Waiter>)> hand_over);

/// What a job on a lane works with: transactions that reconnect and retry by themselves.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs `work` in a transaction and commits; again on serialization faults and deadlocks, and once
  /// on a new connection if the old one was lost before COMMIT: `work` must not mind. Throws
  /// DatabaseAway, StoreError, and what `work` throws. Thread: the lane's.
  virtual void transact(std::string_view name, const std::function<void(Transaction&)>& work) = 0;
};

/// Work for a lane: run on its thread, or rejected on any.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run(Session& session) = 0;
  virtual void reject(std::exception_ptr error) = 0;
};

struct LaneSettings {
  std::string name;
  ConnectionSettings connection;
  milliseconds retry_first{50};  ///< pause before connecting again, doubled up to retry_most
  milliseconds retry_most{1'000};
};

/// One thread, one connection, one FIFO. Connects by itself and again after failures, with a back-off;
/// while the database is away jobs are rejected at once with DatabaseAway. With a host it has no thread: the host
/// steps it.
class Lane : private Session {
 public:
  Lane(boost::asio::io_context& io, LaneSettings settings, FaultPoints& points, std::uint64_t jitter_seed,
       LaneHost* host = nullptr);
  ~Lane() override;  ///< stop() and join()
  Lane(const Lane&) = delete;

  /// Runs `work` as a transaction on the lane and gives its result back on the caller's executor.
  /// `name` names the commit's fault points. `work` may run more than once, and must own what it uses.
  template <class R>
  awaitable<R> run(std::string name, std::function<R(Transaction&)> work);

  /// The same for work that makes its own transactions.
  template <class R>
  awaitable<R> with_session(std::function<R(Session&)> work);

  /// Hands a job over. Rejects it at once if the database is away.
  void submit(std::unique_ptr<Job> job);

  /// With a host only: runs the job that has waited longest, if there is one.
  void step();

  /// Ends after the running job. Waiting jobs are rejected by join().
  void stop();
  void join();

  /// Jobs waiting or running.
  std::size_t load() const;
  /// How often a connection has been made.
  std::uint64_t connections() const { return connections_; }
  /// Breaks the connection if a call has gone unanswered for so long. Any thread.
  void break_if_silent(milliseconds limit);

 private:
  void transact(std::string_view name, const std::function<void(Transaction&)>& work) override;
  bool settle_failure(const Failure& failure, int attempt, bool& reconnected);
  void work();
  bool is_stopping() const;
  bool connect();
  void disconnect();
  void reject_all(const std::string& reason);
  std::unique_ptr<Job> next();
  std::unique_ptr<Job> take();
  void pause(milliseconds at_most);

  boost::asio::io_context& io_;
  LaneSettings settings_;
  FaultPoints& points_;
  LaneHost* host_;
  std::minstd_rand jitter_;
  std::unique_ptr<Connection> connection_;  // the thread's

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::shared_ptr<Pulse> pulse_;
  std::optional<std::string> away_;  // why jobs are rejected
  bool stopping_ = false;
  bool running_ = false;
  std::atomic<std::uint64_t> connections_{0};
  std::string last_failure_;

  std::thread thread_;
};

/// Work as a job that finishes the waiter, with the exception if it throws one.
std::unique_ptr<Job> make_job(std::function<void(Session&)> work, std::unique_ptr<Waiter> waiter);

template <class R>
awaitable<R> Lane::with_session(std::function<R(Session&)> work) {
  // Named, not in the co_await expression: g++ 12 destroys such temporaries twice.
  auto result = std::make_shared<std::optional<R>>();
  std::function<void(Session&)> fill = [result, work = std::move(work)](Session& session) {
    result->emplace(work(session));
  };
  std::function<void(std::unique_ptr<Waiter>)> hand_over =
      [this, fill = std::move(fill)](std::unique_ptr<Waiter> waiter) { submit(make_job(fill, std::move(waiter))); };
  co_await suspend(io_, std::move(hand_over));
  co_return std::move(**result);
}

template <class R>
awaitable<R> Lane::run(std::string name, std::function<R(Transaction&)> work) {
  return with_session<R>([name = std::move(name), work = std::move(work)](Session& session) {
    std::optional<R> result;
    session.transact(name, [&](Transaction& transaction) { result.emplace(work(transaction)); });
    return std::move(*result);
  });
}

}  // namespace counterpart::store
