// What the configuration says must fit what the connectors can.
#include "server/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/daemon/system_ports.h"
#include "tests/server/config/world.h"

namespace counterpart::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kWhsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class TopologyTest : public ::testing::Test {
 protected:
  // The mistakes of a configuration whose left system (a sandbox of kind A, which signs its webhooks) and
  // object mapping hold these lines.
  std::string mistakes(const std::string& system_lines, const std::string& mapping_lines = "",
                       const std::string& field_lines = "") {
    const std::string text = R"(
state_directory: state
systems:
  crm:
    connector: sandbox-a
    url: http://127.0.0.1:9/a
    token: t
)" + system_lines + R"(  erp:
    connector: tryton
    url: http://127.0.0.1:9/db/
    user: u
    password: p
syncs:
  people:
    between: { left: crm, right: erp }
    leading: left
    objects:
      - left: contacts
        right: party
        on_create: { left: ignore, right: ignore }
)" + mapping_lines + R"(        fields:
          - { left: email, right: "addresses[0].city", as: email }
)" + field_lines;
    config::Problems problems;
    configuration_ = read_configuration(folder_.write("c.yaml", text), problems);
    EXPECT_TRUE(problems.empty()) << told(problems);
    TopologyPorts ports;
    ports.clock = &clock_;
    ports.random = &random_;
    ports.client = [](const SystemConfiguration&) { return nullptr; };
    topology_.emplace(make_topology(configuration_, ports, problems));
    return told(problems);
  }

  // The mistakes of a file together with what the connectors say of it.
  std::string all_mistakes(const std::string& text) {
    config::Problems problems;
    configuration_ = read_configuration(folder_.write("c.yaml", text), problems);
    TopologyPorts ports;
    ports.clock = &clock_;
    ports.random = &random_;
    ports.client = [](const SystemConfiguration&) { return nullptr; };
    topology_.emplace(make_topology(configuration_, ports, problems));
    return told(problems);
  }

  static std::string told(const config::Problems& problems) { return problems.print(); }
  const System& crm() { return *topology_->system("crm"); }

  Folder folder_;
  SystemClock clock_;
  SystemRandom random_;
  Configuration configuration_;
  std::optional<Topology> topology_;
};

TEST_F(TopologyTest, ASystemThatSignsItsWebhooksNeedsTheirSecret) {
  const std::string told = mistakes("");

  EXPECT_THAT(told, HasSubstr("c.yaml:5:5: system 'crm': its webhooks are signed, but no secret is given"));
  EXPECT_THAT(told, HasSubstr("webhook: {accept: false}"));
  EXPECT_FALSE(crm().hooks);
}

TEST_F(TopologyTest, WithItsSecretItsWebhooksAreTakenAsTheConnectorKnowsThem) {
  EXPECT_THAT(mistakes(std::string("    webhook_secret: ") + kWhsec + "\n"), IsEmpty());

  EXPECT_TRUE(crm().hooks);
  EXPECT_EQ(crm().scheme.type, HookScheme::Type::standard_webhooks);
}

TEST_F(TopologyTest, WithoutWebhooksTheDoorStaysShut) {
  EXPECT_THAT(mistakes("    webhook: { accept: false }\n"), IsEmpty());

  EXPECT_FALSE(crm().hooks);
}

TEST_F(TopologyTest, UnverifiedWebhooksAreTakenOnlyWhereToldSo) {
  EXPECT_THAT(mistakes("    webhook: { verify: none }\n"), IsEmpty());

  EXPECT_TRUE(crm().hooks);
  EXPECT_EQ(crm().scheme.type, HookScheme::Type::none);
}

TEST_F(TopologyTest, ASecretThatTheSchemeCannotUseIsRefusedAndNotShown) {
  const std::string told = mistakes("    webhook_secret: whsec_%%%\n");

  EXPECT_THAT(told, HasSubstr("the webhook secret cannot be used"));
  EXPECT_THAT(told, Not(HasSubstr("%%%")));
}

TEST_F(TopologyTest, WhatTheConnectorsSayIsToldBesideTheFilesOwnMistakes) {
  const std::string told = all_mistakes(R"(
systems:
  crm:
    connector: sandbox-a
    url: http://127.0.0.1:9/a
    token: ${env:COUNTERPART_NOT_SET}
  erp:
    connector: tryton
    url: nowhere
    user: u
    password: p
  other: { connector: none }
syncs:
  people:
    between: { left: crm, right: erp }
    objects:
      - left: contact
        right: party
        direction: both
        fields:
          - { left: email, right: "addresses[0].city", as: email }
      - { left: contacts, right: other, fields: [{ left: email }] }
  more: { between: { left: crm, right: nobody }, objects: [] }
)");

  EXPECT_THAT(told, HasSubstr("the environment variable 'COUNTERPART_NOT_SET' is not set"));
  EXPECT_THAT(told, HasSubstr("unknown key 'direction'"));
  EXPECT_THAT(told, HasSubstr("there is no system 'nobody'"));
  EXPECT_THAT(told, HasSubstr("system 'crm': its webhooks are signed, but no secret is given"));
  EXPECT_THAT(told, HasSubstr("left: system 'crm' has no object 'contact'"));
  EXPECT_THAT(told, HasSubstr("right: system 'erp' has no object 'other'"));
}

TEST_F(TopologyTest, NothingIsSaidOfASecretThatCouldNotBeRead) {
  const std::string told = all_mistakes(R"(
systems:
  crm:
    connector: sandbox-a
    url: http://127.0.0.1:9/a
    token: t
    webhook_secret: ${env:COUNTERPART_NOT_SET}
syncs: {}
)");

  EXPECT_THAT(told, HasSubstr("the environment variable 'COUNTERPART_NOT_SET' is not set"));
  EXPECT_THAT(told, Not(HasSubstr("no secret is given")));
}

TEST_F(TopologyTest, TheFieldThatMarksOurOwnCreatesIsNotMapped) {
  const std::string field = "          - { left: external_ref, right: code, as: text }\n";
  EXPECT_THAT(mistakes("    webhook: { accept: false }\n", "", field),
              AllOf(HasSubstr("'external_ref' is where our own creates are marked"), HasSubstr("mapping 'contacts'")));
}

TEST_F(TopologyTest, AMatchKeyThatCannotBeSearchedIsRefusedWhereTheMappingIsWritten) {
  const std::string told = mistakes("    webhook: { accept: false }\n", "        match: [email]\n");

  EXPECT_THAT(told, AllOf(HasSubstr("c.yaml:19:9: sync 'people', mapping 'contacts', right: 'addresses[0].city'"),
                          HasSubstr("searchable are: ")));
}

}  // namespace
}  // namespace counterpart::test
