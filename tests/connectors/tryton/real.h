#pragma once

// A real Tryton (tests/stand-ins/tryton/start), one for all tests of this program, and the connector through the real
// HTTP client.

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "connectors/tryton/session.h"
#include "server/http/client/client.h"
#include "support.h"

namespace counterpart::tryton {

/// Runs the starter; its output, with the exit code in `code`.
inline std::string starter(const std::string& words, int& code) {
  const char* folder = std::getenv("COUNTERPART_TRYTON_DIR");
  const std::string source = COUNTERPART_SOURCE_DIR;
  const std::string command = "'" + source + "/tests/stand-ins/tryton/start' " + words;
  const std::string where = folder != nullptr ? folder : source + "/.cache/tryton";
  std::string text = command;
  text.replace(text.find("DIR"), 3, "'" + where + "'");
  FILE* pipe = popen(text.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  std::array<char, 256> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) output += piece.data();
  code = pclose(pipe);
  return output;
}

/// Ports of this machine that were free a moment ago.
inline int free_port() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

/// One Tryton for all tests of this program.
class RunningTryton : public testing::Environment {
 public:
  void SetUp() override {
    int code = 0;
    const std::string output = starter(std::to_string(free_port()) + " DIR", code);
    std::istringstream words(output.substr(std::min(output.find("READY"), output.size())));
    for (std::string word; words >> word;)
      if (const auto equals = word.find('='); equals != std::string::npos)
        told[word.substr(0, equals)] = word.substr(equals + 1);
    missing = output.rfind("SKIP", 0) == 0 ? output : "";
    ASSERT_TRUE(!missing.empty() || told.count("url") == 1) << "exit code " << code << ": " << output;
  }
  void TearDown() override {
    int code = 0;
    starter("0 DIR stop", code);
    EXPECT_EQ(0, code);
  }
  static inline std::map<std::string, std::string> told;
  static inline std::string missing;
};
inline const testing::Environment* const kRunning = testing::AddGlobalTestEnvironment(new RunningTryton);

/// Spoils the session of one request, as if Tryton had forgotten it.
class Forgetful : public HttpClient {
 public:
  explicit Forgetful(HttpClient& client) : client_(client) {}
  boost::asio::awaitable<HttpResponse> send(HttpRequest request) override {
    for (auto& [name, value] : request.headers)
      if (name == "Authorization" && std::exchange(forget, false)) value = "Session aHViOjI6bm8=";
    if (request.body.find("common.db.login") != std::string::npos) ++logins;
    co_return co_await client_.send(std::move(request));
  }
  bool forget = false;
  int logins = 0;

 private:
  HttpClient& client_;
};

class RealTryton : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningTryton::missing.empty()) GTEST_SKIP() << RunningTryton::missing;
    const auto& told = RunningTryton::told;
    client_ = http::make_client(io, {"erp", 4, "", 1 << 25, std::chrono::seconds(10)}, points_);
    http = std::make_unique<Forgetful>(*client_);
    const ConnectorPorts ports{http.get(), &clock_, &random_};
    connector = make_connector(told.at("url"), told.at("user"), told.at("password"), ports);
    SystemSettings settings;
    settings.name = "person";
    settings.plain = {{"url", told.at("url")}, {"user", "admin"}};
    settings.secret = {{"password", Secret(told.at("admin_password"))}};
    person_ = std::make_unique<Session>(settings, ports);
    const auto seconds = std::chrono::system_clock::now().time_since_epoch();
    tag = std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(seconds).count());
  }

  /// A person's call; the result as JSON.
  std::string person(const std::string& model, const std::string& method, const std::string& params) {
    Call call;
    call.verb = "act person";
    call.model = model;
    call.method = method;
    call.params = parse_json(params).array();
    const Replied replied = run(io, person_->call(std::move(call)));
    if (const auto* refusal = std::get_if<Refusal>(&replied)) return show(refusal->failure);
    return print_json(std::get<Reply>(replied).result);
  }

  WriteResult create(const std::string& fields) {
    std::vector<CreateOrder> orders = {{parse_json(fields), ""}};
    return run(io, connector->create(object, std::move(orders), SendBy::max()))[0];
  }

  Record created(const std::string& fields) {
    const auto made = create(fields);
    if (std::holds_alternative<Failure>(made)) throw std::runtime_error(show(made));
    return std::get<Written>(made).record.value();
  }

  Record read(const std::string& id) { return std::get<Record>(run(io, connector->read(object, {id}))[0]); }

  WriteResult update(const Record& before, const Native& after) {
    std::vector<UpdateOrder> orders = {{before.id, before.revision, before.fields, after}};
    return run(io, connector->update(object, std::move(orders), SendBy::max()))[0];
  }

  static std::string row_id(const Record& record, const char* collection, std::size_t index = 0) {
    return record.fields.member(collection)->array().at(index).member("id")->plain();
  }

  boost::asio::io_context io;
  std::unique_ptr<Forgetful> http;
  std::unique_ptr<Connector> connector;
  std::string tag;  ///< of this test alone
  std::string object = "party";

 private:
  NoFaultPoints points_;
  StillClock clock_;
  CountingRandom random_;
  std::unique_ptr<HttpClient> client_;
  std::unique_ptr<Session> person_;
};

}  // namespace counterpart::tryton
