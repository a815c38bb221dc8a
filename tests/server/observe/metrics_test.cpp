#include "server/observe/metrics.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace counterpart {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

struct Case {
  const char* name;
  std::function<void(Metrics&)> move;
  std::vector<std::string> lines;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.name;
}

class EachFunction : public testing::TestWithParam<Case> {};

TEST_P(EachFunction, MovesItsSeries) {
  Metrics metrics;
  for (const std::string& line : GetParam().lines) ASSERT_THAT(metrics.render(), Not(HasSubstr(line + "\n")));

  GetParam().move(metrics);

  for (const std::string& line : GetParam().lines) EXPECT_THAT(metrics.render(), HasSubstr(line + "\n"));
}

const std::vector<Case> kCases = {
    {"hook_answered",
     [](Metrics& m) { m.hook_answered("crm", 202, 3ms); },
     {R"(counterpart_hooks_total{status="202",system="crm"} 1)", R"(counterpart_hook_seconds_count 1)",
      R"(counterpart_hook_seconds_bucket{le="0.0025"} 0)", R"(counterpart_hook_seconds_bucket{le="0.005"} 1)"}},
    {"news_accepted",
     [](Metrics& m) { m.news_accepted("crm", "webhook", 7); },
     {R"(counterpart_news_total{source="webhook",system="crm"} 7)"}},
    {"door_answered",
     [](Metrics& m) { m.door_answered("api", 503, 3ms); },
     {R"(counterpart_door_answers_total{door="api",status="503"} 1)",
      R"(counterpart_door_seconds_count{door="api"} 1)"}},
    {"system_info",
     [](Metrics& m) { m.system_info("crm", "sandbox-a", "staging"); },
     {R"(counterpart_system_info{connector="sandbox-a",environment="staging",system="crm"} 1)"}},
    {"door_connections",
     [](Metrics& m) {
       m.door_connections("hooks", +1);
       m.door_connections("hooks", +1);
       m.door_connections("hooks", -1);
     },
     {R"(counterpart_connections{door="hooks"} 1)"}},
    {"door_refused",
     [](Metrics& m) { m.door_refused("hooks", "framing"); },
     {R"(counterpart_refused_total{door="hooks",why="framing"} 1)"}},
    {"worked",
     [](Metrics& m) { m.worked("sales", "contacts", "written"); },
     {R"(counterpart_outcomes_total{mapping="contacts",outcome="written",sync="sales"} 1)"}},
    {"echo_dropped",
     [](Metrics& m) { m.echo_dropped("sales", "fingerprint"); },
     {R"(counterpart_echoes_total{guard="fingerprint",sync="sales"} 1)"}},
    {"fields_written",
     [](Metrics& m) { m.fields_written("sales", "left", 3); },
     {R"(counterpart_fields_written_total{side="left",sync="sales"} 3)"}},
    {"conflicts",
     [](Metrics& m) { m.conflicts("sales", "contacts", 2); },
     {R"(counterpart_conflicts_total{mapping="contacts",sync="sales"} 2)"}},
    {"leases_lost",
     [](Metrics& m) { m.leases_lost("sales", 2); },
     {R"(counterpart_leases_lost_total{sync="sales"} 2)"}},
    {"synced_after",
     [](Metrics& m) { m.synced_after("sales", 40ms); },
     {R"(counterpart_sync_seconds_bucket{sync="sales",le="0.025"} 0)",
      R"(counterpart_sync_seconds_bucket{sync="sales",le="0.05"} 1)",
      R"(counterpart_sync_seconds_sum{sync="sales"} 0.04)"}},
    {"alert", [](Metrics& m) { m.alert("parked"); }, {R"(counterpart_alerts_total{kind="parked"} 1)"}},
    {"call",
     [](Metrics& m) { m.call("crm", "crm: read contacts", 429, 100ms); },
     {R"(counterpart_calls_total{status="429",system="crm"} 1)",
      R"(counterpart_call_seconds_bucket{system="crm",le="0.05"} 0)",
      R"(counterpart_call_seconds_bucket{system="crm",le="0.1"} 1)"}},
    {"call without an answer",
     [](Metrics& m) { m.call("crm", "crm: read contacts", 0, 30s); },
     {R"(counterpart_calls_total{status="none",system="crm"} 1)"}},
    {"call with a status that is none",
     [](Metrics& m) { m.call("crm", "crm: read contacts", 999, 30s); },
     {R"(counterpart_calls_total{status="other",system="crm"} 1)"}},
    {"breaker_open", [](Metrics& m) { m.breaker_open("crm", true); }, {R"(counterpart_breaker_open{system="crm"} 1)"}},
    {"breaker closed",
     [](Metrics& m) {
       m.breaker_open("crm", true);
       m.breaker_open("crm", false);
     },
     {R"(counterpart_breaker_open{system="crm"} 0)"}},
    {"swept",
     [](Metrics& m) { m.swept("crm", "contact", 12, true); },
     {R"(counterpart_sweeps_total{object="contact",result="ok",system="crm"} 1)",
      R"(counterpart_sweep_found_total{object="contact",system="crm"} 12)"}},
    {"swept in vain",
     [](Metrics& m) { m.swept("crm", "contact", 0, false); },
     {R"(counterpart_sweeps_total{object="contact",result="failed",system="crm"} 1)"}},
    {"queue",
     [](Metrics& m) { m.queue("sales", 10, 2.5, 3, 4); },
     {R"(counterpart_queue_depth{sync="sales"} 10)", R"(counterpart_queue_oldest_seconds{sync="sales"} 2.5)",
      R"(counterpart_parked{sync="sales"} 3)", R"(counterpart_frozen{sync="sales"} 4)"}},
    {"database_up", [](Metrics& m) { m.database_up(true); }, {"counterpart_database_up 1"}},
};

INSTANTIATE_TEST_SUITE_P(Metrics, EachFunction, testing::ValuesIn(kCases), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

TEST(Metrics, EveryFamilyHasAHelpText) {
  Metrics metrics;
  for (const Case& test : kCases) test.move(metrics);

  std::istringstream text(metrics.render());
  int families = 0;
  for (std::string line, previous; std::getline(text, line); previous = line) {
    if (!line.starts_with("# TYPE")) continue;
    ++families;
    EXPECT_THAT(previous, testing::StartsWith("# HELP counterpart_"));
  }
  EXPECT_EQ(families, 25);
}

TEST(Metrics, AFloodOfLabelsEndsInOneSeries) {
  Metrics metrics;

  for (int i = 0; i < 5000; ++i) metrics.worked("sales", "contacts", "outcome-" + std::to_string(i));

  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(counterpart_outcomes_total{mapping="other",outcome="other",sync="other"} 4000)"));
  EXPECT_LT(std::ranges::count(text, '\n'), 1100);
}

TEST(Metrics, ACounterNeverFalls) {
  Metrics metrics;
  metrics.conflicts("sales", "contacts", 2);

  metrics.conflicts("sales", "contacts", -5);

  EXPECT_THAT(metrics.render(), HasSubstr(R"(counterpart_conflicts_total{mapping="contacts",sync="sales"} 2)"));
}

}  // namespace
}  // namespace counterpart
