#include "connectors/rest/definition.h"

#include "support.h"

namespace counterpart::rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

std::string mistakes(const std::string& yaml) {
  config::Problems problems;
  const auto definition = read_definition(yaml, "crm.yaml", problems);
  EXPECT_EQ(problems.empty(), definition.has_value());
  return problems.print();
}

const char* const kHead =
    "connector: 1\nid: crm\ntitle: CRM\nhttp: {base_url: \"${settings.url}\"}\n"
    "settings:\n  url: {doc: address}\n  token: {doc: token, secret: true}\nrecords: {}\n";

TEST(Definition, AMinimalOneReads) {
  EXPECT_EQ("", mistakes(std::string(kHead) + "objects:\n  things: {read: {request: \"GET /things/${id}\"}}\n"));
}

struct Mistaken {
  std::string objects;  // after kHead; its first line is the 9th
  const char* message;
};

/// An object that can be read, and one more of its keys, on line 12.
std::string object_with(const std::string& key) {
  return "objects:\n  t:\n    read: {request: \"GET /t/${id}\"}\n    " + key + "\n";
}

/// An object that can be read, and after it, from line 11 on, something else.
std::string objects_and(const std::string& rest) {
  return "objects:\n  t: {read: {request: \"GET /t/${id}\"}}\n" + rest + "\n";
}
void PrintTo(const Mistaken& mistaken, std::ostream* out) {
  *out << mistaken.message;
}

class Mistakes : public testing::TestWithParam<Mistaken> {};

