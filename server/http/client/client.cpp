#include "server/http/client/client.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/http/client/client_context.h"
#include "server/http/client/request_text.h"
#include "server/http/client/response_reader.h"
#include "server/http/client/stream.h"
#include "server/http/client/turnstile.h"
#include "server/http/tls/renewed_context.h"
#include "server/http/tls/tls_files.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using Cause = HttpError::Cause;
using Timer = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 16 * 1024;

/// The connections of one origin.
struct Origin {
  struct Idle {
    std::shared_ptr<Stream> stream;
    Timer::time_point since;
  };
  std::shared_ptr<Turnstile> places;
  std::vector<Idle> idle;
};

/// What a client's exchanges share. Outlives the client while one is under way.
class Core {
 public:
  Core(asio::io_context& io, ClientSettings settings, FaultPoints& points, ClientObserver observer)
      : settings_(std::move(settings)), executor_(io.get_executor()), points_(points), observer_(std::move(observer)) {
    if (!settings_.ca_file.empty() || !settings_.client_certificate.empty()) tls_ = renewed_context();
  }

  const ClientSettings& settings() const { return settings_; }
  const asio::any_io_executor& executor() const { return executor_; }

  std::shared_ptr<Turnstile> places(const std::string& origin) { return of(origin).places; }

  /// A kept connection that is still good, the latest used first; nullptr if none.
  std::shared_ptr<Stream> take(const std::string& origin) {
    drop_stale();
    auto& idle = of(origin).idle;
    if (idle.empty()) return nullptr;
    auto stream = std::move(idle.back().stream);
    idle.pop_back();
    return stream;
  }

  void keep(const std::string& origin, std::shared_ptr<Stream> stream) {
    drop_stale();
    of(origin).idle.push_back({std::move(stream), Timer::now()});
  }

  std::shared_ptr<Stream> make_stream(bool tls) {
    if (!tls) return make_plain_stream(executor_, settings_.proxy);
    return make_tls_stream(executor_, tls_context(), settings_.proxy);
  }

  void reach(const HttpRequest& request, const char* moment) {
    points_.reach(fault_point(settings_.system, request.purpose, moment));
  }

  void observe(const HttpRequest& request, int status, Timer::time_point began) const {
    if (!observer_.exchanged) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Timer::now() - began);
    observer_.exchanged(request, status, took);
  }

 private:
  Origin& of(const std::string& name) {
    Origin& origin = origins_[name];
    if (!origin.places) origin.places = std::make_shared<Turnstile>(settings_.connections);
    return origin;
  }

  TlsContext tls_context() {
    try {
      // The machine's trust store takes time and memory, and is only read by who needs it.
      if (!tls_) tls_ = renewed_context();
    } catch (const TlsError& error) {
      throw HttpError(error.what(), false, Cause::ours);
    }
    return tls_->at(Timer::now());
  }

  RenewedContext renewed_context() const {
    const ClientTlsFiles files{settings_.ca_file, settings_.client_certificate, settings_.client_key};
    std::vector<std::string> watched = {files.certificate, files.key, files.ca_file};
    std::erase(watched, "");
    return {std::move(watched), [files] { return make_client_context(files); }, settings_.tls_files_looked_at};
  }

  void drop_stale() {
    const auto oldest = Timer::now() - settings_.idle_timeout;
    const auto stale = [oldest](const Origin::Idle& idle) { return idle.since < oldest || !idle.stream->fresh(); };
    for (auto& [name, origin] : origins_) std::erase_if(origin.idle, stale);
  }

  ClientSettings settings_;
  asio::any_io_executor executor_;
  FaultPoints& points_;
  ClientObserver observer_;
  std::optional<RenewedContext> tls_;
  std::map<std::string, Origin> origins_;
};

Url checked_url(const HttpRequest& request) {
  auto url = parse_url(request.url);
  if (!url) throw HttpError("the URL to call is malformed", false, HttpError::Cause::ours);
  return *std::move(url);
}

/// One request and its answer.
class Exchange {
 public:
  Exchange(std::shared_ptr<Core> core, const HttpRequest& request)
      : core_(std::move(core)),
        request_(request),
        url_(checked_url(request)),
        origin_(url_.origin()),
        proxy_(core_->settings().proxy && !url_.tls ? &*core_->settings().proxy : nullptr),
        head_(request_head(request, url_, proxy_)),
        deadline_(Timer::now() + request.timeout) {}

  awaitable<HttpResponse> run() {
    const auto sent_by = last_moment();
    const auto pass = co_await core_->places(origin_)->enter(sent_by);
    if (!pass) give_up(sent_by, "all its connections are busy");
    core_->reach(request_, "before");
    std::optional<HttpResponse> response;
    bool repeated = false;
    while (!response) {
      if (!repeated) stream_ = core_->take(origin_);
      const bool kept = stream_ != nullptr;
      if (!kept) co_await connect();
      if (co_await held_up()) continue;
      response = co_await talk(kept);
      repeated = true;
    }
    core_->reach(request_, "after");
    co_return *std::move(response);
  }

 private:
  bool may_be_repeated() const { return request_.method == "GET" || request_.method == "HEAD"; }

  /// When it must have been sent, at the latest.
  Timer::time_point last_moment() const {
    const auto left = request_.gate != nullptr ? request_.gate->time_left() : std::nullopt;
    return left && *left < request_.timeout ? std::min(deadline_, Timer::now() + *left) : deadline_;
  }

