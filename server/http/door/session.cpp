#include "server/http/door/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/core/demangle.hpp>
#include <optional>
#include <typeinfo>
#include <utility>

#include "server/http/door/forwarded.h"
#include "server/observe/log.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr auto kTuple = asio::as_tuple(asio::deferred);
constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::size_t kIdleBufferBytes = 8 * 1024;
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;  // of a body four times as large as is taken by default
constexpr milliseconds kLingerTime{2'000};
constexpr std::chrono::milliseconds kPartingTime{500};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::chrono::microseconds since(DoorState::Timer::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(DoorState::Timer::now() - start);
}

template <class Function, class... Arguments>
void tell(const Function& observer, Arguments... arguments) {
  if (observer) observer(arguments...);
}

}  // namespace

void Session::HeldBody::hold(std::size_t bytes) {
  if (bytes <= held_) return;
  if (door_.bodies_bytes + (bytes - held_) > door_.limits.bodies_bytes) {
    throw Refusal{{503, "too many bodies at once"}, "bodies"};
  }
  door_.bodies_bytes += bytes - held_;
  held_ = bytes;
}

void Session::HeldBody::release() {
  door_.bodies_bytes -= held_;
  held_ = 0;
}

bool is_allowed(const DoorAccess& access, const Peer& peer) {
  if (access.allow.empty() || peer.local) return true;
  return peer.address && any_holds(access.allow, *peer.address);
}

bool is_trusted_proxy(const DoorAccess& access, const Peer& peer) {
  return peer.address && any_holds(access.trusted_proxies, *peer.address);
}

AddressShare::AddressShare(AddressShare&& other) noexcept
    : door_(std::move(other.door_)), held_(std::exchange(other.held_, std::nullopt)) {}

bool AddressShare::take(const IpAddress& address) {
  if (!door_->addresses.take(address)) return false;
  held_ = address;
  return true;
}

void AddressShare::release() {
  if (held_) door_->addresses.release(*held_);
  held_.reset();
}

Session::Session(Arrival arrival, std::shared_ptr<DoorState> door)
    : stream_(std::move(arrival.stream)),
      door_(std::move(door)),
      timer_(stream_->socket().get_executor()),
      peer_(std::move(arrival.peer)),
      share_(std::move(arrival.share)),
      proxy_(is_trusted_proxy(door_->access, peer_)),
      held_(*door_) {
  door_->sessions.insert(this);
  tell(door_->observer.connections, std::ptrdiff_t{1});
}

Session::~Session() {
  door_->sessions.erase(this);
  tell(door_->observer.connections, std::ptrdiff_t{-1});
}

awaitable<void> Session::run() {
  enter(stream_->secure() ? Phase::handshake : Phase::idle);
  watch();
  std::optional<Refusal> refusal;
  auto next = Next::close;
  try {
    next = co_await serve_all();
  } catch (const Refusal& caught) {
    refusal = caught;
  } catch (const std::exception& failure) {
    log::error("connection failed",
               {{"door", door_->address}, {"error", boost::core::demangle(typeid(failure).name())}});
  }
  if (refusal) co_await refuse(*refusal);
  if (next == Next::farewell) co_await linger();
  close();
}

awaitable<void> Session::turn_away() {
  watch();
  const Refusal refusal{{503, "too many connections"}, "connections"};
  co_await refuse(refusal);
  close();
}

void Session::stop() {
  if (phase_ == Phase::idle && served_) return close();
  if (!awaits_request() || parting_) return;
  // Its sender knows of no closing: what is on its way already is answered, if it comes soon.
  parting_.emplace(*door_);
  parting_until_ = DoorState::Timer::now() + kPartingTime;
  deadline_ = std::min(deadline_, parting_until_);
  timer_.cancel();
  watch();
}

void Session::close() {
  error_code ignored;
  timer_.cancel();
  stream_->socket().close(ignored);
}

