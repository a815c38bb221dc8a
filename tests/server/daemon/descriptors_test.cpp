#include "server/daemon/descriptors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/resource.h>

#include "server/observe/log.h"

namespace counterpart {
namespace {

/// The limit as it was, when the test has ended.
class Descriptors : public testing::Test {
 protected:
  Descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    log::set_up(log::Format::text, log::Level::debug, lines_);
  }
  ~Descriptors() override {
    log::set_up(log::Format::text, log::Level::error);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  static rlim_t limit() {
    rlimit now{};
    getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
  }

  rlimit before_{};
  std::ostringstream lines_;
};

TEST_F(Descriptors, MayBeAsManyAsTheHardLimitSays) {
  const rlimit low{before_.rlim_max / 2, before_.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);

  raise_descriptor_limit();

  EXPECT_EQ(limit(), before_.rlim_max);
  EXPECT_THAT(lines_.str(), testing::HasSubstr("limit of descriptors raised from=" + std::to_string(low.rlim_cur) +
                                               " to=" + std::to_string(low.rlim_max)));
}

TEST_F(Descriptors, ThatAreAsManyAsCanBeAreLeftAlone) {
  const rlimit high{before_.rlim_max, before_.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &high), 0);

  raise_descriptor_limit();

  EXPECT_EQ(limit(), before_.rlim_max);
  EXPECT_EQ(lines_.str(), "");
}

}  // namespace
}  // namespace counterpart
