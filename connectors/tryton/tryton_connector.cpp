#include "connectors/tryton/tryton_connector.h"

#include "connectors/tryton/tryton.h"

namespace counterpart::tryton {
namespace {

std::vector<std::string> options_of(const Native& description) {
  std::vector<std::string> options;
  const Native* selection = description.member("selection");
  // Where it is a text, it names a method to ask.
  if (selection == nullptr || !selection->is_array()) return options;
  for (const Native& option : selection->array())
    if (option.is_array() && !option.array().empty()) options.push_back(option.array().front().plain());
  return options;
}

bool is_true(const Native* value) {
  return value != nullptr && value->is_bool() && value->boolean();
}

class TrytonKind : public ConnectorKind {
 public:
  std::string title() const override { return "Tryton"; }

  std::vector<SettingKey> settings() const override {
    return {{"url", "address with the database: http://host:8000/database", true, false, ""},
            {"user", "login name of a user of Counterpart's own", true, false, ""},
            {"password", "the user's password", true, true, ""}};
  }

  std::unique_ptr<Connector> make(const SystemSettings& settings, const ConnectorPorts& ports) const override {
    return std::make_unique<TrytonConnector>(settings, ports);
  }
};

}  // namespace

TrytonConnector::TrytonConnector(const SystemSettings& settings, const ConnectorPorts& ports)
    : session_(settings, ports),
      categories_(session_, "party.category", "name"),
      countries_(session_, "country.country", "code") {
  constexpr std::size_t kReadBatch = 100;
  constexpr std::size_t kWriteBatch = 50;
  capabilities_.create = capabilities_.update = capabilities_.remove = true;
  capabilities_.precondition = true;
  // unique_revision: once a stamp was seen that tells more than the second.
  capabilities_.returns_record = true;
  capabilities_.names_modifier = true;
  capabilities_.read_batch = kReadBatch;
  capabilities_.write_batch = kWriteBatch;
  for (const SearchPath& path : search_paths()) capabilities_.searchable.emplace_back(path.text);
}

std::vector<std::string> TrytonConnector::objects() const {
  return {kObject};
}

const Capabilities* TrytonConnector::capabilities(std::string_view object) const {
  return object == kObject ? &capabilities_ : nullptr;
}

std::chrono::milliseconds TrytonConnector::call_timeout() const {
  return session_.timeout();
}

boost::asio::awaitable<std::string> TrytonConnector::own_user() {
  co_return co_await session_.user();
}

boost::asio::awaitable<DescribeResult> TrytonConnector::describe(std::string object) {
  const Manner how = session_.manner("describe party");
  if (!knows(object)) co_return Failure{Failure::Kind::rejected, how.purpose + ": the only object is party", {}};
  Native::Array names = {"name", "code", "active", "categories"};
  for (const ChildModel& model : child_models()) names.emplace_back(model.collection);
  Call call;
  call.verb = "describe party";
  call.model = kParty;
  call.method = "fields_get";
  call.params.emplace_back(names);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  ObjectDescription description;
  description.fields.push_back({"id", "integer", false, true, {}});
  for (const Native& name : names) {
    const Native* told = std::get<Reply>(replied).result.member(name.text());
    if (told == nullptr) co_return incomprehensible(how, "there is no field " + name.text()).failure;
    const Native* type = told->member("type");
    // A party's code is required, but Tryton numbers it by itself.
    const bool required = is_true(told->member("required")) && name.text() != "code";
    description.fields.push_back({name.text(), type != nullptr ? type->plain() : "", required,
                                  is_true(told->member("readonly")), options_of(*told)});
  }
  co_return description;
}

std::optional<HookScheme> TrytonConnector::hook_scheme() const {
  return std::nullopt;
}

std::vector<News> TrytonConnector::parse_hook(const HookRequest&) const {
  throw HookFormatError("Tryton sends no webhooks; its records are read every sweep.every");
}

}  // namespace counterpart::tryton

namespace counterpart {

std::shared_ptr<const ConnectorKind> tryton_kind() {
  return std::make_shared<const tryton::TrytonKind>();
}

}  // namespace counterpart
