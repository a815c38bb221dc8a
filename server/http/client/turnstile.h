#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>

namespace counterpart::http {

/// Lets at most so many in at once, the others in the order they came. Who is cancelled while waiting
/// leaves the queue; who got in is out again when its Pass is gone. For one thread.
class Turnstile : public std::enable_shared_from_this<Turnstile> {
 public:
  using Timer = boost::asio::steady_timer;

  /// Being inside.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(std::shared_ptr<Turnstile> turnstile) : turnstile_(std::move(turnstile)) {}
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass() { leave(); }
    explicit operator bool() const { return turnstile_ != nullptr; }

   private:
    void leave();
    std::shared_ptr<Turnstile> turnstile_;
  };

  explicit Turnstile(std::size_t places) : free_(places) {}

  /// Waits for a place; an empty Pass where none came before the deadline. `looked_up`, if given, is
  /// called on look_up() while waiting; what it throws ends the wait.
  boost::asio::awaitable<Pass> enter(Timer::time_point deadline, std::function<void()> looked_up = {});

  /// Lets everybody who waits look whether waiting still makes sense.
  void look_up();

  std::size_t waiting() const { return queue_.size(); }

 private:
  struct Waiter {
    Timer timer;
    bool admitted = false;
    bool disturbed = false;
  };
  class Queued;
  void leave();

  std::size_t free_;
  std::list<Waiter*> queue_;
};

}  // namespace counterpart::http
