// No part of the daemon ends silently.
#include "server/engine/supervised.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>

#include "server/observe/log.h"

namespace counterpart {
namespace {

namespace asio = boost::asio;

class SupervisedTest : public testing::Test {
 protected:
  SupervisedTest() { log::set_up(log::Format::text, log::Level::info, lines_); }
  ~SupervisedTest() override { log::set_up(log::Format::text, log::Level::error); }

  void run(asio::awaitable<void> part) {
    asio::io_context io;
    asio::co_spawn(io, std::move(part), supervised("upkeep", [this] { ++failures_; }));
    io.run();
  }

  std::ostringstream lines_;
  int failures_ = 0;
};

asio::awaitable<void> ends() {
  co_return;
}

asio::awaitable<void> fails() {
  throw std::out_of_range("beyond the end");
  co_return;
}

TEST_F(SupervisedTest, WhatFailsIsLoggedAndTold) {
  run(fails());

  EXPECT_EQ(failures_, 1);
  EXPECT_THAT(lines_.str(), testing::HasSubstr("a part of the daemon failed part=upkeep error=std::out_of_range "
                                               "why=\"beyond the end\""));
}

TEST_F(SupervisedTest, WhatEndsIsDone) {
  run(ends());

  EXPECT_EQ(failures_, 0);
  EXPECT_EQ(lines_.str(), "");
}

}  // namespace
}  // namespace counterpart
