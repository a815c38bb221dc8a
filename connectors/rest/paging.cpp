#include "connectors/rest/paging.h"

#include <algorithm>
#include <charconv>

#include "connectors/ports/header_names.h"

namespace counterpart::rest {
namespace {

using Next = std::variant<std::optional<Place>, std::string>;

constexpr std::int64_t kPagesMost = 100'000;
constexpr std::string_view kNowhere = "-";

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> integer_at(const Path& path, const Native& body) {
  const Native* value = path.find(body);
  return value != nullptr ? integer(value->plain()) : std::nullopt;
}

/// What the answer itself says: nullopt where it is not declared to say it.
std::variant<std::optional<bool>, std::string> told_more(const Paging& paging, const Answer& answer) {
  if (!paging.more) return std::nullopt;
  const Native* more = paging.more->find(answer.body);
  if (more == nullptr || !more->is_bool()) return "the answer holds no true or false at '" + paging.more->text() + "'";
  return more->boolean();
}

/// Whether there is more after so many records seen, or why that cannot be told.
std::variant<bool, std::string> has_more(const Paging& paging, const Answer& answer, std::size_t records,
                                         std::int64_t page, std::int64_t seen) {
  if (paging.pages) {
    const auto last = integer_at(*paging.pages, answer.body);
    if (!last) return "the answer holds no number of pages at '" + paging.pages->text() + "'";
    return page < *last;
  }
  if (paging.total) {
    const auto total = integer_at(*paging.total, answer.body);
    if (!total) return "the answer holds no total at '" + paging.total->text() + "'";
    return seen < *total;
  }
  // A short page proves nothing: systems cap sizes silently. Only an empty one is the end.
  return records > 0;
}

Next numbered(const Paging& paging, const Place& place, const Answer& answer, std::size_t records) {
  const auto count = static_cast<std::int64_t>(records);
  const bool offset = paging.type == Paging::Type::offset;
  const std::int64_t at = integer(place.at).value_or(offset ? 0 : paging.start);
  const std::int64_t seen = offset ? at + count : (at - paging.start + 1) * paging.size;
  if (!paging.more) {
    const auto more = has_more(paging, answer, records, at, seen);
    if (const auto* fault = std::get_if<std::string>(&more)) return *fault;
    if (!std::get<bool>(more)) return std::nullopt;
  }
  const bool stuck = offset && count == 0;
  if (stuck) return std::nullopt;
  return Place{place.count + 1, place.from, std::to_string(offset ? seen : at + 1)};
}

Next after_cursor(const Place& place, const std::string& cursor) {
  if (cursor.empty()) return std::nullopt;
  if (cursor == place.at) return "the same cursor was given again";
  return Place{place.count + 1, place.from, cursor};
}

Next after_link(const Place& place, const std::string& link, const std::string& url) {
  if (link.empty()) return std::nullopt;
  const auto target = resolve_link(url, link);
  if (!target) return "the link to the next page leads to another place than this system";
  if (*target == url) return "the link to the next page leads to the same page";
  return Place{place.count + 1, place.from, *target};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// True for a parameter rel=next, rel="next last", ...
bool is_next(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string_view::npos || lower(trimmed(parameter.substr(0, equals))) != "rel") return false;
  std::string_view value = trimmed(parameter.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return (" " + lower(value) + " ").find(" next ") != std::string::npos;
}

/// Takes the parameters up to the comma that ends the link, and tells whether one is rel=next. Quoted
/// texts may hold commas and semicolons.
bool take_parameters(std::string_view& rest) {
  const std::string_view begin = rest;
  bool next = false;
  bool quoted = false;
  std::size_t start = 0;
  std::size_t i = 0;
  for (; i <= begin.size(); ++i) {
    const char c = i < begin.size() ? begin[i] : ',';
    if (c == '"') quoted = !quoted;
    if (quoted && i < begin.size()) continue;
    if (c != ';' && c != ',') continue;
    next = next || is_next(begin.substr(start, i - start));
    start = i + 1;
    if (c == ',') break;
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return next;
}

/// "scheme://authority" in lower case, without a default port; "" where the URL has none.
std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  const std::size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  std::string origin = lower(url.substr(0, end));
  if (origin.starts_with("http://") && origin.ends_with(":80")) origin.resize(origin.size() - 3);
  if (origin.starts_with("https://") && origin.ends_with(":443")) origin.resize(origin.size() - 4);
  return origin;
}

}  // namespace

std::optional<Place> Place::parse(std::string_view text) {
  if (text.empty()) return Place{};
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::size_t colon = std::min(text.find(':'), first);
  const auto count = integer(text.substr(0, colon));
  const auto total = colon < first ? integer(text.substr(colon + 1, first - colon - 1)) : std::nullopt;
  const std::string_view from = text.substr(first + 1, second - first - 1);
  const auto micros = integer(from);
  if (!count || *count < 0 || (!micros && from != kNowhere)) return std::nullopt;
  if (colon < first && !total) return std::nullopt;
  Place place{*count, std::nullopt, std::string(text.substr(second + 1)), total};
  if (micros) place.from = Instant(std::chrono::microseconds(*micros));
  return place;
}

std::string Place::print() const {
  const std::string start = from ? std::to_string(from->time_since_epoch().count()) : std::string(kNowhere);
  return std::to_string(count) + (total ? ":" + std::to_string(*total) : "") + " " + start + " " + at;
}

void set_paging(const Paging& paging, const Place& place, Variables& variables) {
  const auto number = [&](std::int64_t first) { return Native::integer(integer(place.at).value_or(first)); };
  variables.set("size", Native::integer(paging.size));
  variables.set("page", number(paging.start));
  variables.set("offset", number(0));
  variables.set("cursor", place.at.empty() ? Native() : Native(place.at));
}

Place restarted(const Paging& paging, Place next, std::optional<Instant> from, std::optional<Instant> last) {
  const bool numbered = paging.type == Paging::Type::page || paging.type == Paging::Type::offset;
  if (!numbered || !last || (from && *last <= *from)) return next;
  return {next.count, last, ""};
}

std::optional<Place> caught_up(const Paging& paging, const Place& place, const Answer& answer,
                               std::optional<Place> next) {
  const bool offset = paging.type == Paging::Type::offset;
  if ((!offset && paging.type != Paging::Type::page) || !paging.total) return next;
  const auto total = integer_at(*paging.total, answer.body);
  if (!total) return next;
  if (next) next->total = total;
  if (!place.total || *total >= *place.total) return next;
  const std::int64_t gone = *place.total - *total;
  const std::int64_t first = offset ? 0 : paging.start;
  const std::int64_t at = integer(place.at).value_or(first);
  const std::int64_t back = std::max(first, at - (offset ? gone : (gone + paging.size - 1) / paging.size));
  if (back == at) return next;
  return Place{place.count + 1, place.from, std::to_string(back), total, true};
}

Next next_place(const Paging& paging, const Place& place, const Answer& answer, const PageSeen& page) {
  if (place.count >= kPagesMost) return "the listing does not end after " + std::to_string(kPagesMost) + " pages";
  const auto told = told_more(paging, answer);
  if (const auto* fault = std::get_if<std::string>(&told)) return *fault;
  if (!std::get<std::optional<bool>>(told).value_or(true)) return std::nullopt;
  switch (paging.type) {
    case Paging::Type::none:
      return std::nullopt;
    case Paging::Type::page:
    case Paging::Type::offset:
      return numbered(paging, place, answer, page.records);
    case Paging::Type::cursor:
      return after_cursor(place, text_at(paging.next, answer.body));
    case Paging::Type::last_id:
      return after_cursor(place, page.last_id);
    case Paging::Type::link:
      return after_link(place, text_at(paging.next, answer.body), page.url);
    case Paging::Type::link_header:
      return after_link(place, next_link(answer.headers), page.url);
  }
  return std::nullopt;
}

bool follows_links(const Paging& paging) {
  return paging.type == Paging::Type::link || paging.type == Paging::Type::link_header;
}

std::string next_link(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (!equal_names(name, "link")) continue;
    std::string_view rest = value;
    for (std::size_t open = rest.find('<'); open != std::string_view::npos; open = rest.find('<')) {
      const std::size_t close = rest.find('>', open);
      if (close == std::string_view::npos) break;
      const std::string target(rest.substr(open + 1, close - open - 1));
      rest.remove_prefix(close + 1);
      if (take_parameters(rest)) return target;
    }
  }
  return "";
}

std::optional<std::string> resolve_link(std::string_view base, std::string_view link) {
  const auto is_unsafe = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\\' || c == '\x7f'; };
  if (std::any_of(link.begin(), link.end(), is_unsafe) || link.starts_with("//")) return std::nullopt;
  const std::size_t authority = base.find("://") + 3;
  const std::size_t path = std::min(base.find_first_of("/?#", authority), base.size());
  if (link.starts_with('/')) return std::string(base.substr(0, path)) + std::string(link);
  if (link.starts_with('?')) return std::string(base.substr(0, base.find('?'))) + std::string(link);
  const std::string origin = origin_of(link);
  if (origin.empty() || origin != origin_of(base)) return std::nullopt;
  return std::string(link);
}

}  // namespace counterpart::rest
