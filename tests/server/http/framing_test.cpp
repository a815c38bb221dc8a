#include "server/http/door/framing.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "server/http/door/request_head.h"

namespace counterpart::http {
namespace {

using namespace std::string_literals;

struct HeadCase {
  const char* name;
  std::string head;
  int status;  ///< 0: sound
};

void PrintTo(const HeadCase& test, std::ostream* out) {
  *out << test.name;
}

const std::vector<HeadCase> kHeads = {
    {"get", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"query", "GET /a%20b?c=d&e[]=f HTTP/1.1\r\nHost: a:80\r\n\r\n", 0},
    {"v6_host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 0},
    {"http_10_without_host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n", 0},
    {"chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 0},
    {"chunked_in_capitals", "POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n", 0},
    {"value_with_latin1", "GET / HTTP/1.1\r\nHost: a\r\nX: M\xFCller\r\n\r\n", 0},
    {"empty_value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", 0},
    {"tab_in_value", "GET / HTTP/1.1\r\nHost: a\r\nX:\ta\tb\r\n\r\n", 0},
    {"expect", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n", 0},

    {"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"two_hosts_on_10", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"empty_host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"host_with_user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"host_list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
    {"te_gzip", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
    {"te_gzip_chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
    {"te_identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400},
    {"te_xchunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400},
    {"te_with_parameter", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", 400},
    {"te_empty", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 400},
    {"te_twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"te_with_vertical_tab", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \vchunked\r\n\r\n", 400},
    {"te_and_length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"te_on_10", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"lengths_differ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", 400},
    {"lengths_alike", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n", 400},
    {"length_list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n", 400},
    {"length_plus", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n", 400},
    {"length_minus", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\n", 400},
    {"length_hex", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", 400},
    {"length_empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
    {"length_huge", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551620\r\n\r\n", 413},
    {"folded", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
    {"folded_by_tab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", 400},
    {"folded_first_line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"blank_before_colon", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\n", 400},
    {"no_colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400},
    {"no_name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400},
    {"name_with_blank", "GET / HTTP/1.1\r\nHost: a\r\nX Y: x\r\n\r\n", 400},
    {"name_beyond_ascii", "GET / HTTP/1.1\r\nHost: a\r\nX\xC3\xBC: x\r\n\r\n", 400},
    {"bare_lf", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare_lf_in_header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
    {"bare_cr_in_value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", 400},
    {"nul_in_value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"s, 400},
    {"nul_in_name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: bc\r\n\r\n"s, 400},
    {"control_in_value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
    {"delete_in_value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400},
    {"blank_line_first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"empty", "\r\n\r\n", 400},
    {"no_target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"two_blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"blank_in_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute_target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"target_beyond_ascii", "GET /\xC3\xBC HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"method_with_colon", "GE:T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"long_method", std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"http_09", "GET /\r\n\r\n", 400},
    {"http_12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400},
    {"http_2", "PRI * HTTP/2.0\r\n\r\n", 400},
    {"http_2_path", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
    {"lower_case_version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"version_11_point_1", "GET / HTTP/11.1\r\nHost: a\r\n\r\n", 400},
    {"unknown_expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417},
    {"two_heads", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"not_ended", "GET / HTTP/1.1\r\nHost: a\r\n", 400},
};

class CheckFraming : public testing::TestWithParam<HeadCase> {};

TEST_P(CheckFraming, FindsExactlyTheUnsound) {
  const auto fault = check_framing(GetParam().head);

  EXPECT_EQ(fault ? fault->status : 0, GetParam().status) << (fault ? fault->what : "sound");

  // Beast's parser is the second reader: what passes the first must mean the same to it.
  if (!fault) {
    EXPECT_TRUE(parse_head(GetParam().head));
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, CheckFraming, testing::ValuesIn(kHeads),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Framing, AHundredHeadersAreEnough) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 99; ++i) head += "X: y\r\n";
  EXPECT_EQ(check_framing(head + "\r\n"), std::nullopt);

  const auto fault = check_framing(head + "X: y\r\n\r\n");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->status, 431);
}

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreCut) {
  const std::string stream = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    HeadScanner scanner;
    if (scanner.scan(stream.substr(0, cut)) == HeadScanner::State::more) {
      ASSERT_EQ(scanner.scan(stream), HeadScanner::State::complete) << "cut at " << cut;
    }
    EXPECT_EQ(scanner.size(), stream.size() - 4);
  }
}

TEST(HeadScanner, SeesBrokenBytesBeforeTheEnd) {
  HeadScanner tls;
  EXPECT_EQ(tls.scan("\x16\x03\x01"), HeadScanner::State::broken);
  HeadScanner bare;
  EXPECT_EQ(bare.scan("GET / HTTP/1.1\n"), HeadScanner::State::broken);
}

struct BodyCase {
  const char* name;
  std::string wire;
  std::string body;
  int status;  ///< 0: sound and complete
};

void PrintTo(const BodyCase& test, std::ostream* out) {
  *out << test.name;
}

const std::vector<BodyCase> kBodies = {
    {"empty", "0\r\n\r\n", "", 0},
    {"one", "5\r\nhello\r\n0\r\n\r\n", "hello", 0},
    {"two", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", 0},
    {"hex", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0},
    {"leading_zeros", "0005\r\nhello\r\n00\r\n\r\n", "hello", 0},
    {"body_like_framing", "7\r\n0\r\n\r\nab\r\n0\r\n\r\n", "0\r\n\r\nab", 0},
    {"short_extension", "5;name=\"v\"\r\nhello\r\n0\r\n\r\n", "hello", 0},

    {"no_size", "\r\nhello\r\n0\r\n\r\n", "", 400},
    {"not_hex", "x\r\nhello\r\n0\r\n\r\n", "", 400},
    {"prefix_0x", "0x5\r\nhello\r\n0\r\n\r\n", "", 400},
    {"minus", "-5\r\nhello\r\n0\r\n\r\n", "", 400},
    {"plus", "+5\r\nhello\r\n0\r\n\r\n", "", 400},
    {"blank_before", " 5\r\nhello\r\n0\r\n\r\n", "", 400},
    {"blank_after", "5 \r\nhello\r\n0\r\n\r\n", "", 400},
    {"bare_lf", "5\nhello\r\n0\r\n\r\n", "", 400},
    {"bare_cr", "5\rhello\r\n0\r\n\r\n", "", 400},
    {"longer_than_said", "4\r\nhello\r\n0\r\n\r\n", "hell", 400},
    {"shorter_than_said", "6\r\nhello\r\n0\r\n\r\n", "hello\r", 400},
    {"trailer", "0\r\nX: y\r\n\r\n", "", 400},
    {"trailer_content_length", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n", "hello", 400},
    {"overflow", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", "", 413},
    {"wraps_round", "5\r\nhello\r\nFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", "hello", 413},
    {"too_large", "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n", "", 413},
    {"too_large_in_parts", "40\r\n" + std::string(64, 'x') + "\r\n25\r\n" + std::string(37, 'x'), std::string(64, 'x'),
     413},
    {"long_extension", "5;" + std::string(20'000, 'x') + "\r\nhello\r\n0\r\n\r\n", "", 400},
    {"control_in_extension", "5;\x01\r\nhello\r\n0\r\n\r\n", "", 400},
    {"endless_size", std::string(300, '0'), "", 400},
};

class DecodeChunks : public testing::TestWithParam<BodyCase> {
 protected:
  static void expect(const ChunkedBody& decoder, const std::string& body) {
    EXPECT_EQ(decoder.fault() ? decoder.fault()->status : 0, GetParam().status);
    EXPECT_EQ(decoder.done(), GetParam().status == 0);
    EXPECT_EQ(body, GetParam().body);
  }
};

TEST_P(DecodeChunks, AtOnce) {
  ChunkedBody decoder(100);
  std::string body;

  decoder.feed(GetParam().wire, body);

  expect(decoder, body);
}

TEST_P(DecodeChunks, ByteByByte) {
  ChunkedBody decoder(100);
  std::string body;

  for (const char& byte : GetParam().wire) {
    if (!decoder.fault()) decoder.feed({&byte, 1}, body);
  }

  expect(decoder, body);
}

INSTANTIATE_TEST_SUITE_P(Bodies, DecodeChunks, testing::ValuesIn(kBodies),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ChunkedBody, LeavesTheNextRequestAlone) {
  ChunkedBody decoder(100);
  std::string body;
  const std::string wire = "5\r\nhello\r\n0\r\n\r\n";

  EXPECT_EQ(decoder.feed(wire + "GET / HTTP/1.1\r\n", body), wire.size());
  EXPECT_EQ(decoder.feed("GET", body), 0U);
}

TEST(ChunkedBody, ManyShortExtensionsAreTooMany) {
  ChunkedBody decoder(100'000);
  std::string body;

  for (int i = 0; i < 20 && !decoder.fault(); ++i) decoder.feed("1;" + std::string(100, 'x') + "\r\ny\r\n", body);

  ASSERT_TRUE(decoder.fault());
  EXPECT_EQ(decoder.fault()->status, 400);
}

/// Sound heads with bytes changed, doubled and dropped: whatever comes, the answer is a 4xx or both
/// readers agree.
TEST(Framing, SurvivesMutations) {
  std::mt19937 random(1);
  const std::string_view spices =
      "\r\n \t:,;0/\x01\x7f\xff"
      "AHTchunked";
  int sound = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string head = kHeads[random() % kHeads.size()].head;
    for (auto changes = random() % 4; changes > 0 && !head.empty(); --changes) {
      const std::size_t at = random() % head.size();
      switch (random() % 3) {
        case 0:
          head[at] = spices[random() % spices.size()];
          break;
        case 1:
          head.insert(at, 1, spices[random() % spices.size()]);
          break;
        default:
          head.erase(at, 1);
      }
    }
    const auto fault = check_framing(head);
    if (fault) {
      EXPECT_TRUE(fault->status >= 400 && fault->status < 500);
    } else {
      ++sound;
      EXPECT_TRUE(parse_head(head)) << testing::PrintToString(head);
    }
  }
  EXPECT_GT(sound, 1000);
}

}  // namespace
}  // namespace counterpart::http
