#include "connectors/rest/exchange.h"

#include <algorithm>

#include "connectors/ports/header_names.h"
#include "connectors/ports/retry_after.h"
#include "connectors/rest/form.h"
#include "connectors/webhook/digest.h"
#include "mapping/values/json.h"
#include "mapping/values/utf8.h"

namespace counterpart::rest {
namespace {

using Kind = Failure::Kind;

constexpr JsonLimits kAnswerLimits{32 * 1024 * 1024, 64};

Native object_of(const std::map<std::string, std::string>& values) {
  Native::Object object;
  for (const auto& [name, value] : values) object.emplace_back(name, value);
  return object;
}

Native object_of(const std::map<std::string, Secret>& values) {
  Native::Object object;
  for (const auto& [name, value] : values) object.emplace_back(name, value.reveal());
  return object;
}

/// One of that name only: what is said later is said more closely.
void set_header(HttpHeaders& headers, const std::string& name, std::string value) {
  std::erase_if(headers, [&](const auto& header) { return equal_names(header.first, name); });
  headers.emplace_back(name, std::move(value));
}

void set_headers(const Templates& templates, const Variables& variables, HttpHeaders& headers) {
  for (const auto& [name, text] : templates) {
    const Native value = text.evaluate(variables.scope());
    if (value.is_null()) continue;
    std::string plain = value.plain();
    if (std::any_of(plain.begin(), plain.end(), is_control))
      throw EvaluationError("the header " + name + " would hold a control character");
    set_header(headers, name, std::move(plain));
  }
}

/// As JSON, or as what the Content-Type that the definition gives asks for.
std::string print_body(const Native& body, HttpHeaders& headers) {
  const std::string* type = find_header(headers, "Content-Type");
  if (type != nullptr && type->starts_with("application/x-www-form-urlencoded")) return print_form(body);
  if (type == nullptr) headers.emplace_back("Content-Type", "application/json");
  return print_json(body);
}

std::string query_of(const Templates& templates, const Variables& variables) {
  std::string query;
  for (const auto& [name, text] : templates) {
    const Native value = text.evaluate(variables.scope());
    if (value.is_null()) continue;
    query += (query.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value.plain());
  }
  return query;
}

/// Empty and dotted values would name another resource than the one meant.
void check_path_values(const Template& path, const Variables& variables) {
  const Scope scope = variables.scope();
  for (const std::string& name : path.names()) {
    const Native* value = scope(name);
    const std::string text = value != nullptr ? value->plain() : "";
    if (text.empty() || text == "." || text == "..")
      throw EvaluationError("'" + name + "' is empty or no name, so the path would lead elsewhere");
  }
}

bool is_html(const HttpHeaders& headers) {
  const std::string* type = find_header(headers, "Content-Type");
  return type != nullptr && type->find("html") != std::string::npos;
}

void cut(std::string& text, std::size_t characters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (!starts_character || ++count <= characters) continue;
    text.resize(i);
    text += "…";
    return;
  }
}

}  // namespace

Exchange::Exchange(std::shared_ptr<const Definition> definition, const SystemSettings& settings,
                   const ConnectorPorts& ports)
    : definition_(std::move(definition)),
      http_(ports.http),
      clock_(ports.clock),
      system_(settings.name),
      settings_(object_of(settings.plain)),
      timeout_(std::max(settings.timeout, definition_->http.timeout)) {
  constexpr std::size_t kTellingLength = 4;  // shorter ones would blot out words of the message
  for (const auto& [name, secret] : settings.secret)
    if (secret.reveal().size() >= kTellingLength) secrets_.push_back(secret.reveal());
  Variables variables;
  variables.set("settings", settings_).set("secret", object_of(settings.secret));
  base_url_ = definition_->http.base_url.evaluate(variables.scope()).plain();
  while (base_url_.ends_with('/')) base_url_.pop_back();
  headers_.emplace_back("Accept", "application/json");
  set_headers(definition_->http.headers, variables, headers_);
  set_headers(definition_->auth.headers, variables, headers_);
  auth_query_ = query_of(definition_->auth.query, variables);
  for (const auto& [name, text] : definition_->auth.query) auth_names_.push_back(percent_encode(name));
  if (!definition_->auth.basic) return;
  const std::string pair = definition_->auth.basic->user.evaluate(variables.scope()).plain() + ":" +
                           definition_->auth.basic->password.evaluate(variables.scope()).plain();
  set_header(headers_, "Authorization", "Basic " + hook::to_base64(pair));
}

