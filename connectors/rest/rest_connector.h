#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/registry.h"
#include "connectors/rest/batch_writer.h"
#include "connectors/rest/definition.h"
#include "connectors/rest/exchange.h"
#include "connectors/rest/paging.h"

namespace counterpart::rest {

/// An update with what its templates need; without a difference there is nothing to send.
struct PreparedUpdate {
  std::string id;
  Variables variables;
};

/// A connector that does what a definition says.
class RestConnector : public Connector {
 public:
  RestConnector(std::shared_ptr<const Definition> definition, const SystemSettings& settings,
                const ConnectorPorts& ports);

  std::vector<std::string> objects() const override;
  const Capabilities* capabilities(std::string_view object) const override;
  boost::asio::awaitable<std::string> own_user() override;
  boost::asio::awaitable<std::vector<ReadResult>> read(std::string object, std::vector<std::string> ids) override;
  boost::asio::awaitable<ChangesResult> changed(std::string object, std::optional<Instant> since,
                                                std::string page) override;
  boost::asio::awaitable<std::vector<FindResult>> find(std::string object, std::string path,
                                                       std::vector<std::string> values) override;
  std::chrono::milliseconds call_timeout() const override;
  boost::asio::awaitable<std::vector<WriteResult>> create(std::string object, std::vector<CreateOrder> orders,
                                                          SendBy send_by) override;
  boost::asio::awaitable<std::vector<WriteResult>> update(std::string object, std::vector<UpdateOrder> orders,
                                                          SendBy send_by) override;
  boost::asio::awaitable<std::vector<WriteResult>> remove(std::string object, std::vector<DeleteOrder> orders,
                                                          SendBy send_by) override;
  boost::asio::awaitable<DescribeResult> describe(std::string object) override;
  std::optional<HookScheme> hook_scheme() const override;
  std::vector<News> parse_hook(const HookRequest& request) const override;
  std::optional<std::string> hook_evidence(const HookRequest& request) const override;
  HookAnswers hook_answers() const override;

 private:
  using Each = std::function<boost::asio::awaitable<void>(std::size_t)>;

  // Each of these fills what it is given places for; the objects pointed to outlive the call.
  boost::asio::awaitable<void> read_one(const Object* object, Manner manner, const std::string* id, ReadResult* result);
  boost::asio::awaitable<void> read_some(const Object* object, Manner manner, std::vector<std::string> ids,
                                         ReadResult* results);
  boost::asio::awaitable<std::vector<ReadResult>> read_distinct(const Object* object, Manner manner,
                                                                const std::vector<std::string>* ids);
  /// One page of a listing. `url`: where it was asked for, without what proves who we are.
  boost::asio::awaitable<Answered> ask_page(const Call* call, const Paging* paging, Place place, Variables variables,
                                            Manner manner, std::string* url);

  /// All the hits of one search.
  struct Hits {
    std::vector<Record> records;
    std::optional<Failure> failure;
    bool divisible = false;  ///< one of several values may be the cause
  };
  boost::asio::awaitable<Hits> search(const Object* object, const Find* find, Manner manner,
                                      const std::vector<std::string>* values);
  boost::asio::awaitable<void> find_some(const Object* object, const Find* find, Manner manner, Path path,
                                         std::vector<std::string> values, FindResult* results);
  boost::asio::awaitable<void> create_one(const Object* object, Manner manner, const CreateOrder* order,
                                          WriteResult* result);
  boost::asio::awaitable<void> update_one(const Object* object, Manner manner, const PreparedUpdate* update,
                                          WriteResult* result);
  boost::asio::awaitable<std::vector<WriteResult>> update_all(const Object* object, Manner manner,
                                                              std::vector<PreparedUpdate> updates);
  boost::asio::awaitable<void> remove_one(const Object* object, Manner manner, const DeleteOrder* order,
                                          WriteResult* result);
  boost::asio::awaitable<void> batch_some(BatchJob job, WriteResult* results);

  /// The job in requests as large as the definition allows.
  boost::asio::awaitable<std::vector<WriteResult>> write_batches(BatchJob job);

  /// Jobs 0 … count - 1, as many at once as the definition allows.
  boost::asio::awaitable<void> each(std::size_t count, Each job) const;

  Manner manner(std::string_view verb, std::string_view object, Effect effect) const;
  const Object* object(std::string_view name) const { return definition_->object(name); }

  std::shared_ptr<const Definition> definition_;
  Exchange exchange_;
  std::map<std::string, Capabilities, std::less<>> capabilities_;
  std::string own_user_;
};

}  // namespace counterpart::rest
