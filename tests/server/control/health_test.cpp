// What probes are told.
#include "server/control/health.h"

#include <gtest/gtest.h>

namespace counterpart {
namespace {

using namespace std::chrono_literals;

http::ServerRequest request(std::string method) {
  http::ServerRequest made;
  made.method = std::move(method);
  return made;
}

TEST(Probes, AreReadOnly) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    const auto refusal = refuse_to_change(request(method));
    ASSERT_TRUE(refusal) << method;
    EXPECT_EQ(refusal->status, 405) << method;
    ASSERT_NE(find_header(refusal->headers, "Allow"), nullptr) << method;
    EXPECT_EQ(*find_header(refusal->headers, "Allow"), "GET, HEAD") << method;
  }
  EXPECT_FALSE(refuse_to_change(request("GET")));
  EXPECT_FALSE(refuse_to_change(request("HEAD")));
}

TEST(IntakeOutcome, IsGoodUntilAWebhookIsRefused) {
  IntakeOutcome outcome;
  EXPECT_FALSE(outcome.refuses(0s));

  outcome.answered(401, 1s);
  EXPECT_FALSE(outcome.refuses(1s)) << "the sender's fault";

  outcome.answered(503, 2s);
  EXPECT_TRUE(outcome.refuses(2s));
}

TEST(IntakeOutcome, IsGoodAgainOnceAWebhookIsAccepted) {
  IntakeOutcome outcome;
  outcome.answered(503, 2s);
  outcome.answered(404, 3s);
  EXPECT_TRUE(outcome.refuses(3s));

  outcome.answered(202, 4s);

  EXPECT_FALSE(outcome.refuses(4s));
}

TEST(IntakeOutcome, ARefusalThatNothingFollowsCountsForAWhile) {
  IntakeOutcome outcome;
  outcome.answered(503, 2s);

  EXPECT_TRUE(outcome.refuses(2s + IntakeOutcome::kRefusalCounts - 1us));
  EXPECT_FALSE(outcome.refuses(2s + IntakeOutcome::kRefusalCounts));
}

}  // namespace
}  // namespace counterpart
