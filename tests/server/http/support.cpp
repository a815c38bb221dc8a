#include "support.h"

#include <arpa/inet.h>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace counterpart::http::testing {
namespace {

namespace asio = boost::asio;

constexpr int kPatienceMs = 20'000;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address parse(const std::string& text) {
  Address result;
  if (text.find('/') != std::string::npos) {
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    text.copy(path.sun_path, sizeof path.sun_path - 1);
    result.size = sizeof path;
    std::memcpy(&result.storage, &path, sizeof path);
    return result;
  }
  const std::size_t colon = text.rfind(':');
  const auto port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  if (text.starts_with('[')) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = port;
    inet_pton(AF_INET6, text.substr(1, colon - 2).c_str(), &v6.sin6_addr);
    result.size = sizeof v6;
    std::memcpy(&result.storage, &v6, sizeof v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = port;
    inet_pton(AF_INET, text.substr(0, colon).c_str(), &v4.sin_addr);
    result.size = sizeof v4;
    std::memcpy(&result.storage, &v4, sizeof v4);
  }
  return result;
}

std::size_t content_length(const std::string& head) {
  const std::string name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

RawClient::RawClient(const std::string& address) {
  const Address to = parse(address);
  socket_ = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* plain = reinterpret_cast<const sockaddr*>(&to.storage);
  if (socket_ < 0 || ::connect(socket_, plain, to.size) != 0) {
    const int error = errno;
    if (socket_ >= 0) ::close(socket_);
    throw std::runtime_error(address + ": " + std::strerror(error));
  }
}

RawClient::~RawClient() {
  ::close(socket_);
}

ssize_t RawClient::put(std::string_view bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

ssize_t RawClient::take(char* bytes, std::size_t size) {
  return ::recv(socket_, bytes, size, 0);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = put(bytes);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool RawClient::read_more() {
  pollfd ready{socket_, POLLIN, 0};
  if (!has_more() && ::poll(&ready, 1, kPatienceMs) == 0)
    throw std::runtime_error("nothing came, and it was not closed either");
  std::array<char, 16384> bytes{};
  const ssize_t got = take(bytes.data(), bytes.size());
  if (got > 0) received_.append(bytes.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::string RawClient::take_head() {
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) throw std::runtime_error("closed before an answer; came: '" + received_ + "'");
  }
  std::string head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  return head;
}

Answer RawClient::answer_without_body() {
  Answer answer;
  answer.head = take_head();
  answer.status = std::stoi(answer.head.substr(9, 3));
  return answer;
}

Answer RawClient::answer() {
  Answer answer = answer_without_body();
  const std::size_t size = content_length(answer.head);
  while (received_.size() < size) {
    if (!read_more()) throw std::runtime_error("closed inside a body");
  }
  answer.body = received_.substr(0, size);
  received_.erase(0, size);
  return answer;
}

std::string RawClient::rest() {
  while (read_more()) {
  }
  return received_;
}

RunningDoor::RunningDoor(Handler handler, DoorLimits limits, const std::string& address, DoorAccess access) {
  DoorObserver observer;
  observer.refused = [this](const std::string& why) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(why);
  };
  observer.answered = [this](int status, std::chrono::microseconds) {
    const std::lock_guard lock(mutex_);
    answered_.push_back(status);
  };
  observer.connections = [this](std::ptrdiff_t change) {
    const std::lock_guard lock(mutex_);
    connections_ += change;
  };
  door_ = std::make_unique<Door>(io_, address, limits, std::move(handler), std::move(observer), std::move(access));
  asio::co_spawn(io_, door_->run(), [this](const std::exception_ptr&) { ended_.set_value(); });
  thread_ = std::jthread([this] {
    const auto work = asio::make_work_guard(io_);
    io_.run();
  });
}

RunningDoor::~RunningDoor() {
  io_.stop();
  thread_.join();
}

std::size_t RunningDoor::busy() {
  return on_its_thread([this] { return door_->busy(); });
}

std::vector<std::string> RunningDoor::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::vector<int> RunningDoor::answered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

std::ptrdiff_t RunningDoor::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

Handler echo() {
  return [](ServerRequest request) -> asio::awaitable<ServerResponse> {
    ServerResponse response;
    response.body =
        request.method + ' ' + request.path + (request.query.empty() ? "" : '?' + request.query) + '|' + request.body;
    for (const auto& [name, value] : request.headers) response.headers.emplace_back("X-" + name, value);
    co_return response;
  };
}

}  // namespace counterpart::http::testing
