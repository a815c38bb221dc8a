#include "server/http/door/door.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <vector>

#include "server/http/door/address.h"
#include "server/http/door/door_stream.h"
#include "server/http/door/session.h"
#include "server/http/door/tls.h"
#include "server/observe/log.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr std::size_t kTurnedAwayMost = 64;  ///< over the limit and told so; more are just closed
constexpr std::chrono::milliseconds kBackOff{100};
constexpr std::chrono::minutes kTellEvery{1};

awaitable<void> serve(std::shared_ptr<Session> session) {
  co_await session->run();
}
awaitable<void> turn_away(std::shared_ptr<Session> session) {
  co_await session->turn_away();
}

/// A descriptor kept for the day when there is none left: given up for a moment, it lets us take a
/// waiting connection and close it, instead of leaving it in the dark.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  ~SpareDescriptor() { release(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  /// Where none can be had, the next connection that is accepted tries again.
  void take() {
    if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  void release() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
};

DoorState::Timer::duration shortest(const DoorLimits& limits) {
  constexpr std::chrono::milliseconds kLeast{1};
  constexpr std::chrono::milliseconds kMost{2'000};
  const auto least = std::min({limits.handshake_timeout, limits.header_timeout, limits.body_timeout, limits.body_grace,
                               limits.write_timeout, limits.idle_timeout, kMost});
  return std::max(least, kLeast);
}

}  // namespace

class Door::Impl {
 public:
  Impl(asio::io_context& io, const std::string& address, DoorLimits limits, Handler handler, DoorObserver observer,
       DoorAccess access)
      : listener_(io, address, access.inherited), timer_(io), state_(std::make_shared<DoorState>()) {
    if (access.tls) certificate_ = renewed_server_context(*access.tls, access.tls_files_looked_at);
    state_->access = std::move(access);
    state_->addresses = AddressCounts(limits.connections_per_address);
    state_->limits = limits;
    state_->handler = std::move(handler);
    state_->observer = std::move(observer);
    state_->address = listener_.address();
    state_->shortest_timeout = shortest(limits);
    listener_.acceptor().non_blocking(true);
  }

  static awaitable<void> run(std::shared_ptr<Impl> self) {
    const Accepting accepting(*self);
    while (!self->state_->stopping) {
      try {
        co_await self->accept_one();
      } catch (const std::bad_alloc&) {
        log::error("no memory for a connection", {{"door", self->address()}});
      } catch (const boost::system::system_error& error) {
        // OpenSSL says so where it has no memory: one connection less, not one door less.
        log::error("a connection could not be taken", {{"door", self->address()}, {"error", error.code().message()}});
      }
    }
  }

  void keep_socket(const std::string& address, Sockets& kept) {
    if (listener_.acceptor().is_open()) kept.keep(address, listener_.acceptor().native_handle());
  }

  void stop() {
    state_->stopping = true;
    listener_.close();
    timer_.cancel();
    for (Session* session : sessions()) session->stop();
  }

  void close() {
    stop();
    for (Session* session : sessions()) session->close();
  }

  void reload_tls() {
    if (certificate_) certificate_->reload();
  }

  const std::string& address() const { return state_->address; }
  std::size_t busy() const { return state_->busy + (state_->stopping && accepts_ ? 1 : 0); }
  auto executor() { return timer_.get_executor(); }

 private:
  class Accepting {
   public:
    explicit Accepting(Impl& door) : door_(door) { door_.accepts_ = true; }
    ~Accepting() { door_.accepts_ = false; }
    Accepting(const Accepting&) = delete;

   private:
    Impl& door_;
  };

  std::vector<Session*> sessions() const { return {state_->sessions.begin(), state_->sessions.end()}; }

  awaitable<void> accept_one() {
    auto result = co_await listener_.acceptor().async_accept(kTuple);
    const error_code error = std::get<0>(result);
    if (!error) {
      spare_.take();
      welcome(std::move(std::get<1>(result)));  // even if the door was stopped meanwhile: its sender was let in
    } else if (!state_->stopping && error != asio::error::connection_aborted && error != asio::error::interrupted) {
      co_await recover(error);
    }
  }

