#include "server/http/client/response_reader.h"

#include <gtest/gtest.h>
#include <string>

namespace counterpart::http {
namespace {

struct Answer {
  const char* name;
  std::string bytes;
  std::string body;
};

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.name;
}

class Answers : public testing::TestWithParam<Answer> {};

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_P(Answers, AreTheSameHoweverTheyArrive) {
  const std::string& bytes = GetParam().bytes;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    ResponseReader reader(false, 100);
    for (std::size_t at = 0; at < bytes.size(); at += piece) reader.feed(std::string_view(bytes).substr(at, piece));
    EXPECT_TRUE(reader.done()) << "in pieces of " << piece;
    EXPECT_TRUE(reader.keep_alive());
    EXPECT_EQ(reader.take().body, GetParam().body);
  }
}

TEST_P(Answers, ThatEndTooEarlyAreNone) {
  const std::string& bytes = GetParam().bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ResponseReader reader(false, 100);
    for (const char byte : bytes.substr(0, size)) reader.feed({&byte, 1});
    EXPECT_THROW(reader.end(), BadAnswer) << "after " << size << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Answers,
    testing::Values(Answer{"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
                    Answer{"interim", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "a"},
                    Answer{"chunked", kChunked + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", "abc"},
                    Answer{"empty_in_chunks", kChunked + "0\r\n\r\n", ""},
                    Answer{"trailers", kChunked + "1\r\na\r\n0\r\nX: y\r\n\r\n", "a"},
                    Answer{"trailers_alone", kChunked + "0\r\nX: y\r\n\r\n", ""}));

}  // namespace
}  // namespace counterpart::http
