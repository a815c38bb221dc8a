#include "tests/connectors/sandbox/support.h"

namespace counterpart::sandbox {
namespace {

using namespace std::chrono_literals;

using Ids = std::vector<std::string>;

class ListingTest : public SandboxTest {
 protected:
  /// Both CRMs hold `count` records; some share their time of change, some were changed again.
  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      ask(*a_, kPerson, "POST", "/a/contacts", R"({"properties":{}})");
      ask(*b_, kPerson, "POST", "/b/persons", R"({"full_name":"P"})");
      ask(*b_, kPerson, "POST", "/b/organisations", R"({"company_name":"O"})");
      if (i % 3 == 0) clock_.pass(2s);
    }
    for (int i = 1; i <= count; i += 7) {
      ask(*a_, kPerson, "PATCH", "/a/contacts/c-" + std::to_string(1000 + i), R"({"properties":{}})");
      ask(*b_, kPerson, "PATCH", "/b/persons/" + std::to_string(i), R"({})");
      ask(*b_, kPerson, "PATCH", "/b/organisations/" + std::to_string(i), R"({})");
    }
  }

  /// (time of change, id) of all pages of A.
  std::vector<std::pair<std::string, std::string>> walk_a(const std::string& query) {
    std::vector<std::pair<std::string, std::string>> seen;
    std::string after;
    do {
      const Answer page = ask(*a_, kHub, "GET", "/a/contacts?" + query + after);
      for (const Native& record : page.body.member("results")->array()) {
        seen.emplace_back(record.member("updated_at")->text(), record.member("id")->text());
      }
      after = page.at({"next"}) == "(null)" ? "" : "&after=" + page.at({"next"});
    } while (!after.empty());
    return seen;
  }

  Ids walk_b(const std::string& object, const std::string& query) {
    Ids seen;
    for (int number = 1, pages = 1; number <= pages; ++number) {
      const Answer page = ask(*b_, kHub, "GET", "/b/" + object + "?" + query + "&page=" + std::to_string(number));
      EXPECT_EQ(page.at({"page"}), std::to_string(number));
      pages = std::stoi(page.at({"pages"}));
      for (const Native& record : page.body.member("data")->array()) seen.push_back(record.member("id")->plain());
    }
    return seen;
  }

  std::unique_ptr<SandboxCrm> a_ = make_crm_a(settings("/a"), clock_, random_, hooks_);
  std::unique_ptr<SandboxCrm> b_ = make_crm_b(settings("/b"), clock_, random_, hooks_);
};

TEST_F(ListingTest, AWalkThroughAShowsEachRecordOnceInOrderOfChange) {
  fill(40);

  for (const char* limit : {"limit=1", "limit=7", "limit=40", "limit=100", ""}) {
    const auto seen = walk_a(limit);
    EXPECT_EQ(seen.size(), 40U) << limit;
    EXPECT_TRUE(std::ranges::is_sorted(seen)) << limit;
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 40U) << limit;
  }
}

TEST_F(ListingTest, AWalkThroughAMissesNothingThatChangesMeanwhile) {
  fill(10);
  const Answer first = ask(*a_, kHub, "GET", "/a/contacts?limit=5");
  clock_.pass(1s);
  const std::string moved = first.at({"results", "0", "id"});
  ask(*a_, kPerson, "PATCH", "/a/contacts/" + moved, R"({"properties":{"city":"Ulm"}})");
  ask(*a_, kPerson, "DELETE", "/a/contacts/" + first.at({"results", "4", "id"}));

  const Answer rest = ask(*a_, kHub, "GET", "/a/contacts?limit=50&after=" + first.at({"next"}));

  ASSERT_EQ(rest.body.member("results")->array().size(), 6U);
  EXPECT_EQ(rest.at({"results", "5", "id"}), moved);
}

TEST_F(ListingTest, ATimeFilterIsInclusiveInBoth) {
  ask(*a_, kPerson, "POST", "/a/contacts", R"({"properties":{}})");
  ask(*b_, kPerson, "POST", "/b/persons", R"({"full_name":"P"})");
  clock_.pass(1s);
  ask(*a_, kPerson, "POST", "/a/contacts", R"({"properties":{}})");
  ask(*b_, kPerson, "POST", "/b/persons", R"({"full_name":"P"})");

  EXPECT_EQ(walk_a("modified_since=2026-11-20T10:00:00.123Z").size(), 2U);
  EXPECT_EQ(walk_a("modified_since=2026-11-20T10:00:00.124Z").size(), 1U);
  EXPECT_EQ(walk_a("modified_since=2026-11-20T10:00:01.124Z").size(), 0U);
  EXPECT_EQ(walk_b("persons", "sort=changed&changed_after=20.11.2026%2011:00:00"), (Ids{"1", "2"}));
  EXPECT_EQ(walk_b("persons", "sort=changed&changed_after=20.11.2026+11:00:01"), (Ids{"2"}));
  EXPECT_EQ(walk_b("persons", "sort=changed&changed_after=20.11.2026%2011:00:02"), (Ids{}));
}

TEST_F(ListingTest, PersonsOfBCanBeSortedByChange) {
  fill(20);

  const Ids all = walk_b("persons", "sort=changed&per_page=20");
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 20U);
  EXPECT_EQ((Ids(all.end() - 4, all.end())), (Ids{"1", "8", "15", "20"}));
  EXPECT_EQ(walk_b("persons", "sort=changed&per_page=3"), all);
}