std::optional<DoorState::Timer::time_point> Session::waiting_since() const {
  if (!awaits_request() || proxy_) return std::nullopt;  // a proxy's next request may be anybody's
  return waits_since_;
}

void Session::make_room() {
  door_->sessions.erase(this);
  share_.release();
  close();
}

awaitable<Session::Next> Session::serve_all() {
  if (stream_->secure()) {
    const bool agreed = co_await shake_hands();
    if (!agreed) co_return Next::close;
  }
  auto next = co_await serve_one();
  while (next == Next::request && !door_->stopping) next = co_await serve_one();
  co_return next;
}

/// False: no TLS, none that we speak, or none in time. Then there is nobody to answer to.
awaitable<bool> Session::shake_hands() {
  const error_code error = co_await stream_->handshake();
  const bool agreed = !error && !timed_out_;
  if (!agreed && !door_->stopping) tell(door_->observer.refused, std::string(timed_out_ ? "timeout" : "tls"));
  co_return agreed;
}

/// One request and its answer.
awaitable<Session::Next> Session::serve_one() {
  const bool arrived = co_await read_head();
  if (!arrived) co_return Next::close;
  take_head();
  const bool complete = co_await read_body();
  if (!complete) co_return Next::close;

  const Busy busy(*door_);
  enter(Phase::handling);
  const auto start = DoorState::Timer::now();
  const bool head_only = head_.request.method == "HEAD";
  ServerResponse response = co_await handle(std::move(head_.request));
  const bool keep_alive = head_.keep_alive && !broken_ && !door_->stopping;
  const int status = response.status;
  const bool written = co_await answer(std::move(response), keep_alive, head_only);
  held_.release();
  if (proxy_) share_.release();
  tell(door_->observer.answered, status, since(start));
  served_ = true;
  waits_since_ = DoorState::Timer::now();
  if (!written) co_return Next::close;
  co_return keep_alive ? Next::request : Next::farewell;
}

/// Until a whole head is buffered. False: the peer, or the time to wait for it, is gone.
awaitable<bool> Session::read_head() {
  HeadScanner scanner;
  enter(buffer_.size() == 0 ? Phase::idle : Phase::head);
  auto state = scanner.scan(buffered());
  while (state == HeadScanner::State::more) {
    if (buffer_.size() > door_->limits.header_bytes) throw Refusal{{431, "the headers are too large"}, "headers"};
    const bool more = co_await fill();
    if (!more) co_return false;
    if (phase_ == Phase::idle) enter(Phase::head);
    state = scanner.scan(buffered());
  }
  if (state == HeadScanner::State::broken) {
    throw Refusal{{400, "control characters or bare line ends in the head"}, "framing"};
  }
  head_size_ = scanner.size();
  co_return true;
}

/// Framing first, on the raw bytes; only then Beast's parser.
void Session::take_head() {
  const std::string_view head = buffered().substr(0, head_size_);
  if (head.size() > door_->limits.header_bytes) throw Refusal{{431, "the headers are too large"}, "headers"};
  if (const auto fault = check_framing(head)) {
    throw Refusal{*fault, fault->status == 413 ? "body" : fault->status == 431 ? "headers" : "framing"};
  }
  auto parsed = parse_head(head);
  if (!parsed) throw Refusal{{400, "malformed request"}, "framing"};
  head_ = std::move(*parsed);
  head_.request.peer = peer_.name;
  buffer_.consume(head_size_);
  if (proxy_) admit_forwarded();
}

/// What is decided of other connections when they arrive is decided of each request of a proxy.
void Session::admit_forwarded() {
  const Forwarded forwarded = forwarded_client(head_.request.headers, door_->access.trusted_proxies);
  if (forwarded.malformed) throw Refusal{{400, "malformed X-Forwarded-For"}, "framing"};
  const IpAddress client = forwarded.client.value_or(peer_.address.value());
  const Peer caller{print_address(client), client, false};
  if (!is_allowed(door_->access, caller)) throw Refusal{{403, "not allowed from this address"}, "not_allowed"};
  if (!share_.take(client)) throw Refusal{{503, "too many requests at once from this address"}, "address"};
  head_.request.peer = caller.name;
}

