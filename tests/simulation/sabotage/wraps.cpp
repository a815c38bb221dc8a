// Functions of the engine that the linker puts these in place of (--wrap, see CMakeLists.txt): each is the function
// itself, but where its guard is missing. A function that changes its name no longer links.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/rest/exchange.h"
#include "connectors/rest/kind.h"
#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/row_settling.h"
#include "server/store/failure.h"
#include "server/store/statements.h"
#include "server/store/store.h"
#include "server/worker/fence.h"
#include "server/worker/neighbours.h"
#include "server/worker/recovery.h"
#include "tests/simulation/sabotage/guards.h"

namespace counterpart::sabotage {

using boost::asio::awaitable;
using KeysOfItems = std::vector<std::pair<Item*, const std::vector<KeyValue>*>>;

namespace {

awaitable<void> nothing() {
  co_return;
}

awaitable<void> forget_failures(awaitable<int> work) {
  // The acknowledgement goes out first.
  for (int i = 0; i < 100; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
  try {
    co_await std::move(work);
  } catch (const store::Failure&) {
    // It was acknowledged, and is gone.
  }
}

awaitable<int> at_once(awaitable<int> work) {
  boost::asio::co_spawn(co_await boost::asio::this_coro::executor, forget_failures(std::move(work)),
                        boost::asio::detached);
  co_return 0;
}

std::string with(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

}  // namespace

const std::string& real_statement(std::string_view name) asm(
    "__real__ZN11counterpart5store9statementB5cxx11ESt17basic_string_viewIcSt11char_traitsIcEE");
const std::string& wrap_statement(std::string_view name) asm(
    "__wrap__ZN11counterpart5store9statementB5cxx11ESt17basic_string_viewIcSt11char_traitsIcEE");
const std::string& wrap_statement(std::string_view name) {
  return edited(std::string(name), real_statement(name));
}

awaitable<int> real_accept(store::Store* store, std::vector<store::Delivery> deliveries) asm(
    "__real__ZN11counterpart5store5Store6acceptESt6vectorINS0_8DeliveryESaIS3_EE");
awaitable<int> wrap_accept(store::Store* store, std::vector<store::Delivery> deliveries) asm(
    "__wrap__ZN11counterpart5store5Store6acceptESt6vectorINS0_8DeliveryESaIS3_EE");
awaitable<int> wrap_accept(store::Store* store, std::vector<store::Delivery> deliveries) {
  awaitable<int> work = real_accept(store, std::move(deliveries));
  return is_missing("durable before acknowledged") ? at_once(std::move(work)) : std::move(work);
}

awaitable<void> real_put_off_own_creates(Work& work, std::vector<Item*> items) asm(
    "__real__ZN11counterpart19put_off_own_createsERNS_4WorkESt6vectorIPNS_4ItemESaIS4_EE");
awaitable<void> wrap_put_off_own_creates(Work& work, std::vector<Item*> items) asm(
    "__wrap__ZN11counterpart19put_off_own_createsERNS_4WorkESt6vectorIPNS_4ItemESaIS4_EE");
awaitable<void> wrap_put_off_own_creates(Work& work, std::vector<Item*> items) {
  return is_missing("own creates") ? nothing() : real_put_off_own_creates(work, std::move(items));
}

awaitable<void> real_raise_fence(Work& work, std::vector<Item*> items, Side target) asm(
    "__real__ZN11counterpart11raise_fenceERNS_4WorkESt6vectorIPNS_4ItemESaIS4_EENS_4SideE");
awaitable<void> wrap_raise_fence(Work& work, std::vector<Item*> items, Side target) asm(
    "__wrap__ZN11counterpart11raise_fenceERNS_4WorkESt6vectorIPNS_4ItemESaIS4_EENS_4SideE");
awaitable<void> wrap_raise_fence(Work& work, std::vector<Item*> items, Side target) {
  return is_missing("create fence") ? nothing() : real_raise_fence(work, std::move(items), target);
}

awaitable<void> real_lease_keys_from_neighbours(Work& work, const KeysOfItems& searches, Side target) asm(
    "__real__ZN11counterpart26lease_keys_from_neighboursERNS_4WorkERKSt6vectorISt4pairIPNS_4ItemEPKS2_INS"
    "_8KeyValueESaIS6_EEESaISB_EENS_4SideE");
awaitable<void> wrap_lease_keys_from_neighbours(Work& work, const KeysOfItems& searches, Side target) asm(
    "__wrap__ZN11counterpart26lease_keys_from_neighboursERNS_4WorkERKSt6vectorISt4pairIPNS_4ItemEPKS2_INS"
    "_8KeyValueESaIS6_EEESaISB_EENS_4SideE");
awaitable<void> wrap_lease_keys_from_neighbours(Work& work, const KeysOfItems& searches, Side target) {
  return is_missing("key lease across syncs") ? nothing() : real_lease_keys_from_neighbours(work, searches, target);
}

using AskExchange = awaitable<rest::Answered>(const rest::Exchange*, const rest::Call*, rest::Variables, rest::Manner);

AskExchange real_ask asm("__real__ZNK11counterpart4rest8Exchange3askEPKNS0_4CallENS0_9VariablesENS0_6MannerE");
AskExchange wrap_ask asm("__wrap__ZNK11counterpart4rest8Exchange3askEPKNS0_4CallENS0_9VariablesENS0_6MannerE");
awaitable<rest::Answered> wrap_ask(const rest::Exchange* exchange, const rest::Call* call, rest::Variables variables,
                                   rest::Manner manner) {
  if (is_missing("call deadline")) manner.send_by.reset();
  return real_ask(exchange, call, std::move(variables), std::move(manner));
}

using Kind = std::shared_ptr<const ConnectorKind>;

Kind real_kind_from_text(std::string_view text, const std::string& file, config::Problems& problems) asm(
    "__real__ZN11counterpart4rest14kind_from_textESt17basic_string_viewIcSt11char_traitsIcEERKNSt7__cx"
    "x1112basic_stringIcS3_SaIcEEERNS_6config8ProblemsE");
Kind wrap_kind_from_text(std::string_view text, const std::string& file, config::Problems& problems) asm(
    "__wrap__ZN11counterpart4rest14kind_from_textESt17basic_string_viewIcSt11char_traitsIcEERKNSt7__cx"
    "x1112basic_stringIcS3_SaIcEEERNS_6config8ProblemsE");
Kind wrap_kind_from_text(std::string_view text, const std::string& file, config::Problems& problems) {
  if (!is_missing("precondition")) return real_kind_from_text(text, file, problems);
  const std::string without = with(std::string(text), "If-Match", "X-Read");
  return real_kind_from_text(with(without, " revision: \"${revision}\"", " read: \"${revision}\""), file, problems);
}

using SettleUpdate = Settlement(const ObjectMapping&, const Decision&, Side, const Both<const Record*>&, const Record&,
                                bool, const LinkState&, const ReconcileContext&);

SettleUpdate real_settle_update asm(
    "__real__ZN11counterpart13settle_updateERKNS_13ObjectMappingERKNS_8DecisionENS_4SideERKNS_4BothIPKNS_"
    "6RecordEEERS9_bRKNS_9LinkStateERKNS_16ReconcileContextE");
SettleUpdate wrap_settle_update asm(
    "__wrap__ZN11counterpart13settle_updateERKNS_13ObjectMappingERKNS_8DecisionENS_4SideERKNS_4BothIPKNS_"
    "6RecordEEERS9_bRKNS_9LinkStateERKNS_16ReconcileContextE");
Settlement wrap_settle_update(const ObjectMapping& mapping, const Decision& decision, Side side,
                              const Both<const Record*>& sent_from, const Record& held, bool own_revision,
                              const LinkState& state, const ReconcileContext& context) {
  Settlement settlement = real_settle_update(mapping, decision, side, sent_from, held, own_revision, state, context);
  if (is_missing("base after a write")) settlement.next.base = state.base;
  return settlement;
}

using SettleRows = void(const ObjectMapping&, std::size_t, const Decision&, const WrittenRows&, Settlement&);

SettleRows real_settle_rows asm(
    "__real__ZN11counterpart11settle_rowsERKNS_13ObjectMappingEmRKNS_8DecisionERKNS_11WrittenRowsERNS_10SettlementE");
SettleRows wrap_settle_rows asm(
    "__wrap__ZN11counterpart11settle_rowsERKNS_13ObjectMappingEmRKNS_8DecisionERKNS_11WrittenRowsERNS_10SettlementE");
void wrap_settle_rows(const ObjectMapping& mapping, std::size_t rows, const Decision& decision,
                      const WrittenRows& written, Settlement& settlement) {
  if (!is_missing("rows after a write")) real_settle_rows(mapping, rows, decision, written, settlement);
}

}  // namespace counterpart::sabotage
