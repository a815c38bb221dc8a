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

ChangesResult page_of(const Object& object, const Manner& manner, const Asked& asked, const Answer& answer) {
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
  auto next = next_place(how.page, asked.place, answer, items->size(), asked.url);
  if (const auto* fault = std::get_if<std::string>(&next)) return incomprehensible(manner, *fault);
  auto& following = std::get<std::optional<Place>>(next);
  if (!following) return page;
  if (how.sorted && takes_since(how) && !page.records.empty())
    following = restarted(how.page, std::move(*following), asked.since, page.records.back().modified);
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
  Variables variables;
  set_paging(how.page, *place, variables);
  if (place->from) since = place->from;
  variables.set("since", since ? how.since.format.print_since(*since, how.since.inclusive) : Native());
  Manner asking = listing;
  asking.missing = how.missing;
  auto made = exchange_.request(how.call, std::move(variables), asking);
  if (const auto* failure = std::get_if<Failure>(&made)) co_return exchange_.cleaned(*failure);
  HttpRequest& request = std::get<HttpRequest>(made);
  if (how.page.type == Paging::Type::link_header && !place->at.empty()) {
    const auto target = resolve_link(request.url, place->at);
    if (!target) co_return incomprehensible(listing, "the stored page lies in another place than this system");
    request.url = *target;
  }
  const Asked asked{*place, since, request.url};
  const Answered answered = co_await exchange_.send(std::move(request), asking);
  if (const auto* failure = std::get_if<Failure>(&answered)) co_return *failure;
  co_return page_of(*known, listing, asked, std::get<Answer>(answered));
}

}  // namespace counterpart::rest
