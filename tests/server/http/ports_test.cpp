#include <gtest/gtest.h>

#include "connectors/ports/http_client.h"
#include "connectors/ports/random.h"

namespace counterpart {
namespace {

TEST(FindHeader, TakesTheFirstInAnyCase) {
  const HttpHeaders headers = {{"Content-Type", "a"}, {"X-One", "b"}, {"x-one", "c"}};

  EXPECT_EQ(*find_header(headers, "content-type"), "a");
  EXPECT_EQ(*find_header(headers, "X-ONE"), "b");
  EXPECT_EQ(find_header(headers, "x-on"), nullptr);
  EXPECT_EQ(find_header(headers, ""), nullptr);
}

class Counting : public Random {
 public:
  std::uint64_t bits() override { return next++; }
  std::uint64_t next = 0xFEDCBA9876543210;
};

TEST(HexId, ShowsAllSixtyFourBits) {
  Counting random;

  EXPECT_EQ(random.hex_id(), "0123456789abcdef");
  EXPECT_EQ(random.hex_id(), "1123456789abcdef");
}

}  // namespace
}  // namespace counterpart
