#include "server/store/keys.h"

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(Keys, ShortOnesStayAsTheyAreAndLongOnesStayDifferent) {
  const std::string just_fits(200, 'a');
  const std::string one = std::string(3'500, 'a') + "1";
  const std::string two = std::string(3'500, 'a') + "2";

  EXPECT_EQ(bounded_key(just_fits), just_fits);
  EXPECT_EQ(bounded_key(one).size(), 64U + 1 + 64);
  EXPECT_THAT(bounded_key(one), StartsWith(std::string(64, 'a') + "#"));
  EXPECT_EQ(bounded_key(one), bounded_key(one));
  EXPECT_NE(bounded_key(one), bounded_key(two));
}

TEST(Keys, AreNotCutWithinACharacter) {
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ü";

  EXPECT_THAT(bounded_key(umlauts), StartsWith(umlauts.substr(0, 128) + "#"));
}

TEST(Keys, AnIdFromOutsideIsOneThatTheDatabaseCanHoldAndIndex) {
  EXPECT_EQ(fault_of_id("42"), std::nullopt);
  EXPECT_EQ(fault_of_id("a b/c ü€😀"), std::nullopt);
  EXPECT_EQ(fault_of_id(std::string(512, 'x')), std::nullopt);
  EXPECT_EQ(fault_of_id(""), "is empty");
  EXPECT_EQ(fault_of_id(std::string(513, 'x')), "is longer than 512 bytes");
  EXPECT_EQ(fault_of_id("a\nb"), "holds a control character");
  EXPECT_EQ(fault_of_id(std::string("a\0b", 3)), "holds a control character");
  for (const char* broken : {"\x80", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x28\xa1", "\xff"}) {
    EXPECT_EQ(fault_of_id(broken), "is no valid UTF-8");
  }
}

class LongTexts : public StoreTest {
 protected:
  const SyncId sync_ = make_sync();
};

TEST_F(LongTexts, AMatchKeyOfThousandsOfCharactersIsLeasedIndexedAndFound) {
  const KeyValue mail{KeyKind::email, std::string(3'500, 'x') + "@example.org", ""};
  const KeyValue other{KeyKind::email, std::string(3'501, 'x') + "@example.org", ""};
  accept(sync_, left("1"));
  const Claim claimed = claim(sync_);

  EXPECT_THAT(get(store_->lease_keys(sync_, claimed.lease, milliseconds(60'000), {{lease_key("contacts", mail)}})),
              ElementsAre(true));
  Completion completion = done(claimed.records[0]);
  completion.identity.push_back({left("1"), {mail}});
  EXPECT_THAT(complete(sync_, claimed, {completion}), ElementsAre(true));
  EXPECT_THAT(get(store_->identities(sync_, "contacts", Side::left, {mail, other})),
              ElementsAre(ElementsAre("1"), testing::IsEmpty()));
  EXPECT_EQ(sql_value("select count(*) from counterpart.parked"), "0");
}

TEST_F(LongTexts, TheMigrationSpellsKeysAsTheDaemonDoes) {
  std::string key = "ü";
  for (int i = 0; i < 300; ++i) key += "é";

  EXPECT_EQ(sql_value("select left(k, 64) || '#' || encode(sha256(convert_to(k, 'UTF8')), 'hex') from (values ('" +
                      key + "')) x (k)"),
            bounded_key(key));
}

TEST_F(LongTexts, ARecordWithTheLongestIdGoesAllTheWay) {
  std::string id;
  for (int i = 0; i < 256; ++i) id += "ü";
  link(sync_, id, id);
  accept(sync_, left(id), std::string(3'000, 'd'));
  const Claim claimed = claim(sync_);
  ASSERT_EQ(claimed.records.size(), 1U);
  Completion completion = done(claimed.records[0]);
  completion.park = ParkedRow{"reason", "", ""};
  completion.history.push_back({Side::right, "name", "written", {}, {}, {}, "rule"});
  completion.alerts.push_back({"parked", "customers/contacts left " + id, "m", "r"});

  EXPECT_THAT(complete(sync_, claimed, {completion}), ElementsAre(true));

  EXPECT_EQ(sql_value("select count(*) from counterpart.parked where reason = 'reason'"), "1");
  EXPECT_EQ(sql_value("select count(*) from counterpart.history"), "1");
  const Native story = get(store_->explain({{sync_, "customers", left(id)}}));
  EXPECT_FALSE(story.member("records")->array().front().member("parked")->is_null());
}

TEST_F(LongTexts, AnEventIdOfThousandsOfCharactersIsKnownAgain) {
  Mark mark = mark_of(left("1"));
  mark.unique_event = std::string(5'000, 'e');

  EXPECT_EQ(get(store_->accept({delivery_of(sync_, "a", {mark})})), 1);
  EXPECT_EQ(get(store_->accept({delivery_of(sync_, "b", {mark})})), 0);
}

}  // namespace
}  // namespace counterpart::store
