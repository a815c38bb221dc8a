#include "client_support.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <set>
#include <stdexcept>

namespace counterpart::http::testing {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

void settle(Outcome& outcome, const std::exception_ptr& failure, HttpResponse response) {
  try {
    if (failure) std::rethrow_exception(failure);
    outcome.response = std::move(response);
    outcome.kind = Outcome::Kind::answered;
  } catch (const HttpError& error) {
    outcome.error = error.what();
    outcome.maybe_sent = error.maybe_sent();
    outcome.cause = error.cause();
    outcome.kind = Outcome::Kind::no_answer;
  } catch (const SystemDown& error) {
    outcome.error = error.what();
    outcome.retry_after = error.retry_after();
    outcome.kind = Outcome::Kind::system_down;
  } catch (const boost::system::system_error& error) {
    outcome.error = error.what();
    outcome.kind = Outcome::Kind::cancelled;
  }
}

std::size_t content_length(const std::string& head) {
  const std::string name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::waiting:
      return out << "still waiting";
    case Outcome::Kind::answered:
      return out << "answered " << outcome.response.status;
    case Outcome::Kind::no_answer:
      return out << "no answer (" << (outcome.maybe_sent ? "maybe sent" : "not sent") << "): " << outcome.error;
    case Outcome::Kind::system_down:
      return out << "system down: " << outcome.error;
    case Outcome::Kind::cancelled:
      break;
  }
  return out << "cancelled: " << outcome.error;
}

std::shared_ptr<Outcome> start(asio::io_context& io, HttpClient& client, HttpRequest request) {
  auto outcome = std::make_shared<Outcome>();
  const auto done = [outcome](const std::exception_ptr& failure, HttpResponse response) {
    settle(*outcome, failure, std::move(response));
  };
  asio::co_spawn(io, client.send(std::move(request)), asio::bind_cancellation_slot(outcome->cancel.slot(), done));
  return outcome;
}

std::shared_ptr<Outcome> call(asio::io_context& io, HttpClient& client, HttpRequest request) {
  auto outcome = start(io, client, std::move(request));
  run_until_ended(io, {outcome});
  return outcome;
}

void run_until_ended(asio::io_context& io, const std::vector<std::shared_ptr<Outcome>>& outcomes) {
  const auto ended = [](const auto& outcome) { return outcome->ended(); };
  io.restart();
  while (!std::ranges::all_of(outcomes, ended)) {
    if (io.run_one_for(std::chrono::seconds(20)) == 0) throw std::runtime_error("a request hangs");
  }
}

struct RawServer::State : std::enable_shared_from_this<RawServer::State> {
  State(asio::io_context& io, std::deque<Reply> script)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        replies(std::move(script)),
        tls(asio::ssl::context::tls_server) {}

  tcp::acceptor acceptor;
  std::deque<Reply> replies;
  asio::ssl::context tls;
  bool secure = false;
  int accepted = 0;
  int open_most = 0;
  std::vector<std::string> requests;
  std::vector<std::string> client_names;
  std::set<tcp::socket*> open;
  std::deque<std::pair<asio::steady_timer*, std::string*>> hanging;
};

namespace {

/// Counted as open while it lives.
template <class State>
class Open {
 public:
  Open(State& state, tcp::socket& socket) : state_(state), socket_(socket) {
    state_.open.insert(&socket_);
    state_.open_most = std::max(state_.open_most, static_cast<int>(state_.open.size()));
  }
  ~Open() { state_.open.erase(&socket_); }
  Open(const Open&) = delete;

 private:
  State& state_;
  tcp::socket& socket_;
};

template <class Stream>
awaitable<std::string> read_request(Stream* stream) {
  std::string bytes;
  const auto head = co_await asio::async_read_until(*stream, asio::dynamic_buffer(bytes), "\r\n\r\n", kTuple);
  if (std::get<0>(head)) co_return std::string();
  const std::size_t size = std::get<1>(head) + content_length(bytes);
  if (bytes.size() < size) {
    const auto room = asio::transfer_exactly(size - bytes.size());
    const auto body = co_await asio::async_read(*stream, asio::dynamic_buffer(bytes), room, kTuple);
    if (std::get<0>(body)) co_return std::string();
  }
  co_return bytes;
}

template <class State>
awaitable<std::string> wait_for_release(State* state) {
  std::string bytes;
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  state->hanging.emplace_back(&timer, &bytes);
  co_await timer.async_wait(kTuple);
  co_return bytes;
}

template <class State, class Stream>
awaitable<void> talk(std::shared_ptr<State> state, Stream* stream) {
  while (true) {
    const std::string request = co_await read_request(stream);
    if (request.empty()) co_return;
    state->requests.push_back(request);
    RawServer::Reply reply{"", RawServer::Then::hang};
    if (!state->replies.empty()) {
      reply = state->replies.front();
      state->replies.pop_front();
    }
    if (reply.then == RawServer::Then::hang) {
      if (!reply.bytes.empty()) co_await asio::async_write(*stream, asio::buffer(reply.bytes), kTuple);
      reply.bytes = co_await wait_for_release(state.get());
    }
    co_await asio::async_write(*stream, asio::buffer(reply.bytes), kTuple);
    if (reply.then == RawServer::Then::close) co_return;
  }
}

/// A connection that is closed with unread bytes may take with it what was said last.
awaitable<void> read_to_the_end(tcp::socket* socket) {
  boost::system::error_code error;
  socket->shutdown(tcp::socket::shutdown_send, error);
  std::string bytes;
  co_await asio::async_read(*socket, asio::dynamic_buffer(bytes), kTuple);
}

std::string client_name(SSL* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(tls), &X509_free);
  if (!shown) return "";
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), name.size());
  return name.data();
}

