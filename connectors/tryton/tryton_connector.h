#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "connectors/tryton/directory.h"
#include "connectors/tryton/objects.h"
#include "connectors/tryton/searches.h"
#include "connectors/tryton/session.h"
#include "connectors/tryton/tree.h"
#include "connectors/tryton/values.h"

namespace counterpart::tryton {

class TrytonConnector : public Connector {
 public:
  TrytonConnector(const SystemSettings& settings, const ConnectorPorts& ports);

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

 private:
  using Trees = std::map<std::string, Tree>;
  using TreesRead = std::variant<Trees, Failure>;
  using Holders = std::map<std::string, std::vector<std::string>>;  ///< folded value → ids of records

  /// A change of one record under way.
  struct Write {
    const ObjectModel* model = nullptr;
    Call call;
    std::string id;
    std::string revision;              ///< as read before
    std::vector<std::string> deleted;  ///< parts
  };
  /// Creates under way: what is to be made, and where its result goes.
  struct Making {
    const ObjectModel* model = nullptr;
    std::vector<Native> values;
    std::vector<std::size_t> places;
    std::vector<std::string> ids;  ///< "" until made
    SendBy send_by{};
  };

  Failure unknown(const std::string& verb, const std::string& object) const;
  boost::asio::awaitable<TreesRead> trees(const ObjectModel* model, std::vector<std::string> ids);
  boost::asio::awaitable<TreesRead> trees_of_one_call(const ObjectModel* model, std::vector<std::string> ids);
  boost::asio::awaitable<std::variant<Holders, Failure>> holders(const ObjectModel* model, const SearchPath* path,
                                                                 std::vector<std::string> values);
  boost::asio::awaitable<void> make(Making* making, std::size_t begin, std::size_t end,
                                    std::vector<WriteResult>* results);
  boost::asio::awaitable<void> read_made(const Making* making, std::vector<WriteResult>* results);
  boost::asio::awaitable<std::variant<std::vector<std::string>, Failure>> made_ids(const ObjectModel* model,
                                                                                   const Native& told,
                                                                                   std::size_t count);
  WriteResult prepare(const ObjectModel& model, const UpdateOrder& order, std::optional<Write>& write) const;
  boost::asio::awaitable<void> carry_out(const Write* write, WriteResult* result);
  boost::asio::awaitable<Failure> look_again(const Write* write, Failure failure);
  boost::asio::awaitable<void> read_written(const ObjectModel* model, const std::vector<Write>* writes,
                                            const std::vector<std::size_t>* places, std::vector<WriteResult>* results);

  Session session_;
  Directories directories_;
  std::map<const ObjectModel*, Capabilities> capabilities_;
};

}  // namespace counterpart::tryton