TEST_F(ListingTest, OrganisationsOfBComeInAStableOrderThatTellsNothing) {
  fill(20);

  const Ids all = walk_b("organisations", "per_page=20");
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 20U);
  EXPECT_FALSE(std::ranges::is_sorted(all, {}, [](const std::string& id) { return std::stoi(id); }));
  EXPECT_EQ(walk_b("organisations", "per_page=3"), all);
  EXPECT_EQ(walk_b("organisations", "per_page=6"), all);
}

TEST_F(ListingTest, AFilteredPageOfOrganisationsKeepsThatOrder) {
  fill(20);
  clock_.pass(10s);
  for (const char* id : {"3", "11", "5", "19"}) {
    ask(*b_, kPerson, "PATCH", std::string("/b/organisations/") + id, R"({})");
  }
  const std::string since = "changed_after=" + BerlinTime().print(clock_.now());
  std::string query = since;
  query.replace(query.find(' '), 1, "%20");

  Ids expected = walk_b("organisations", "per_page=20");
  std::erase_if(expected, [](const std::string& id) { return id != "3" && id != "11" && id != "5" && id != "19"; });
  EXPECT_EQ(walk_b("organisations", query + "&per_page=50"), expected);
  EXPECT_EQ(walk_b("organisations", query + "&per_page=1"), expected);

  ask(*b_, kPerson, "DELETE", "/b/organisations/11");
  std::erase(expected, "11");
  EXPECT_EQ(walk_b("organisations", query + "&per_page=1"), expected);
}

TEST_F(ListingTest, PagesBehindTheLastAreEmpty) {
  fill(3);

  const Answer behind = ask(*b_, kHub, "GET", "/b/persons?page=9&sort=changed");
  EXPECT_EQ(behind.status, 200);
  EXPECT_EQ(behind.at({"data"}), "[]");
  EXPECT_EQ(behind.at({"pages"}), "1");
}

TEST_F(ListingTest, SearchDoesNotSeeWhatIsYoungerThanItsLag) {
  for (SandboxCrm* crm : {a_.get(), b_.get()}) {
    ask(*crm, nullptr, "POST", crm == a_.get() ? "/a/control/faults" : "/b/control/faults",
        R"({"search_lag_ms":3000})");
  }
  const auto found_in_a = [&](const std::string& email) {
    return ask(*a_, kHub, "POST", "/a/contacts/search", R"({"property":"email","values":[")" + email + "\"]}")
        .body.member("results")
        ->array()
        .size();
  };
  const auto found_in_b = [&](const std::string& email) {
    return ask(*b_, kHub, "GET", "/b/persons?email=" + email).body.member("data")->array().size();
  };

  ask(*a_, kPerson, "POST", "/a/contacts", R"({"properties":{"email":"old@x.example"}})");
  ask(*b_, kPerson, "POST", "/b/persons", R"({"full_name":"P","contact":{"email":"old@x.example"}})");
  clock_.pass(2999ms);
  EXPECT_EQ(found_in_a("old@x.example"), 0U);
  EXPECT_EQ(found_in_b("old@x.example"), 0U);
  clock_.pass(1ms);
  EXPECT_EQ(found_in_a("old@x.example"), 1U);
  EXPECT_EQ(found_in_b("old@x.example"), 1U);

  ask(*a_, kPerson, "PATCH", "/a/contacts/c-1001", R"({"properties":{"email":"new@x.example"}})");
  ask(*b_, kPerson, "PATCH", "/b/persons/1", R"({"contact":{"email":"new@x.example"}})");
  EXPECT_EQ(found_in_a("old@x.example"), 1U);
  EXPECT_EQ(found_in_a("new@x.example"), 0U);
  EXPECT_EQ(found_in_b("new@x.example"), 0U);
  EXPECT_EQ(walk_a("").size(), 1U);
  clock_.pass(3s);
  EXPECT_EQ(found_in_a("old@x.example"), 0U);
  EXPECT_EQ(found_in_a("new@x.example"), 1U);
  EXPECT_EQ(found_in_b("new@x.example"), 1U);
}

TEST_F(ListingTest, ListsWithATimeFilterHaveALagOfTheirOwn) {
  ask(*a_, nullptr, "POST", "/a/control/faults", R"({"list_lag_ms":2000})");
  ask(*b_, nullptr, "POST", "/b/control/faults", R"({"list_lag_ms":2000})");
  fill(1);
  clock_.pass(-2s);

  EXPECT_EQ(walk_a("modified_since=2026-01-01T00:00:00Z").size(), 0U);
  EXPECT_EQ(walk_b("organisations", "changed_after=01.01.2026%2000:00:00").size(), 0U);
  EXPECT_EQ(walk_a("").size(), 1U);
  EXPECT_EQ(walk_b("persons", "sort=changed").size(), 1U);
  clock_.pass(10s);
  EXPECT_EQ(walk_a("modified_since=2026-01-01T00:00:00Z").size(), 1U);
  EXPECT_EQ(walk_b("organisations", "changed_after=01.01.2026%2000:00:00").size(), 1U);
}

}  // namespace
}  // namespace counterpart::sandbox