TEST_P(Mistakes, AreNamedWithTheirPlace) {
  EXPECT_THAT(mistakes(std::string(kHead) + GetParam().objects), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Mistakes,
    testing::Values(
        Mistaken{"objects:\n  t:\n    raed: {}\n", "crm.yaml:11:5: "},
        Mistaken{"objects:\n  t:\n    raed: {}\n", "'read'"}, Mistaken{"objects: {}\n", "there is no object"},
        Mistaken{"objects:\n  t: {stamp: x}\n", "an object must be readable"},
        Mistaken{"objects:\n  t:\n    read: {request: \"FETCH /t\"}\n", "crm.yaml:11:21: "},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET t\"}\n", "methods are GET"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t?id=${id}\"}\n", "a path may hold no '?'"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${id\"}\n", "crm.yaml:11:"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${ids}\"}\n",
                 "the name 'ids' is not known here; known are id, settings"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${id | uper}\"}\n", "uper"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${settings.ulr}\"}\n",
                 "the setting 'ulr' is not declared"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${settings.token}\"}\n", "'token' is a secret"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${secret.token}\"}\n",
                 "the name 'secret' is not known here"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${id}\", select: \"a[\"}\n", "crm.yaml:11:"},
        Mistaken{"objects:\n  t:\n    read: {request: \"GET /t/${id}\", missing: [40]}\n", "from 100 to 599"},
        Mistaken{object_with("changes: {request: GET /t, select: x, page: {type: cursor}}"),
                 "paging by cursor needs next"},
        Mistaken{object_with("changes: {request: GET /t, select: x, page: {type: link}}"), "paging by link needs next"},
        Mistaken{object_with("changes: {request: GET /t, select: x, page: {type: courser}}"), "'cursor'"},
        Mistaken{
            object_with(
                "changes: {request: GET /t, select: x, since: {format: \"dd.MM.yyyy HH:mm\", zone: Europe/Bärlin}}"),
            "Europe/Bärlin"},
        Mistaken{object_with("changes: {request: GET /t}"), "select"},
        Mistaken{object_with("stamp: ref"), "the stamp 'ref' cannot be found"},
        Mistaken{object_with("find: {\"a[\": {request: GET /t, select: x}}"), "crm.yaml:12:12: "},
        Mistaken{object_with("create: {request: POST /t, returns: none}"), "nothing tells the new record's id"},
        Mistaken{object_with("create: {returns: record}"), "create needs a request, or a batch"},
        Mistaken{object_with("update: {request: \"PUT /t/${id}\", returns: none}"), "precondition"},
        Mistaken{object_with("update: {request: \"PUT /t/${id}\", returns: none, precondition: revision}"),
                 "the request does not hold ${revision}"},
        Mistaken{object_with("update: {precondition: none, returns: record, batch: {request: POST /t, item: {id: "
                             "\"${id}\"}, limit: 5, results: r}}"),
                 "where its results hold the record"},
        Mistaken{object_with("update: {precondition: none, returns: none, batch: {request: POST /t, item: "
                             "\"${items}\", limit: 5, results: r}}"),
                 "the name 'items' is not known here"},
        Mistaken{object_with("describe: {}"), "describe needs a request, or fields"},
        Mistaken{objects_and("errors:\n  - {kind: retry}"), "an error needs a status or a path"},
        Mistaken{objects_and("errors:\n  - {status: 400, contains: x, kind: retry}"), "need a path"},
        Mistaken{objects_and("webhooks: {verify: {type: hmac_sha256}, object: {path: o}}"),
                 "needs the name of a header"},
        Mistaken{objects_and(
                     "webhooks: {verify: {type: hmac_sha256, header: S, signed: \"${timestamp}\"}, object: {path: o}}"),
                 "must hold the body"},
        Mistaken{objects_and(
                     "webhooks: {verify: {type: hmac_sha256, header: S, signed: \"${id}${body}\"}, object: {path: o}}"),
                 "what is signed knows no ${"},
        Mistaken{
            objects_and("webhooks: {verify: {type: hmac_sha256, header: S, timestamp_header: T}, object: {path: o}}"),
            "so it proves nothing"},
        Mistaken{objects_and("webhooks: {verify: {type: none}, object: {}}"), "give one of path, segment and header"},
        Mistaken{objects_and("webhooks: {verify: {type: none}, object: {path: o, map: {x: tt}}}"),
                 "unknown object 'tt'"},
        Mistaken{objects_and("auth: {headers: {A: \"${secret.tokn}\"}}"), "the setting 'tokn' is not declared"},
        Mistaken{objects_and("auth: {headers: {A: \"${env:HOME}\"}}"), "crm.yaml:11:"}));

TEST(Definition, AllMistakesAreNamedAtOnce) {
  const std::string text =
      mistakes("connector: 2\nid: a b\nhttp: {}\nobjects:\n  t: {read: {request: nonsense}}\nextra: 1\n");

  for (const char* place : {"crm.yaml:1:12: ", "crm.yaml:2:5: ", "crm.yaml:3:7: ", "crm.yaml:5:23: ", "crm.yaml:6:1: "})
    EXPECT_THAT(text, HasSubstr(place));
  EXPECT_THAT(text, HasSubstr("title"));
  EXPECT_THAT(text, Not(HasSubstr("needs a request")));  // it is there, but wrong
}

TEST(Definition, ObjectsNeedToKnowHowTheirRecordsLook) {
  EXPECT_THAT(mistakes("connector: 1\nid: crm\ntitle: CRM\nhttp: {base_url: x}\n"
                       "objects:\n  t: {read: {request: \"GET /t/${id}\"}}\n"),
              HasSubstr("nothing says how records of 't' look"));
}

TEST(Definition, HasASchema) {
  const Native schema = definition_schema();

  EXPECT_NE(nullptr, schema.member("properties")->member("objects"));
  EXPECT_NE(std::string::npos, print_json(schema).find("\"link_header\""));
}

TEST(Registry, KnowsTheShippedDefinitions) {
  EXPECT_THAT(known_connectors(), testing::IsSupersetOf({"sandbox-a", "sandbox-b"}));
}

TEST(Registry, EveryShippedDefinitionReadsAndBearsItsFilesName) {
  for (const std::string& name : known_connectors()) {
    config::Problems problems;
    const auto kind = find_connector(name, ".", {}, problems);
    ASSERT_NE(nullptr, kind) << problems.print();
    EXPECT_NE("", kind->title()) << name;
  }
}

TEST(Registry, TellsAKindsSettings) {
  config::Problems problems;
  const auto keys = find_connector("sandbox-b", ".", {}, problems)->settings();

  ASSERT_EQ(2U, keys.size());
  EXPECT_EQ("url", keys[0].name);
  EXPECT_TRUE(keys[0].required && !keys[0].secret);
  EXPECT_EQ("api_key", keys[1].name);
  EXPECT_TRUE(keys[1].required && keys[1].secret);
}

TEST(Registry, AnUnknownNameIsAMistakeWithTheNearestOne) {
  config::Problems problems;

  EXPECT_EQ(nullptr, find_connector("sandbox-c", ".", {"counterpart.yaml", 7, 16}, problems));

  EXPECT_THAT(problems.print(),
              HasSubstr("counterpart.yaml:7:16: there is no connector 'sandbox-c'; did you mean 'sandbox-"));
}

TEST(Registry, AFileIsReadRelativeToTheFolder) {
  config::Problems problems;
  const std::filesystem::path folder = std::filesystem::path(COUNTERPART_SOURCE_DIR) / "connectors";

  EXPECT_NE(nullptr, find_connector("definitions/sandbox-a.yaml", folder, {}, problems)) << problems.print();
  EXPECT_EQ(nullptr, find_connector("definitions/none.yaml", folder, {"c.yaml", 1, 2}, problems));
  EXPECT_THAT(problems.print(), HasSubstr("none.yaml' cannot be read"));
}

class Shipped : public RestTest {};

TEST_F(Shipped, SandboxAIsBatchedConditionalAndStamped) {
  use("sandbox-a");

  EXPECT_THAT(connector->objects(), ElementsAre("contacts", "companies", "deals"));
  const Capabilities& can = *connector->capabilities("contacts");
  EXPECT_TRUE(can.create && can.update && can.remove);
  EXPECT_TRUE(can.sorted_changes && can.precondition && can.unique_revision && can.returns_record &&
              can.names_modifier);
  EXPECT_FALSE(can.clears_absent);
  EXPECT_EQ(100U, can.read_batch);
  EXPECT_EQ(100U, can.write_batch);
  EXPECT_EQ("external_ref", can.stamp);
  EXPECT_THAT(can.searchable, ElementsAre("email", "external_ref"));
  EXPECT_THAT(connector->capabilities("companies")->searchable,
              UnorderedElementsAre("vat_id", "domain", "external_ref"));
  EXPECT_THAT(connector->capabilities("deals")->searchable, UnorderedElementsAre("title", "external_ref"));
  EXPECT_EQ("external_ref", connector->capabilities("deals")->stamp);
  EXPECT_EQ(nullptr, connector->capabilities("invoices"));
}

TEST_F(Shipped, SandboxBIsOneByOneAndUnconditional) {
  use("sandbox-b");

  const Capabilities& can = *connector->capabilities("persons");
  EXPECT_TRUE(can.sorted_changes && can.clears_absent && can.names_modifier);
  EXPECT_FALSE(can.precondition || can.unique_revision || can.returns_record);
  EXPECT_EQ(1U, can.read_batch);
  EXPECT_EQ(1U, can.write_batch);
  EXPECT_EQ("", can.stamp);
  EXPECT_THAT(can.searchable, ElementsAre("contact.email"));
  EXPECT_FALSE(connector->capabilities("organisations")->sorted_changes);
  EXPECT_TRUE(connector->capabilities("orders")->sorted_changes);
  EXPECT_THAT(connector->capabilities("orders")->searchable, ElementsAre("subject"));
  EXPECT_GT(can.visibility_lag.count(), 0);
}

}  // namespace
}  // namespace counterpart::rest