awaitable<bool> Session::read_body() {
  if (!head_.chunked && head_.length == 0) co_return true;
  if (head_.length > door_->limits.body_bytes) throw Refusal{{413, "the body is too large"}, "body"};
  if (head_.awaits_continue && buffer_.size() == 0) {
    enter(Phase::writing);
    const bool written = co_await write(kContinue, std::string_view());
    if (!written) co_return false;
  }
  enter_body();
  if (head_.chunked) co_return co_await read_chunked();
  co_return co_await read_sized();
}

awaitable<bool> Session::read_sized() {
  std::string& body = head_.request.body;
  const auto size = static_cast<std::size_t>(head_.length);
  const std::size_t here = std::min(size, buffer_.size());
  held_.hold(here);
  body = buffered().substr(0, here);
  buffer_.consume(here);
  while (body.size() < size) {
    if (timed_out_) throw Refusal{{408, "the body took too long"}, "timeout"};
    // Room for what was promised is made as it comes, so that a promise alone costs nothing.
    const std::size_t had = body.size();
    const std::size_t room = std::min(size - had, std::max(kBodyReadBytes, had));
    held_.hold(had + room);
    body.resize(had + room);
    const Received received = co_await stream_->read_some(asio::buffer(body.data() + had, room));
    body.resize(had + received.bytes);
    count_body(received.bytes);
    if (received.error && !timed_out_) co_return false;
  }
  co_return true;
}

awaitable<bool> Session::read_chunked() {
  std::string& body = head_.request.body;
  ChunkedBody decoder(door_->limits.body_bytes);
  while (true) {
    // What is buffered is not all body: a whole body must not count as more than it may have.
    held_.hold(std::min(body.size() + buffer_.size(), door_->limits.body_bytes));
    buffer_.consume(decoder.feed(buffered(), body));
    if (decoder.fault()) throw Refusal{*decoder.fault(), decoder.fault()->status == 413 ? "body" : "framing"};
    if (decoder.done()) co_return true;
    const std::size_t had = buffer_.size();
    const bool more = co_await fill();
    if (!more) co_return false;
    count_body(buffer_.size() - had);
  }
}

/// More bytes into the buffer. False: the peer is gone, or kept us waiting for a first byte.
awaitable<bool> Session::fill() {
  if (!timed_out_) {
    const Received received = co_await stream_->read_some(buffer_.prepare(kReadBytes));
    buffer_.commit(received.bytes);
    if (!received.error) co_return true;
    if (!timed_out_) co_return false;
  }
  if (phase_ == Phase::idle) co_return false;
  throw Refusal{{408, phase_ == Phase::head ? "the headers took too long" : "the body took too long"}, "timeout"};
}

awaitable<ServerResponse> Session::handle(ServerRequest request) {
  try {
    co_return co_await door_->handler(std::move(request));
  } catch (const std::exception& failure) {
    // Its text may quote the request; its type cannot.
    log::error("request handler failed",
               {{"door", door_->address}, {"error", boost::core::demangle(typeid(failure).name())}});
  } catch (...) {
    log::error("request handler failed", {{"door", door_->address}, {"error", "unknown"}});
  }
  broken_ = true;
  co_return refusal_response(500, "internal error");
}

