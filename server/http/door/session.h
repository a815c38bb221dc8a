#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "server/http/door/address.h"
#include "server/http/door/door.h"
#include "server/http/door/door_stream.h"
#include "server/http/door/framing.h"
#include "server/http/door/request_head.h"
#include "server/http/door/response.h"

namespace counterpart::http {

class Session;

/// What a door's sessions share. Lives until the last of them has ended.
struct DoorState {
  using Timer = std::chrono::steady_clock;

  DoorLimits limits;
  Handler handler;
  DoorObserver observer;
  std::string address;
  Timer::duration shortest_timeout{};  ///< how often a session looks at its deadline
  DateText date;
  DoorAccess access;
  AddressCounts addresses{0};
  std::unordered_set<Session*> sessions;
  std::size_t busy = 0;
  std::size_t bodies_bytes = 0;  ///< held now, of all sessions
  bool stopping = false;
};

/// Whether a caller may come in at all.
bool is_allowed(const DoorAccess& access, const Peer& peer);
bool is_trusted_proxy(const DoorAccess& access, const Peer& peer);

/// One of what an address may have under way.
class AddressShare {
 public:
  explicit AddressShare(std::shared_ptr<DoorState> door) : door_(std::move(door)) {}
  ~AddressShare() { release(); }
  AddressShare(AddressShare&& other) noexcept;
  AddressShare& operator=(AddressShare&&) = delete;

  /// False where the address has as many as it may have.
  bool take(const IpAddress& address);
  void release();
  bool is_of(const IpAddress& address) const { return held_ && same_caller(*held_, address); }

 private:
  std::shared_ptr<DoorState> door_;
  std::optional<IpAddress> held_;
};

/// A connection that has arrived: `share` holds its own, unless a proxy's requests each take one.
struct Arrival {
  std::unique_ptr<DoorStream> stream;
  Peer peer;
  AddressShare share;
};

/// One connection: reads requests, has them answered in order, keeps the time limits. Ends itself.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Arrival arrival, std::shared_ptr<DoorState> door);
  ~Session();
  Session(const Session&) = delete;

  /// Serves requests until either side closes.
  boost::asio::awaitable<void> run();

  /// Answers 503 to whatever comes, and closes.
  boost::asio::awaitable<void> turn_away();

  /// Closes it if it waits for a further request; one that it has not had yet, or that has begun to come, is given a
  /// moment.
  void stop();

  /// Closes it at once.
  void close();

  /// Since when its caller keeps us waiting for a handshake or request; nullopt: it does not.
  std::optional<DoorState::Timer::time_point> waiting_since() const;
  /// Whether it counts for that address.
  bool is_of(const IpAddress& address) const { return share_.is_of(address); }
  /// Closes it at once, and counts it no more.
  void make_room();

 private:
  /// A request that the door itself answers.
  struct Refusal {
    FramingFault fault;
    const char* why;  ///< for metrics
  };
  enum class Next { request, farewell, close };
  enum class Phase { handshake, idle, head, body, handling, writing, lingering };

  /// Counts a request as being handled while it lives.
  class Busy {
   public:
    explicit Busy(DoorState& door) : door_(door) { ++door_.busy; }
    ~Busy() { --door_.busy; }
    Busy(const Busy&) = delete;

   private:
    DoorState& door_;
  };

  /// A body's share of what all bodies together may hold.
  class HeldBody {
   public:
    explicit HeldBody(DoorState& door) : door_(door) {}
    ~HeldBody() { release(); }
    HeldBody(const HeldBody&) = delete;
    void hold(std::size_t bytes);
    void release();

   private:
    DoorState& door_;
    std::size_t held_ = 0;
  };

  boost::asio::awaitable<Next> serve_all();
  boost::asio::awaitable<bool> shake_hands();
  boost::asio::awaitable<Next> serve_one();
  boost::asio::awaitable<bool> read_head();
  boost::asio::awaitable<bool> read_body();
  boost::asio::awaitable<bool> read_sized();
  boost::asio::awaitable<bool> read_chunked();
  boost::asio::awaitable<bool> fill();
  boost::asio::awaitable<ServerResponse> handle(ServerRequest request);
  boost::asio::awaitable<bool> answer(ServerResponse response, bool keep_alive, bool head_only);
  boost::asio::awaitable<bool> write(std::string_view head, std::string_view body);
  boost::asio::awaitable<void> refuse(Refusal refusal);
  boost::asio::awaitable<void> linger();

  void enter(Phase phase);
  void enter_body();
  void count_body(std::size_t bytes);
  std::chrono::milliseconds time_for(Phase phase) const;
  void watch();
  void look_at_deadline();
  void take_head();
  void admit_forwarded();
  std::string_view buffered() const;
  bool awaits_request() const;

  std::unique_ptr<DoorStream> stream_;
  std::shared_ptr<DoorState> door_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer timer_;
  DoorState::Timer::time_point deadline_ = DoorState::Timer::time_point::max();
  Peer peer_;
  AddressShare share_;
  bool proxy_ = false;  ///< requests come for others, who are named in their heads
  DoorState::Timer::time_point waits_since_ = DoorState::Timer::now();  ///< since it came, or the last answer
  DoorState::Timer::time_point body_began_;
  std::size_t body_arrived_ = 0;  ///< bytes, of which chunked ones have more than the body
  std::size_t head_size_ = 0;
  RequestHead head_;  ///< of the request being read or answered
  HeldBody held_;
  Phase phase_ = Phase::idle;  ///< set by enter()
  bool timed_out_ = false;
  bool served_ = false;          ///< at least one request
  std::optional<Busy> parting_;  ///< the door stops, and this one's request is waited for
  DoorState::Timer::time_point parting_until_;
  bool broken_ = false;  ///< a handler threw: answer 500 and close
};

}  // namespace counterpart::http
