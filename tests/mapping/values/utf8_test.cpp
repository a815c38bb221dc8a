#include "mapping/values/utf8.h"

#include <gtest/gtest.h>
#include <string>

namespace counterpart {
namespace {

using namespace std::string_literals;

TEST(Utf8, IsWhatDatabasesAndJsonTake) {
  for (const std::string& text : {""s, "a"s, "\0"s, "Müller"s, "中"s, "👍"s, "\xF4\x8F\xBF\xBF"s, "\xEE\x80\x80"s})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, HasOneSpellingACharacterAndNoSurrogates) {
  const std::string refused[] = {
      "\xFF",                      // never a byte of UTF-8
      "a\x80",                     // goes on with what never began
      "\xC3",                      // ends too early
      "\xE4\xB8",                  // the same
      "\xC0\xAF",                  // an overlong slash
      "\xE0\x80\xAF",              // a longer one
      "\xC0\x80",                  // an overlong NUL
      "\xED\xA0\x80",              // half a surrogate
      "\xED\xA0\xBD\xED\xB8\x80",  // both halves
      "\xF4\x90\x80\x80",          // beyond U+10FFFF
      "\xF8\x88\x80\x80\x80",
  };
  for (const std::string& text : refused) EXPECT_FALSE(is_utf8("x" + text + "x")) << testing::PrintToString(text);
}

}  // namespace
}  // namespace counterpart