awaitable<bool> Session::answer(ServerResponse response, bool keep_alive, bool head_only) {
  enter(Phase::writing);
  const std::string& date = door_->date.at(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  std::string head;
  try {
    head = response_head(response, date, keep_alive);
  } catch (const std::invalid_argument&) {
    log::error("request handler answered with a malformed header", {{"door", door_->address}});
    response = refusal_response(500, "internal error");
    head = response_head(response, date, keep_alive);
  }
  const std::string_view body = head_only ? std::string_view() : response.body;
  co_return co_await write(head, body);
}

awaitable<bool> Session::write(std::string_view head, std::string_view body) {
  const DoorStream::Both both = {asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())};
  const error_code error = co_await stream_->write(both);
  co_return !error;
}

awaitable<void> Session::refuse(Refusal refusal) {
  tell(door_->observer.refused, std::string(refusal.why));
  ServerResponse response = refusal_response(refusal.fault.status, refusal.fault.what);
  const bool written = co_await answer(std::move(response), false, false);
  if (written) co_await linger();
}

/// Closing with unread bytes would reset the connection and could destroy our answer on its way: say
/// that we are done, and read on for a while.
awaitable<void> Session::linger() {
  enter(Phase::lingering);
  error_code error = co_await stream_->finish();
  buffer_.clear();
  std::size_t drained = 0;
  while (!error && !timed_out_ && drained < kLingerBytes) {
    const auto result = co_await stream_->socket().async_read_some(buffer_.prepare(kReadBytes), kTuple);
    error = std::get<0>(result);
    drained += std::get<1>(result);
  }
}

void Session::enter(Phase phase) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ =
      phase == Phase::handling ? DoorState::Timer::time_point::max() : DoorState::Timer::now() + time_for(phase);
  if (parting_ && awaits_request()) deadline_ = std::min(deadline_, parting_until_);
  if (phase == Phase::idle && buffer_.capacity() > kIdleBufferBytes) buffer_.shrink_to_fit();
}

void Session::enter_body() {
  enter(Phase::body);
  body_began_ = DoorState::Timer::now();
  body_arrived_ = 0;
  count_body(buffer_.size());
}

/// The time-out of a whole body, or the moment when it falls behind the least rate, if that is sooner.
void Session::count_body(std::size_t bytes) {
  const DoorLimits& limits = door_->limits;
  body_arrived_ += bytes;
  milliseconds time = limits.body_timeout;
  if (limits.body_rate > 0) {
    time = std::min(time, limits.body_grace + milliseconds(body_arrived_ * 1000 / limits.body_rate));
  }
  deadline_ = body_began_ + time;
  if (parting_) deadline_ = std::min(deadline_, parting_until_);
}

milliseconds Session::time_for(Phase phase) const {
  switch (phase) {
    case Phase::handshake:
      return door_->limits.handshake_timeout;
    case Phase::head:
      return door_->limits.header_timeout;
    case Phase::body:
      return door_->limits.body_timeout;
    case Phase::writing:
      return door_->limits.write_timeout;
    case Phase::lingering:
      return kLingerTime;
    case Phase::idle:
    case Phase::handling:
      break;
  }
  return door_->limits.idle_timeout;
}

/// A deadline is only noted, and looked at now and then: no timer is touched on the way of a request.
/// No deadline can come earlier than the next look, which is at most the shortest time-out away.
void Session::watch() {
  const auto next_look = DoorState::Timer::now() + door_->shortest_timeout;
  timer_.expires_at(timed_out_ ? next_look : std::min(deadline_, next_look));
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error && self->stream_->socket().is_open()) self->look_at_deadline();
  });
}

void Session::look_at_deadline() {
  if (DoorState::Timer::now() >= deadline_) {
    timed_out_ = true;
    // Between two steps of a long write there is nothing to cancel: the next look does it again.
    error_code ignored;
    stream_->socket().cancel(ignored);
  }
  watch();
}

/// The whole of it has not come yet.
bool Session::awaits_request() const {
  return phase_ == Phase::handshake || phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
}

std::string_view Session::buffered() const {
  const auto data = buffer_.cdata();
  return {static_cast<const char*>(data.data()), data.size()};
}

}  // namespace counterpart::http
