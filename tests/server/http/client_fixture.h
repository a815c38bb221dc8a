#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "client_support.h"
#include "server/http/client/client.h"

namespace counterpart::http::testing {

namespace asio = boost::asio;

/// A client, and what it told of.
class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpClient> make(ClientSettings settings = {}) {
    settings.system = "crm";
    ClientObserver observer;
    observer.exchanged = [this](const HttpRequest&, int status, std::chrono::microseconds) {
      observed_.push_back(status);
    };
    return make_client(io_, std::move(settings), points_, observer);
  }

  static HttpRequest get(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.purpose = "crm: read contacts";
    return request;
  }

  static HttpRequest post(const std::string& url, const std::string& body = "{}") {
    HttpRequest request = get(url);
    request.method = "POST";
    request.body = body;
    return request;
  }

  std::shared_ptr<Outcome> call(HttpClient& client, HttpRequest request) {
    return testing::call(io_, client, std::move(request));
  }

  std::shared_ptr<Outcome> start(HttpClient& client, HttpRequest request) {
    return testing::start(io_, client, std::move(request));
  }

  /// Runs what can be run until the server has seen so many requests.
  void run_until_requests(const RawServer& server, std::size_t count) {
    io_.restart();
    while (server.requests().size() < count) io_.run_one();
  }

  asio::io_context io_{1};
  RecordedPoints points_;
  std::vector<int> observed_;
};

}  // namespace counterpart::http::testing