template <class State>
awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket) {
  const Open<State> open(*state, socket);
  if (!state->secure) {
    co_await talk(state, &socket);
    co_return;
  }
  asio::ssl::stream<tcp::socket&> stream(socket, state->tls);
  const auto result = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
  if (std::get<0>(result)) {
    co_await read_to_the_end(&socket);
    co_return;
  }
  const std::string name = client_name(stream.native_handle());
  if (!name.empty()) state->client_names.push_back(name);
  co_await talk(state, &stream);
}

template <class State>
awaitable<void> accept(std::shared_ptr<State> state) {
  while (true) {
    auto result = co_await state->acceptor.async_accept(kTuple);
    if (std::get<0>(result)) co_return;
    ++state->accepted;
    asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(std::get<1>(result))), asio::detached);
  }
}

}  // namespace

RawServer::RawServer(asio::io_context& io, std::deque<Reply> replies, const Certificate* certificate, int newest_tls)
    : state_(std::make_shared<State>(io, std::move(replies))) {
  if (certificate != nullptr) {
    state_->secure = true;
    state_->tls.use_certificate_file(certificate->certificate_file(), asio::ssl::context::pem);
    state_->tls.use_private_key_file(certificate->key_file(), asio::ssl::context::pem);
    if (newest_tls != 0) {
      SSL_CTX_set_max_proto_version(state_->tls.native_handle(), newest_tls);
      SSL_CTX_set_cipher_list(state_->tls.native_handle(), "ALL:@SECLEVEL=0");
    }
  }
  asio::co_spawn(io, accept(state_), asio::detached);
}

RawServer::~RawServer() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  close_connections();
}

void RawServer::demand_certificate(const std::string& ca_file) {
  state_->tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  state_->tls.load_verify_file(ca_file);
}

std::uint16_t RawServer::port() const {
  return state_->acceptor.local_endpoint().port();
}

std::string RawServer::url(const std::string& path, const std::string& host) const {
  return (state_->secure ? "https://" : "http://") + host + ':' + std::to_string(port()) + path;
}

int RawServer::accepted() const {
  return state_->accepted;
}
int RawServer::open_most() const {
  return state_->open_most;
}
const std::vector<std::string>& RawServer::requests() const {
  return state_->requests;
}
const std::vector<std::string>& RawServer::client_names() const {
  return state_->client_names;
}

void RawServer::release(const std::string& bytes) {
  if (state_->hanging.empty()) throw std::runtime_error("nobody hangs");
  auto [timer, reply] = state_->hanging.front();
  state_->hanging.pop_front();
  *reply = bytes;
  timer->cancel();
}

void RawServer::close_connections() {
  boost::system::error_code ignored;
  for (tcp::socket* socket : state_->open) socket->shutdown(tcp::socket::shutdown_both, ignored);
}

void RawServer::reset_connections() {
  boost::system::error_code ignored;
  for (tcp::socket* socket : state_->open) {
    socket->set_option(asio::socket_base::linger(true, 0), ignored);
    socket->close(ignored);
  }
}

struct TunnelProxy::State {
  State(asio::io_context& io, std::string said)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), answer(std::move(said)) {}

  tcp::acceptor acceptor;
  std::string answer;
  std::vector<std::string> requests;
};

namespace {

using Socket = std::shared_ptr<tcp::socket>;

/// Until one side ends: then neither has anything more to say.
awaitable<void> relay(Socket from, Socket to) {
  std::array<char, 16384> bytes{};
  boost::system::error_code error;
  while (!error) {
    const auto got = co_await from->async_read_some(asio::buffer(bytes), kTuple);
    const auto put = co_await asio::async_write(*to, asio::buffer(bytes, std::get<1>(got)), kTuple);
    error = std::get<0>(got) ? std::get<0>(got) : std::get<0>(put);
  }
  from->close(error);
  to->close(error);
}

/// 9001 of "CONNECT crm.example:9001 HTTP/1.1".
std::uint16_t asked_port(const std::string& request) {
  const std::size_t end = request.find(" HTTP/1.1\r\n");
  const std::size_t colon = request.rfind(':', end);
  return static_cast<std::uint16_t>(std::stoi(request.substr(colon + 1, end - colon - 1)));
}

template <class State>
awaitable<void> serve_tunnel(std::shared_ptr<State> state, Socket client) {
  const std::string request = co_await read_request(client.get());
  state->requests.push_back(request);
  const auto system = std::make_shared<tcp::socket>(client->get_executor());
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), asked_port(request));
  co_await system->async_connect(endpoint, kTuple);
  co_await asio::async_write(*client, asio::buffer(state->answer), kTuple);
  asio::co_spawn(client->get_executor(), relay(system, client), asio::detached);
  co_await relay(client, system);
}

template <class State>
awaitable<void> accept_tunnels(std::shared_ptr<State> state) {
  while (true) {
    auto result = co_await state->acceptor.async_accept(kTuple);
    if (std::get<0>(result)) co_return;
    const auto socket = std::make_shared<tcp::socket>(std::move(std::get<1>(result)));
    asio::co_spawn(state->acceptor.get_executor(), serve_tunnel(state, socket), asio::detached);
  }
}

}  // namespace

TunnelProxy::TunnelProxy(asio::io_context& io, std::string answer)
    : state_(std::make_shared<State>(io, std::move(answer))) {
  asio::co_spawn(io, accept_tunnels(state_), asio::detached);
}

TunnelProxy::~TunnelProxy() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

std::string TunnelProxy::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

const std::vector<std::string>& TunnelProxy::requests() const {
  return state_->requests;
}

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace counterpart::http::testing