  void welcome(Socket socket) {
    Peer peer = peer_of(socket);
    AddressShare share(state_);
    const char* fault = fault_of(peer, share);
    if (fault != nullptr) return refuse(fault);
    const bool full = state_->sessions.size() >= state_->limits.connections;
    if (full) make_room(nullptr);
    const std::size_t open = state_->sessions.size();
    // Over TLS, saying 503 would cost a handshake: such a connection is just closed.
    const std::size_t told = certificate_ ? 0 : kTurnedAwayMost;
    if (open >= state_->limits.connections + told) return refuse("connections");
    error_code not_tcp;
    socket.set_option(asio::ip::tcp::no_delay(true), not_tcp);
    const auto executor = socket.get_executor();
    Arrival arrival{stream_over(std::move(socket)), std::move(peer), std::move(share)};
    auto session = std::make_shared<Session>(std::move(arrival), state_);
    if (state_->stopping) session->stop();
    if (open < state_->limits.connections) {
      asio::co_spawn(executor, serve(std::move(session)), asio::detached);
    } else {
      asio::co_spawn(executor, turn_away(std::move(session)), asio::detached);
    }
  }

  /// Why a connection is closed before a byte is read; nullptr: it is not. An answer would cost more than it tells.
  const char* fault_of(const Peer& peer, AddressShare& share) {
    if (is_trusted_proxy(state_->access, peer)) return nullptr;
    if (!is_allowed(state_->access, peer)) return "not_allowed";
    if (!peer.address || share.take(*peer.address)) return nullptr;
    return make_room(&*peer.address) && share.take(*peer.address) ? nullptr : "address";
  }

  /// Who keeps us waiting longest, of that address or of all, goes, if that is longer than anybody needs.
  bool make_room(const IpAddress* address) {
    DoorState::Timer::time_point longest = DoorState::Timer::now() - state_->limits.slow_after;
    Session* slowest = nullptr;
    for (Session* session : state_->sessions) {
      const auto since = session->waiting_since();
      if (!since || *since > longest || (address != nullptr && !session->is_of(*address))) continue;
      longest = *since;
      slowest = session;
    }
    if (slowest == nullptr) return false;
    slowest->make_room();
    refuse("slow");
    return true;
  }

  void refuse(const char* why) {
    if (state_->observer.refused) state_->observer.refused(why);
  }

  std::unique_ptr<DoorStream> stream_over(Socket socket) {
    if (!certificate_) return make_plain_door_stream(std::move(socket));
    return make_tls_door_stream(std::move(socket), certificate_->at(DoorState::Timer::now()));
  }

  /// Out of descriptors or memory: nothing to do but to wait, and not to spin.
  awaitable<void> recover(error_code error) {
    tell(error);
    refuse("descriptors");
    const bool no_descriptors =
        error == asio::error::no_descriptors || error == boost::system::errc::too_many_files_open_in_system;
    if (no_descriptors) turn_away_one();
    timer_.expires_after(kBackOff);
    co_await timer_.async_wait(kTuple);
  }

  void tell(error_code error) {
    const auto now = DoorState::Timer::now();
    if (told_ && now - *told_ < kTellEvery) return;
    told_ = now;
    log::warn("cannot accept connections", {{"door", state_->address}, {"error", error.message()}});
  }

  void turn_away_one() {
    spare_.release();
    error_code ignored;
    listener_.acceptor().accept(ignored).close(ignored);
    spare_.take();
  }

  Listener listener_;
  asio::steady_timer timer_;
  SpareDescriptor spare_;
  std::optional<RenewedContext> certificate_;         ///< nullopt: plain HTTP
  std::optional<DoorState::Timer::time_point> told_;  ///< that nothing can be accepted
  bool accepts_ = false;                              ///< run() has not ended
  std::shared_ptr<DoorState> state_;
};

Door::Door(asio::io_context& io, const std::string& address, DoorLimits limits, Handler handler, DoorObserver observer,
           DoorAccess access)
    : impl_(std::make_shared<Impl>(io, address, limits, std::move(handler), std::move(observer), std::move(access))) {}

Door::~Door() {
  impl_->close();
}

std::string Door::address() const {
  return impl_->address();
}

awaitable<void> Door::run() {
  return Impl::run(impl_);
}

void Door::keep_socket(const std::string& address, Sockets& kept) const {
  impl_->keep_socket(address, kept);
}

void Door::stop() {
  asio::dispatch(impl_->executor(), [impl = impl_] { impl->stop(); });
}

void Door::reload_tls() {
  asio::dispatch(impl_->executor(), [impl = impl_] { impl->reload_tls(); });
}

std::size_t Door::busy() const {
  return impl_->busy();
}

}  // namespace counterpart::http
