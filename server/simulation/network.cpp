#include "server/simulation/network.h"

#include "server/http/client/request_text.h"

namespace counterpart::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

bool reads_one(const HttpRequest& request) {
  return request.method == "GET" && request.url.find("/o/") != std::string::npos &&
         request.url.find('?') == std::string::npos;
}

HttpResponse answer_without_effect(CallFault fault, const HttpRequest& request) {
  if (fault == CallFault::busy) {
    return {429, {{"Retry-After", "2"}, {"Content-Type", "application/json"}}, R"({"message":"too many calls"})"};
  }
  if (fault == CallFault::garbage) return {200, {{"Content-Type", "text/html"}}, "<html>Maintenance</html>"};
  if (fault == CallFault::missing && reads_one(request)) {
    return {404, {{"Content-Type", "application/json"}}, R"({"message":"no such record"})"};
  }
  return {500, {{"Content-Type", "application/json"}}, R"({"message":"an error has occurred"})"};
}

bool has_effect(CallFault fault) {
  return fault == CallFault::none || fault == CallFault::answer_lost || fault == CallFault::late ||
         fault == CallFault::cut || fault == CallFault::broken_done;
}

}  // namespace

struct Network::Exchange {
  HttpRequest request;
  Instant sent;
  CallFault fault = CallFault::none;
  HttpResponse response;
};

class Network::Client : public HttpClient {
 public:
  Client(Network& network, std::string system, Fate& fate, http::ClientObserver observer)
      : network_(network), system_(std::move(system)), fate_(fate), observer_(std::move(observer)) {}

  asio::awaitable<HttpResponse> send(HttpRequest request) override {
    co_await reach(request, "before");
    if (request.gate != nullptr) {
      while (co_await request.gate->pass()) {
      }
    }
    const Instant began = network_.agenda_.now();
    HttpResponse response = co_await network_.exchange(system_, request);
    if (observer_.exchanged) observer_.exchanged(request, response.status, network_.agenda_.now() - began);
    co_await reach(request, "after");
    co_return response;
  }

 private:
  asio::awaitable<void> reach(const HttpRequest& request, const char* moment) {
    fate_.reach(http::fault_point(system_, request.purpose, moment));
    if (fate_.is_over()) co_await wait_for_ever();
  }

  Network& network_;
  std::string system_;
  Fate& fate_;
  http::ClientObserver observer_;
};

std::unique_ptr<HttpClient> Network::make_client(std::string system, Fate& fate, http::ClientObserver observer) {
  return std::make_unique<Client>(*this, std::move(system), fate, std::move(observer));
}

void Network::be_kind() {
  faults_.clear();
  away_until_.clear();
}

microseconds Network::latency() {
  const std::uint64_t usual = 1'000 + random_.below(60'000);
  return microseconds(random_.below(20) == 0 ? usual * 20 : usual);
}

CallFault Network::fault_of(const std::string& system) {
  const auto away = away_until_.find(system);
  if (away != away_until_.end() && agenda_.now() < away->second) {
    return random_.below(2) == 0 ? CallFault::refused : CallFault::lost;
  }
  auto& faults = faults_[system];
  if (faults.empty()) return CallFault::none;
  const CallFault next = faults.front();
  faults.pop_front();
  return next;
}

void Network::arrive(const std::string& system, const std::shared_ptr<Exchange>& exchange) {
  --under_way_;
  sent_at_ = exchange->sent;
  heard_ = exchange->fault == CallFault::none;
  if (has_effect(exchange->fault)) {
    exchange->response = systems_.at(system)->answer(exchange->request);
  } else {
    exchange->response = answer_without_effect(exchange->fault, exchange->request);
  }
  if (!on_call) return;
  on_call(system + ' ' + exchange->request.method + ' ' + exchange->request.url + ' ' + exchange->request.body +
          " -> " + std::to_string(exchange->response.status) + ' ' + exchange->response.body + " fault " +
          std::to_string(static_cast<int>(exchange->fault)));
}

asio::awaitable<HttpResponse> Network::exchange(std::string system, HttpRequest request) {
  auto exchange = std::make_shared<Exchange>(Exchange{request, agenda_.now(), fault_of(system), {}});
  const CallFault fault = exchange->fault;
  const microseconds patience = request.timeout;
  if (fault == CallFault::refused) {
    co_await wait_until(agenda_, agenda_.now() + 1ms);
    throw HttpError(system + ": connection refused", false);
  }
  microseconds on_its_way = latency();
  if (fault == CallFault::late) on_its_way = microseconds(random_.below(static_cast<std::uint64_t>(patience.count())));
  if (fault != CallFault::lost) {
    ++under_way_;
    agenda_.after(on_its_way, [this, system, exchange] { arrive(system, exchange); });
  }
  const Instant deadline = agenda_.now() + patience;
  if (fault == CallFault::lost || fault == CallFault::answer_lost || fault == CallFault::late) {
    co_await wait_until(agenda_, deadline);
    throw HttpError(system + ": did not answer", true);
  }
  co_await wait_until(agenda_, agenda_.now() + on_its_way + latency());
  if (fault == CallFault::cut) throw HttpError(system + ": broke off", true);
  if (fault == CallFault::broken_done) exchange->response = {502, {}, "Bad Gateway"};
  co_return std::move(exchange->response);
}

}  // namespace counterpart::simulation
