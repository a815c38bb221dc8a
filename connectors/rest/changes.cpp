#include <algorithm>

#include "connectors/rest/paging.h"
#include "connectors/rest/record_reader.h"
#include "connectors/rest/rest_connector.h"

namespace counterpart::rest {
namespace {

/// What was asked for, to make sense of the answer.
struct Asked {
  Place place;
  std::optional<Instant> since;
  std::string url;
};

/// Whether the listing can be asked to begin at a time.
bool takes_since(const Changes& how) {
  const auto names_since = [](const auto& parameter) {
    const std::vector<std::string> names = parameter.second.names();
    return std::find(names.begin(), names.end(), "since") != names.end();
  };
  return std::any_of(how.call.query.begin(), how.call.query.end(), names_since);
}

ChangesResult page_of(const Exchange& exchange, const Object& object, const Manner& manner, const Asked& asked,
                      const Answer& answer) {
  const Changes& how = *object.changes;
  ChangesPage page;
  page.system_time = answer.date;
  if (answer.status >= 300) return page;  // one of `missing`
  const auto items = how.select.find(answer.body);
  if (!items) return incomprehensible(manner, "the answer holds no list at '" + how.select.list() + "'");
  for (const Native* item : *items) {
    auto read = read_record(object.records, *item, nullptr, how.full);
    if (const auto* fault = std::get_if<std::string>(&read)) return incomprehensible(manner, *fault);
    page.records.push_back(std::get<Record>(std::move(read)));
  }
  const std::string last_id = page.records.empty() ? "" : page.records.back().id;
  auto next = next_place(how.page, asked.place, answer, PageSeen{items->size(), last_id, asked.url});
  if (const auto* fault = std::get_if<std::string>(&next)) return incomprehensible(manner, *fault);
  auto following = caught_up(how.page, asked.place, answer, std::get<std::optional<Place>>(std::move(next)));
  if (!following) return page;
  const bool onward = !following->again;
  if (onward && how.sorted && takes_since(how) && !page.records.empty())
    following = restarted(how.page, std::move(*following), asked.since, page.records.back().modified);
  // A link may hold what proves who we are; it is stored without.
  if (follows_links(how.page)) following->at = exchange.without_auth(following->at);
  if (following->at == asked.url) return incomprehensible(manner, "the link to the next page leads to the same page");
  page.next = following->print();
  return page;
}

}  // namespace

boost::asio::awaitable<ChangesResult> RestConnector::changed(std::string name, std::optional<Instant> since,
                                                             std::string page) {
  const Object* known = object(name);
  const Manner listing = manner("list changed", name, Effect::read);
  const auto place = Place::parse(page);
  if (known == nullptr || !known->changes || !place) {
    const char* what = place ? ": the definition does not say how" : ": this is no place in a listing";
    co_return Failure{Failure::Kind::rejected, listing.purpose + what, std::nullopt};
  }
  const Changes& how = *known->changes;
  if (place->from) since = place->from;
  Variables variables;
  variables.set("since", since ? how.since.format.print_since(*since, how.since.inclusive) : Native());
  Manner asking = listing;
  asking.missing = how.missing;
  std::string url;
  const Answered answered = co_await ask_page(&how.call, &how.page, *place, std::move(variables), asking, &url);
  if (const auto* failure = std::get_if<Failure>(&answered)) co_return *failure;
  const Asked asked{*place, since, url};
  co_return page_of(exchange_, *known, listing, asked, std::get<Answer>(answered));
}

boost::asio::awaitable<Answered> RestConnector::ask_page(const Call* call, const Paging* paging, Place place,
                                                         Variables variables, Manner manner, std::string* url) {
  set_paging(*paging, place, variables);
  auto made = exchange_.request(*call, std::move(variables), manner);
  if (const auto* failure = std::get_if<Failure>(&made)) co_return exchange_.cleaned(*failure);
  HttpRequest& request = std::get<HttpRequest>(made);
  if (follows_links(*paging) && !place.at.empty()) {
    const auto target = resolve_link(request.url, place.at);
    if (!target) co_return incomprehensible(manner, "the stored page lies in another place than this system");
    request.url = exchange_.with_auth(*target);
  }
  *url = exchange_.without_auth(request.url);
  co_return co_await exchange_.send(std::move(request), std::move(manner));
}

}  // namespace counterpart::rest
