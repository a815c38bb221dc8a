#include "server/store/statements.h"

#include <algorithm>
#include <cctype>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <stdexcept>

#include "server/store/arguments.h"
#include "server/store/conninfo.h"
#include "server/store/failure.h"
#include "server/store/migrations.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Statements, AreSplitAtTheirNames) {
  std::map<std::string, std::string, std::less<>> found;

  split_statements("a.sql", "-- name: one\n-- why\nselect 1\n\n-- name: two\nselect 2\n", found);

  EXPECT_THAT(found, ElementsAre(Pair("one", "-- why\nselect 1\n\n"), Pair("two", "select 2\n")));
}

TEST(Statements, WithoutANameOrWithOneTwiceAreMistakes) {
  std::map<std::string, std::string, std::less<>> found;

  EXPECT_THROW(split_statements("a.sql", "select 1\n", found), std::logic_error);
  EXPECT_THROW(split_statements("a.sql", "-- name: one\nselect 1\n-- name: one\nselect 2\n", found), std::logic_error);
  EXPECT_THROW(statement("no_such_statement"), std::logic_error);
}

/// SQL without its comments, in lower case.
std::string code_of(std::string sql) {
  sql = std::regex_replace(sql, std::regex("--[^\n]*"), "");
  std::transform(sql.begin(), sql.end(), sql.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return sql;
}

// A simulation sets the time of a session; a statement that asks the server's clock would not notice.
TEST(Statements, TakeTheTimeFromOurOwnFunctionOnly) {
  const std::regex other_clock(
      R"((^|[^.\w])now\s*\(|pg_catalog\.now|current_(timestamp|date|time)\b|localtime|(clock|statement|transaction)_timestamp|timeofday|'now')");

  ASSERT_FALSE(statements().empty());
  for (const auto& [name, sql] : statements()) {
    EXPECT_FALSE(std::regex_search(code_of(sql), other_clock)) << name;
  }
  for (const Migration& migration : known_migrations()) {
    std::string code = code_of(migration.sql);
    const std::string ours = "clock_timestamp()) $$";
    const std::size_t at = code.find(ours);
    if (at != std::string::npos) code.erase(at, ours.size());
    EXPECT_FALSE(std::regex_search(code, other_clock)) << migration.name;
  }
}

TEST(Arguments, ArraysAreQuotedSoThatAnyTextComesThrough) {
  Columns columns(2);
  columns.add({R"(a "quoted" \ one)", 7});
  columns.add({std::nullopt, true});

  EXPECT_EQ(columns.literal(0), R"({"a \"quoted\" \\ one",NULL})");
  EXPECT_EQ(columns.literal(1), R"({"7","t"})");
}

TEST(Arguments, ATextThatPostgresqlCannotHoldIsRefused) {
  Columns columns(1);
  const std::string text("a\0b", 3);

  EXPECT_THROW(columns.add({text}), Failure);
  EXPECT_THROW(Arguments({text}), Failure);
}

TEST(Conninfo, ParametersAreAddedInTheSpellingOfTheStringAndNeverOverAUsersOwn) {
  struct Case {
    const char* conninfo;
    const char* expected;
  };
  const Case cases[] = {
      {"postgresql://h/db", "postgresql://h/db?application_name=a%20b"},
      {"postgres://h/db?sslmode=require", "postgres://h/db?sslmode=require&application_name=a%20b"},
      {"host=h dbname=db", "host=h dbname=db application_name='a b'"},
      {"host=h application_name=mine", "host=h application_name=mine"},
      {"postgresql://h/db?application_name=mine", "postgresql://h/db?application_name=mine"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(with_parameter(each.conninfo, "application_name", "a b"), each.expected);
  }
}

}  // namespace
}  // namespace counterpart::store
