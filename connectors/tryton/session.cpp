#include "connectors/tryton/session.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/webhook/digest.h"
#include "mapping/values/json.h"

namespace counterpart::tryton {
namespace {

namespace asio = boost::asio;

constexpr int kUnauthorized = 401;

std::string with_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/";
}

Native::Array with_context(Native::Array params, const Native& preferences, const Native& added) {
  Native context = preferences;
  for (const auto& [name, value] : added.object()) context.set(name, value);
  params.push_back(std::move(context));
  return params;
}

}  // namespace

struct Session::Login {
  explicit Login(const asio::any_io_executor& executor) : done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;  ///< cancelled at the end
  std::optional<Refusal> outcome;
};

/// Holds the session's place for a login, and lets those who wait go on when it is over, however it ends.
class Session::Leading {
 public:
  Leading(Session& session, std::shared_ptr<Login> login) : session_(session), login_(std::move(login)) {
    login_->outcome = Refusal{{Failure::Kind::retry, "the login was cut short", std::nullopt}, true};
    session_.login_ = login_;
  }
  ~Leading() {
    session_.login_ = nullptr;
    login_->done.cancel();
  }
  Leading(const Leading&) = delete;

 private:
  Session& session_;
  std::shared_ptr<Login> login_;
};

Session::Session(const SystemSettings& settings, const ConnectorPorts& ports)
    : http_(ports.http),
      clock_(ports.clock),
      system_(settings.name),
      url_(with_slash(settings.plain.at("url"))),
      name_(settings.plain.at("user")),
      password_(settings.secret.at("password")),
      timeout_(settings.timeout) {}

Manner Session::manner(const std::string& verb, bool writes) const {
  return {system_ + ": " + verb, writes, std::nullopt};
}

asio::awaitable<HttpResponse> Session::send(std::string method, Native::Array params, Manner manner) {
  HttpRequest request;
  request.method = "POST";
  request.url = url_;
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!authorization_.empty()) request.headers.emplace_back("Authorization", authorization_.reveal());
  // Tryton takes a body for a call only if it has exactly these three members.
  Native body;
  body.set("id", Native::integer(1));
  body.set("method", std::move(method));
  body.set("params", std::move(params));
  request.body = print_json(body);
  request.timeout = timeout_;
  request.send_by = manner.send_by;
  request.purpose = std::move(manner.purpose);
  co_return co_await http_->send(std::move(request));
}

asio::awaitable<Replied> Session::ask(std::string method, Native::Array params, Manner manner) {
  const unsigned opened = opened_;
  std::optional<Replied> replied;
  try {
    const HttpResponse response = co_await send(std::move(method), std::move(params), manner);
    if (response.status == kUnauthorized && opened == opened_) authorization_ = Secret();
    replied = judge(manner, response, clock_->now());
  } catch (const SystemDown& down) {
    replied = unanswered(manner, down);
  } catch (const HttpError& error) {
    replied = unanswered(manner, error);
  }
  if (auto* refusal = std::get_if<Refusal>(&*replied))
    refusal->failure.message = without_password(std::move(refusal->failure.message));
  co_return std::move(*replied);
}

asio::awaitable<Replied> Session::call(Call call) {
  Manner how = manner(call.verb, call.writes);
  how.send_by = call.send_by;
  const std::string method = "model." + call.model + "." + call.method;
  bool again = true;
  for (;;) {
    if (auto refusal = co_await log_in()) co_return std::move(*refusal);
    const unsigned opened = opened_;
    Native::Array params = with_context(call.params, preferences_, call.context);
    Replied replied = co_await ask(method, std::move(params), how);
    // Without a session nothing was carried out: the call can safely be made again.
    const bool forgotten = std::holds_alternative<Refusal>(replied) && (authorization_.empty() || opened != opened_) &&
                           std::get<Refusal>(replied).failure.kind == Failure::Kind::credentials;
    if (!forgotten || !again) co_return std::move(replied);
    again = false;
  }
}

asio::awaitable<std::optional<Refusal>> Session::log_in() {
  if (login_) {
    const std::shared_ptr<Login> login = login_;
    boost::system::error_code ended;
    co_await login->done.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    co_return login->outcome;
  }
  if (!authorization_.empty()) co_return std::nullopt;
  const auto login = std::make_shared<Login>(co_await asio::this_coro::executor);
  const Leading leading(*this, login);
  login->outcome = co_await open();
  co_return login->outcome;
}

asio::awaitable<std::optional<Refusal>> Session::open() {
  Native credentials;
  credentials.set("password", password_.reveal());
  Native::Array params;
  params.emplace_back(name_);
  params.push_back(std::move(credentials));
  params.emplace_back("en");
  const Manner how = manner("login user");
  Replied replied = co_await ask("common.db.login", std::move(params), how);
  if (auto* refusal = std::get_if<Refusal>(&replied)) co_return std::move(*refusal);
  const Native& told = std::get<Reply>(replied).result;
  // [user, key], and from 6.2 on what its own client needs besides.
  if (!told.is_array() || told.array().size() < 2 || !told.array()[0].is_number() || !told.array()[1].is_text())
    co_return incomprehensible(how, "the login's answer holds no session");
  user_ = told.array()[0].number();
  authorization_ = Secret("Session " + hook::to_base64(name_ + ":" + user_ + ":" + told.array()[1].text()));
  ++opened_;
  auto refusal = co_await learn_preferences();
  if (refusal) authorization_ = Secret();
  co_return refusal;
}

asio::awaitable<std::optional<Refusal>> Session::learn_preferences() {
  Native::Array params;
  params.emplace_back(true);
  params.emplace_back(Native::Object{});
  const Manner how = manner("read preferences");
  Replied replied = co_await ask("model.res.user.get_preferences", std::move(params), how);
  if (auto* refusal = std::get_if<Refusal>(&replied)) co_return std::move(*refusal);
  Reply& reply = std::get<Reply>(replied);
  if (!reply.result.is_object()) co_return incomprehensible(how, "the user's preferences are no object");
  preferences_ = std::move(reply.result);
  co_return std::nullopt;
}

asio::awaitable<std::string> Session::user() {
  if (user_.empty()) co_await log_in();
  co_return user_;
}

std::string Session::without_password(std::string text) const {
  const std::string& password = password_.reveal();
  constexpr std::size_t kTellingLength = 4;  // a shorter one would blot out words of the message
  if (password.size() < kTellingLength) return text;
  for (std::size_t at = text.find(password); at != std::string::npos; at = text.find(password, at + 3))
    text.replace(at, password.size(), "***");
  return text;
}

}  // namespace counterpart::tryton
