#include "connectors/rest/batch_writer.h"

#include <charconv>
#include <unordered_map>

#include "connectors/rest/record_reader.h"

namespace counterpart::rest {
namespace {

using Results = std::vector<WriteResult>;

/// The result of each item, nullptr where there is none; nullopt where the answer holds no results.
std::optional<std::vector<const Native*>> assign(const BatchJob& job, const Native& body) {
  auto found = job.batch->results.find(body);
  if (!found) return std::nullopt;
  std::vector<const Native*> assigned(job.items.size(), nullptr);
  if (job.batch->match == Batch::Match::index) {
    // Fewer or more results than items: no telling which is whose.
    if (found->size() != job.items.size()) return std::nullopt;
    return found;
  }
  std::unordered_map<std::string, const Native*> by_id;
  for (const Native* result : *found) by_id.emplace(id_text(job.batch->id.find(*result)), result);
  for (std::size_t i = 0; i < job.ids.size(); ++i) {
    const auto result = by_id.find(job.ids[i]);
    if (result != by_id.end()) assigned[i] = result->second;
  }
  return assigned;
}

/// nullopt where a status is declared, but not there.
std::optional<int> status_of(const Batch& batch, const Native& result) {
  constexpr int kOk = 200;
  if (!batch.status) return kOk;
  const Native* value = batch.status->find(result);
  const std::string text = value != nullptr ? value->plain() : "";
  int status = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return status;
}

WriteResult result_of(const Exchange& exchange, const BatchJob& job, std::size_t index, const Native* result) {
  const auto unclear = [&](const char* what) { return exchange.cleaned(incomprehensible(job.manner, what)); };
  if (result == nullptr) return unclear("the answer holds no result for this record");
  const auto status = status_of(*job.batch, *result);
  if (!status) return unclear("a result holds no status");
  auto failure = judge(exchange.definition(), job.manner, *status, *result, {}, exchange.now());
  if (failure) return exchange.cleaned(std::move(*failure));
  const Native* record = nullptr;
  if (job.returns == Returns::record) {
    record = job.batch->record->find(*result);
    if (record == nullptr) return unclear("a result holds no record");
  }
  const bool update = !job.ids.empty();
  const std::string expected = update ? job.ids[index] : "";
  const std::string id = !update && job.id_path ? id_text(job.id_path->find(*result)) : expected;
  return written(exchange, job.manner, job.object->records, record, id, expected, nullptr);
}

Results all_failed(const BatchJob& job, const Failure& failure) {
  return Results(job.items.size(), failure);
}

boost::asio::awaitable<Results> write_halves(const Exchange* exchange, BatchJob job) {
  const std::size_t middle = job.items.size() / 2;
  Results results = co_await write_batch(exchange, part_of(job, 0, middle));
  Results rest = co_await write_batch(exchange, part_of(job, middle, job.items.size()));
  for (WriteResult& result : rest) results.push_back(std::move(result));
  co_return results;
}

}  // namespace

BatchJob part_of(const BatchJob& job, std::size_t begin, std::size_t end) {
  const auto slice = [&](const auto& all) {
    using List = std::decay_t<decltype(all)>;
    if (all.empty()) return List();
    return List(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
  };
  BatchJob part = job;
  part.items = slice(job.items);
  part.ids = slice(job.ids);
  return part;
}

boost::asio::awaitable<Results> write_batch(const Exchange* exchange, BatchJob job) {
  Variables variables;
  variables.set("items", job.items);
  const Answered answered = co_await exchange->ask(&job.batch->call, std::move(variables), job.manner);
  if (const auto* failure = std::get_if<Failure>(&answered)) {
    if (!is_refusal(*failure) || job.items.size() == 1) co_return all_failed(job, *failure);
    co_return co_await write_halves(exchange, std::move(job));
  }
  const auto assigned = assign(job, std::get<Answer>(answered).body);
  if (!assigned) {
    const std::string what = "the answer does not hold one result a record at '" + job.batch->results.list() + "'";
    co_return all_failed(job, exchange->cleaned(incomprehensible(job.manner, what)));
  }
  Results results;
  for (std::size_t i = 0; i < job.items.size(); ++i) results.push_back(result_of(*exchange, job, i, (*assigned)[i]));
  co_return results;
}

WriteResult written(const Exchange& exchange, const Manner& manner, const RecordShape& shape, const Native* record,
                    const std::string& id, const std::string& expected, const HttpHeaders* headers) {
  Written done{id, std::nullopt, ""};
  if (headers != nullptr && !shape.revision_header.empty())
    if (const std::string* revision = find_header(*headers, shape.revision_header)) done.revision = *revision;
  if (record != nullptr) {
    auto read = read_record(shape, *record, headers);
    if (const auto* fault = std::get_if<std::string>(&read)) return exchange.cleaned(incomprehensible(manner, *fault));
    done.record = std::get<Record>(std::move(read));
    done.id = done.record->id;
    done.revision = done.record->revision;
  }
  if (!is_id(done.id)) return exchange.cleaned(incomprehensible(manner, "the answer does not tell the record's id"));
  if (!expected.empty() && done.id != expected)
    return exchange.cleaned(incomprehensible(manner, "another record was answered than the one written to"));
  return done;
}

}  // namespace counterpart::rest
