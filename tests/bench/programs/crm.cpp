#include "tests/bench/programs/crm.h"

#include <stdexcept>
#include <utility>

#include "mapping/values/json.h"

namespace counterpart::bench {

Crm::Crm(char kind, sandbox::SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks)
    : kind_(kind), prefix_(settings.prefix), key_(settings.person_key.reveal()) {
  auto make = kind == 'a' ? sandbox::make_crm_a : sandbox::make_crm_b;
  crm_ = make(std::move(settings), clock, random, hooks);
}

Native Crm::call(std::string method, std::string path, Native body) {
  sandbox::SandboxRequest request;
  request.method = std::move(method);
  request.path = prefix_ + path;
  request.headers.emplace_back(kind_ == 'a' ? "Authorization" : "X-Api-Key", kind_ == 'a' ? "Bearer " + key_ : key_);
  request.body = print_json(body);
  const sandbox::SandboxResponse response = crm_->handle(request);
  if (response.status / 100 != 2) {
    throw std::runtime_error(request.method + " " + request.path + ": " + std::to_string(response.status) + " " +
                             response.body);
  }
  return response.body.empty() ? Native() : parse_json(response.body);
}

Native Crm::record_of(std::size_t number) const {
  const std::string text = std::to_string(number);
  const std::string email = "p" + text + "@example.com";
  const std::string street = "Hauptstraße " + text;
  if (kind_ == 'a') {
    Native properties(Native::Object{{"firstname", "Ada"},
                                     {"lastname", "Number" + text},
                                     {"email", email},
                                     {"phone", "+4930901820"},
                                     {"street", street},
                                     {"zip", "10115"},
                                     {"city", "Berlin"},
                                     {"country", "DE"},
                                     {"birthday", "1980-12-31"}});
    return Native(Native::Object{{"properties", std::move(properties)}});
  }
  return Native(Native::Object{
      {"full_name", "Ada Number" + text},
      {"contact", Native(Native::Object{{"email", email}, {"phone", "+4930901820"}})},
      {"address",
       Native(Native::Object{{"street", street}, {"postal_code", "10115"}, {"city", "Berlin"}, {"country", "DE"}})},
      {"birthday", "31.12.1980"}});
}

void Crm::fill(std::size_t count) {
  call("POST", "/control/faults", Native(Native::Object{{"drop_webhooks", Native(true)}}));
  for (std::size_t number = ids_.size(); number < count; ++number) {
    const Native made = call("POST", kind_ == 'a' ? "/contacts" : "/persons", record_of(number));
    const Native* id = made.member("id");
    if (id == nullptr) throw std::runtime_error("a record without an id was made");
    ids_.push_back(id->plain());
  }
  call("POST", "/control/faults", Native(Native::Object{{"drop_webhooks", Native(false)}}));
}

const std::string& Crm::edit(std::size_t number, const std::string& remark) {
  const std::string& id = ids_.at(number % ids_.size());
  if (kind_ == 'a') {
    Native properties(Native::Object{{"notes", remark}});
    call("PATCH", "/contacts/" + id, Native(Native::Object{{"properties", std::move(properties)}}));
  } else {
    call("PATCH", "/persons/" + id, Native(Native::Object{{"remark", remark}}));
  }
  return id;
}

}  // namespace counterpart::bench