  /// Not sent: its own time was up, or `why` where that was not what ended it.
  [[noreturn]] void give_up(Timer::time_point sent_by, const std::string& why) const {
    if (sent_by < deadline_) fail("its time was up before it could be sent", false, Cause::too_late);
    fail(why, false, Cause::ours);
  }

  awaitable<void> connect() {
    const auto sent_by = last_moment();
    stream_ = core_->make_stream(url_.tls);
    const auto connected_by = std::min(sent_by, Timer::now() + core_->settings().connect_timeout);
    try {
      co_await stream_->open(url_, connected_by);
    } catch (const HttpError&) {
      // Less patience than a connection is due says nothing of the system.
      if (connected_by == sent_by && sent_by < deadline_ && Timer::now() >= sent_by) give_up(sent_by, "");
      throw;
    }
  }

  /// The last look before the first byte. True where that took time: the connection goes back, as it may have
  /// been closed meanwhile.
  awaitable<bool> held_up() {
    if (request_.gate == nullptr) co_return false;
    const bool waited = co_await request_.gate->pass();
    if (!waited) co_return false;
    core_->keep(origin_, std::exchange(stream_, nullptr));
    if (Timer::now() >= deadline_) fail("the wait for its turn took all its time", false, Cause::ours);
    co_return true;
  }

  /// nullopt, only on a kept connection: it was closed before a byte of an answer came, and the request can
  /// safely be repeated, since it only reads or nothing of it was sent.
  awaitable<std::optional<HttpResponse>> talk(bool kept) {
    const Alarm alarm(core_->executor(), stream_, deadline_);
    ResponseReader reader(request_.method == "HEAD", core_->settings().response_bytes);
    const Stream::Both both = {asio::buffer(head_), asio::buffer(request_.body)};
    const Transfer sent = co_await stream_->write(both);
    const bool untouched = sent.error && sent.bytes == 0;
    if (untouched && kept && !alarm.rang() && sent.error != asio::error::operation_aborted) co_return closed();
    // Where not all was taken, the system may still have said why.
    while (!reader.done()) {
      const Transfer got = co_await stream_->read_some(asio::buffer(buffer_));
      if (alarm.rang()) fail("did not answer within " + std::to_string(request_.timeout.count()) + " ms", !untouched);
      if (got.error == asio::error::operation_aborted) throw boost::system::system_error(got.error);
      take(reader, got);
      if (got.error && !reader.done()) {
        if (kept && may_be_repeated() && !reader.started()) co_return closed();
        broken_off(reader, got.error, kept, untouched);
      }
    }
    if (reader.keep_alive() && !sent.error) core_->keep(origin_, std::move(stream_));
    HttpResponse response = reader.take();
    if (proxy_ != nullptr) refuse_proxys_own(response);
    co_return response;
  }

  [[noreturn]] void broken_off(const ResponseReader& reader, const boost::system::error_code& error, bool kept,
                               bool untouched) const {
    if (reader.started()) fail("broke off inside its answer", true);
    // A fresh connection's handshake was not over for who refuses a certificate: it has not looked at the request.
    if (const auto alert = certificate_alert(error); alert && !kept) fail(*alert, false);
    fail("closed the connection without an answer", !untouched);
  }

  /// What a proxy says in its own name is nothing that the system said.
  void refuse_proxys_own(const HttpResponse& response) const {
    const auto refusal = proxy_refusal(response);
    if (refusal)
      throw HttpError("not passed on to " + origin_ + ": " + proxy_->name() + ' ' + refusal->what, refusal->maybe_sent);
  }

  /// Of a kept connection: what comes next goes over a fresh one.
  std::nullopt_t closed() {
    stream_ = nullptr;
    return std::nullopt;
  }

  void take(ResponseReader& reader, const Transfer& got) {
    try {
      reader.feed({buffer_.data(), got.bytes});
      if (got.error == asio::error::eof && reader.started()) reader.end();
    } catch (const TooLarge& large) {
      fail(large.what(), true, Cause::ours);
    } catch (const BadAnswer& bad) {
      fail(bad.what(), true);
    }
  }

  [[noreturn]] void fail(const std::string& why, bool maybe_sent, Cause cause = Cause::system) const {
    const std::string way = proxy_ != nullptr ? " through " + proxy_->name() : "";
    throw HttpError(core_->settings().system + " (" + origin_ + way + "): " + why, maybe_sent, cause);
  }

  std::shared_ptr<Core> core_;
  const HttpRequest& request_;
  Url url_;
  std::string origin_;
  const Proxy* proxy_;  ///< who passes the request on; nullptr where it goes to the system itself, or by a tunnel
  std::string head_;
  Timer::time_point deadline_;
  std::shared_ptr<Stream> stream_;
  std::vector<char> buffer_ = std::vector<char>(kReadBytes);
};

class Client : public HttpClient {
 public:
  explicit Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  awaitable<HttpResponse> send(HttpRequest request) override { return exchange(core_, std::move(request)); }

 private:
  static awaitable<HttpResponse> exchange(std::shared_ptr<Core> core, HttpRequest request) {
    const auto began = Timer::now();
    try {
      Exchange exchange(core, request);
      HttpResponse response = co_await exchange.run();
      core->observe(request, response.status, began);
      co_return response;
    } catch (...) {
      core->observe(request, 0, began);
      throw;
    }
  }

  std::shared_ptr<Core> core_;
};

}  // namespace

std::unique_ptr<HttpClient> make_client(asio::io_context& io, ClientSettings settings, FaultPoints& points,
                                        ClientObserver observer) {
  return std::make_unique<Client>(std::make_shared<Core>(io, std::move(settings), points, std::move(observer)));
}

}  // namespace counterpart::http
