#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http/door/door.h"

namespace counterpart::http::testing {

/// A response as a client sees it on the wire.
struct Answer {
  int status = 0;
  std::string head;  ///< with the blank line
  std::string body;

  bool has(std::string_view header) const { return head.find(header) != std::string::npos; }
};

/// A blocking socket that sends exactly the bytes it is told. Every read gives up after a generous
/// limit by an exception, so that a fault is a failure and not a hang.
class RawClient {
 public:
  /// "127.0.0.1:port", "[::1]:port" or a Unix socket's path.
  explicit RawClient(const std::string& address);
  virtual ~RawClient();
  RawClient(const RawClient&) = delete;

  /// False where the peer does not take them any more.
  bool send(std::string_view bytes);
  void finish_sending();

  /// One response, by its Content-Length. Throws where the connection ends before.
  Answer answer();

  /// The same, for a response without a body whatever its Content-Length.
  Answer answer_without_body();

  /// Waits for the end of the connection; what came before it.
  std::string rest();

 protected:
  int socket() const { return socket_; }

  /// As send() and recv() do, of what the peer is to see and says.
  virtual ssize_t put(std::string_view bytes);
  virtual ssize_t take(char* bytes, std::size_t size);
  /// Whether something can be taken without waiting for the socket.
  virtual bool has_more() { return false; }

 private:
  bool read_more();
  std::string take_head();

  int socket_ = -1;
  std::string received_;
};

/// A door with a thread of its own, and what it told its observer.
class RunningDoor {
 public:
  explicit RunningDoor(Handler handler, DoorLimits limits = {}, const std::string& address = "127.0.0.1:0",
                       DoorAccess access = {});
  ~RunningDoor();
  RunningDoor(const RunningDoor&) = delete;

  std::string address() const { return door_->address(); }
  void stop() { door_->stop(); }
  void reload_tls() { door_->reload_tls(); }
  std::size_t busy();

  /// Waits until run() has returned.
  void wait_for_end() { ended_.get_future().wait(); }

  std::vector<std::string> refused() const;
  std::vector<int> answered() const;
  std::ptrdiff_t connections() const;

  /// Runs it on the door's thread and waits for it.
  template <class Function>
  auto on_its_thread(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    return result.get();
  }

  /// Connects, and stops it when the first connection has been accepted and the others have not been looked at.
  template <class Function>
  void stop_amid(Function connect) {
    on_its_thread([&] {
      // The first one's turn comes behind the outer handler and before the stop. The next, which wait already, are
      // accepted with it, and what is to be done with them is queued behind the stop.
      boost::asio::post(io_, [this] { boost::asio::post(io_, [this] { door_->stop(); }); });
      connect();
    });
  }

  /// Of the door's listening socket, for another door.
  Sockets kept_socket() {
    return on_its_thread([this] {
      Sockets kept;
      door_->keep_socket("the door's", kept);
      return kept;
    });
  }

 private:
  boost::asio::io_context io_{1};
  mutable std::mutex mutex_;
  std::vector<std::string> refused_;
  std::vector<int> answered_;
  std::ptrdiff_t connections_ = 0;
  std::promise<void> ended_;
  std::unique_ptr<Door> door_;
  std::jthread thread_;
};

/// Answers 200 with "METHOD path?query|body" and the headers' names and values.
Handler echo();

}  // namespace counterpart::http::testing
