#include "server/http/client/tunnel.h"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <vector>

#include "server/http/client/response_reader.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 4096;
constexpr int kOk = 200;
constexpr int kOkLast = 299;

std::string connect_request(const Proxy& proxy, const Url& target) {
  const std::string authority = target.host_and_port();
  std::string text = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\nUser-Agent: counterpart\r\n";
  if (!proxy.authorization.empty()) text += "Proxy-Authorization: " + proxy.authorization.reveal() + "\r\n";
  return text + "\r\n";
}

/// What the proxy answered, read as far as its head.
class TunnelAnswer {
 public:
  TunnelAnswer(const Proxy& proxy, const Url& target) : proxy_(proxy), target_(target) {}

  bool complete() const { return reader_.done(); }

  void take(std::string_view bytes) {
    try {
      reader_.feed(bytes);
    } catch (const BadAnswer& bad) {
      fail(std::string("does not answer as a proxy does: ") + bad.what());
    }
  }

  /// Throws unless the tunnel is open, and empty: in TLS the system is not the first to speak.
  void judge() {
    const bool said_more = reader_.overrun();
    const int status = reader_.take().status;
    if (status < kOk || status > kOkLast) fail(meaning_of_refusal(status));
    if (said_more) fail("sends what nobody asked for");
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw HttpError("no tunnel to " + target_.origin() + ": " + proxy_.name() + ' ' + why, false);
  }

 private:
  const Proxy& proxy_;
  const Url& target_;
  ResponseReader reader_{true, 0};  // the answer to CONNECT has no body, whatever its headers say
};

}  // namespace

asio::awaitable<void> open_tunnel(std::shared_ptr<Stream> stream, Proxy proxy, Url target,
                                  Stream::Timer::time_point deadline) {
  const Alarm alarm(co_await asio::this_coro::executor, stream, deadline);
  TunnelAnswer answer(proxy, target);
  const std::string request = connect_request(proxy, target);
  const Stream::Both both = {asio::buffer(request), asio::const_buffer()};
  // Where it could not be written, reading tells why.
  co_await stream->write(both);
  std::vector<char> buffer(kReadBytes);
  while (!answer.complete()) {
    const Transfer got = co_await stream->read_some(asio::buffer(buffer));
    if (alarm.rang()) answer.fail("did not answer in time");
    if (got.error == asio::error::operation_aborted) throw boost::system::system_error(got.error);
    answer.take({buffer.data(), got.bytes});
    if (got.error && !answer.complete()) answer.fail("closed the connection without an answer");
  }
  answer.judge();
}

}  // namespace counterpart::http