std::string Exchange::url(const Call& call, const Variables& variables) const {
  check_path_values(call.request->path, variables);
  const Variables encoded = variables.percent_encoded();
  const std::string path = call.request->path.evaluate(encoded.scope()).plain();
  std::string query = query_of(call.query, variables);
  if (!auth_query_.empty()) query += (query.empty() ? "" : "&") + auth_query_;
  return base_url_ + path + (query.empty() ? "" : "?" + query);
}

std::string Exchange::without_auth(const std::string& url) const {
  const std::size_t mark = url.find('?');
  if (auth_names_.empty() || mark == std::string::npos) return url;
  std::string query;
  for (std::size_t begin = mark + 1; begin <= url.size();) {
    const std::size_t end = std::min(url.find('&', begin), url.size());
    const std::string parameter = url.substr(begin, end - begin);
    const std::string name = percent_encode(percent_decode(parameter.substr(0, parameter.find('='))));
    const bool ours = std::find(auth_names_.begin(), auth_names_.end(), name) != auth_names_.end();
    if (!ours && !parameter.empty()) query += (query.empty() ? "" : "&") + parameter;
    begin = end + 1;
  }
  return url.substr(0, mark) + (query.empty() ? "" : "?" + query);
}

std::string Exchange::with_auth(const std::string& url) const {
  if (auth_query_.empty()) return url;
  const std::string bare = without_auth(url);
  return bare + (bare.find('?') == std::string::npos ? "?" : "&") + auth_query_;
}

std::variant<HttpRequest, Failure> Exchange::request(const Call& call, Variables variables,
                                                     const Manner& manner) const {
  variables.set("settings", settings_);
  try {
    HttpRequest request;
    request.method = call.request->method;
    request.url = url(call, variables);
    request.headers = headers_;
    set_headers(call.headers, variables, request.headers);
    if (call.body) request.body = print_body(call.body->evaluate(variables), request.headers);
    request.timeout = timeout_;
    request.send_by = manner.send_by;
    request.purpose = manner.purpose;
    return request;
  } catch (const EvaluationError& error) {
    return Failure{Kind::rejected, manner.purpose + ": the request cannot be made: " + error.what(), std::nullopt};
  }
}

std::variant<Answer, Failure> Exchange::answer(HttpResponse response, const Manner& manner) const {
  Answer answer;
  std::string fault;
  try {
    if (!response.body.empty()) answer.body = parse_json(response.body, kAnswerLimits);
  } catch (const JsonError& error) {
    fault = error.what();
  }
  const bool html = is_html(response.headers);
  auto failure = judge(*definition_, manner, response.status, answer.body, response.headers, clock_->now());
  if (failure) return cleaned(std::move(*failure));
  if (html) return incomprehensible(manner, "a web page was answered instead of data; is the address right?");
  const bool success = response.status < 300;
  if (success && manner.needs_body && (!fault.empty() || response.body.empty()))
    return incomprehensible(manner, fault.empty() ? "the answer is empty" : "the answer is no JSON: " + fault);
  answer.status = response.status;
  if (const std::string* date = find_header(response.headers, "Date")) answer.date = parse_http_date(*date);
  answer.headers = std::move(response.headers);
  return answer;
}

boost::asio::awaitable<Answered> Exchange::send(HttpRequest request, Manner manner) const {
  std::optional<Failure> failure;
  HttpResponse response;
  try {
    response = co_await http_->send(std::move(request));
  } catch (const SystemDown& down) {
    failure = Failure{Kind::system_down, manner.purpose + ": " + down.what(), down.retry_after()};
  } catch (const HttpError& error) {
    failure = Failure{unanswered(manner, error), manner.purpose + ": " + error.what(), std::nullopt};
  }
  if (failure) co_return cleaned(std::move(*failure));
  co_return answer(std::move(response), manner);
}

boost::asio::awaitable<Answered> Exchange::ask(const Call* call, Variables variables, Manner manner) const {
  auto made = request(*call, std::move(variables), manner);
  if (auto* failure = std::get_if<Failure>(&made)) co_return cleaned(std::move(*failure));
  co_return co_await send(std::get<HttpRequest>(std::move(made)), std::move(manner));
}

Failure Exchange::cleaned(Failure failure) const {
  constexpr std::size_t kMessageMost = 500;
  for (const std::string& secret : secrets_)
    for (std::size_t at = failure.message.find(secret); at != std::string::npos;
         at = failure.message.find(secret, at + 3))
      failure.message.replace(at, secret.size(), "***");
  for (char& c : failure.message)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  cut(failure.message, kMessageMost);
  return failure;
}

}  // namespace counterpart::rest
