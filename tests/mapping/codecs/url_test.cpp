#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

TEST(UrlCodec, ReadsOneAddressInItsManySpellings) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://example.com", "https://example.com"},
      {" HTTPS://Example.COM/ ", "https://example.com"},
      {"example.com", "https://example.com"},
      {"www.example.com/", "https://www.example.com"},
      {"http://example.com:80/a", "http://example.com/a"},
      {"https://example.com:443", "https://example.com"},
      {"https://example.com:8443/", "https://example.com:8443"},
      {"example.com:8443/x", "https://example.com:8443/x"},
      {"https://example.com/a/../b", "https://example.com/b"},
      {"https://example.com/?q=1", "https://example.com/?q=1"},
      {"https://müller.de/Über uns", "https://xn--mller-kva.de/%C3%9Cber%20uns"},
      {"https://xn--mller-kva.de/%c3%9cber%20uns", "https://xn--mller-kva.de/%C3%9Cber%20uns"},
      {"https://192.0.2.7/x", "https://192.0.2.7/x"},
      {"https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"},
      {"https://example.com/%41", "https://example.com/A"},
      {"https://example.com#top", "https://example.com#top"},
  };
  for (const auto& [raw, url] : cases) EXPECT_EQ(read(codec("url"), raw), std::string("text ") + url) << raw;
}

TEST(UrlCodec, RefusesWhatIsNoAddress) {
  for (const char* raw : {"none", "k. A.", "-", "https://", "ftp://example.com", "mailto:a@example.com", "javascript:x",
                          "https:///x", "exa mple.com", "https://example.com/%zz", "https://a..b"}) {
    EXPECT_THAT(read(codec("url"), raw), StartsWith("problem: ")) << raw;
  }
  EXPECT_THAT(read(codec("url"), number("7")), StartsWith("problem: "));
}

TEST(UrlCodec, BareWritesNoSchemeAndKeepsTheOneThatIsThere) {
  const CodecPtr bare = codec("url(bare)");
  const Value http = std::string("http://example.com/a");

  EXPECT_EQ(written(bare, http), "\"example.com/a\"");
  EXPECT_EQ(read(bare, "example.com/a"), "text https://example.com/a");
  EXPECT_EQ(show(bare->put(http, std::string("https://example.com/a")).value()), "text http://example.com/a");
  EXPECT_EQ(show(bare->put(http, std::string("https://example.com/b")).value()), "text https://example.com/b");
}

RC_GTEST_PROP(UrlCodec, IsStable, ()) {
  const auto text = *text_of({"http", "https", "://", ":",   "/", "//", ".", "..", "a", "Ü", "example.com", "?",
                              "#",    "%",     "%41", "%C3", "[", "]",  "@", "80", " ", "=", "&",           "xn--"},
                             12);
  for (const char* name : {"url", "url(bare)"}) is_stable(codec(name), text);
}

}  // namespace
}  // namespace counterpart::testing
