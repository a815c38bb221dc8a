// Webhooks as real systems send them (bodies as observed, or as their makers publish them), each understood by what a
// definition declares: proof, body, objects, ids, what is not ours to keep, and the answer that the sender expects.
#include "support.h"

namespace counterpart::rest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Sender {
  const char* name;
  const char* webhooks;  ///< of the definition
  const char* secret;
  HookRequest request;
  Instant now{};
  const char* news;                ///< "object id", one a line
  const char* not_kept = nullptr;  ///< does not stand in the evidence
};

void PrintTo(const Sender& sender, std::ostream* out) {
  *out << sender.name;
}

Instant at_ms(long long count) {
  return Instant(std::chrono::milliseconds(count));
}

const std::string kHubspotBody =
    R"([{"eventId":4101286121,"subscriptionId":7562680,"portalId":247187887,"appId":50780459,)"
    R"("occurredAt":1787843156000,"subscriptionType":"contact.propertyChange","attemptNumber":0,)"
    R"("objectId":541935488729,"propertyName":"lastname","propertyValue":"Müller","changeSource":"INTEGRATION",)"
    R"("sourceId":"50780459"}])";

constexpr const char* kHubspotObjects = R"(
  object: {path: subscriptionType, map: {contact.*: contacts, company.*: companies}}
  id: objectId
  event_id: eventId
  at: {path: occurredAt, format: epoch_ms}
)";

const std::string kHubspotV3 = std::string(R"(
  verify:
    type: hmac_sha256
    header: X-HubSpot-Signature-v3
    encoding: base64
    timestamp_header: X-HubSpot-Request-Timestamp
    timestamp_unit: ms
    signed: "${method}${decoded_url}${body}${timestamp}"
)") + kHubspotObjects;

const std::string kHubspotV1 =
    std::string("  verify: {type: sha256, header: X-HubSpot-Signature, signed: \"${secret}${body}\"}") +
    kHubspotObjects;

const std::string kHubspotV2 =
    std::string("  verify: {type: sha256, header: X-HubSpot-Signature, signed: \"${secret}${method}${url}${body}\"}") +
    kHubspotObjects;

const std::string kSalesforceBody = R"(<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>00D000000000001EAA</OrganizationId>
   <ActionId>04k000000000001AAA</ActionId>
   <SessionId>00D000000000001!AQEAQSecretSession</SessionId>
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/67.0/00D000000000001</EnterpriseUrl>
   <Notification>
    <Id>04l000000000001AAA</Id>
    <sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>003xx000004TmiQAAS</sf:Id><sf:LastName>M&#252;ller &amp; Co</sf:LastName>
    </sObject>
   </Notification>
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>)";

const Sender kSenders[] = {
    {"HubSpot, signature version 1",
     kHubspotV1.c_str(),
     "3f6b1c2e-test-secret-0001",
     {{}, {{"X-HubSpot-Signature", "7b22cd3569086db65403d4e4759b1f6ce77c06eb2c59401b051d8ae96fa58bc4"}}, kHubspotBody},
     {},
     "contacts 541935488729"},
    {"HubSpot, signature version 2, over the URL",
     kHubspotV2.c_str(),
     "3f6b1c2e-test-secret-0001",
     {{},
      {{"X-HubSpot-Signature", "5a5c67a205c5d77b060617580c8481a543982cc19b4bc762d7b6ca1942a35734"}},
      kHubspotBody,
      "POST",
      "",
      "https://sync.example.test/hooks/hubspot"},
     {},
     "contacts 541935488729"},
    {"HubSpot, signature version 3, with a time in milliseconds",
     kHubspotV3.c_str(),
     "3f6b1c2e-test-secret-0001",
     {{},
      {{"X-HubSpot-Signature-v3", "8cnxG5Hb1lBnnf73Pb10dRW/0GnajTvF2GEIoy59N7E="},
       {"X-HubSpot-Request-Timestamp", "1787843157123"}},
      kHubspotBody,
      "POST",
      "",
      "https://sync.example.test/hooks/hubspot"},
     at_ms(1787843160000),
     "contacts 541935488729"},
    {"HubSpot, version 3, a URL whose escapes are signed decoded",
     kHubspotV3.c_str(),
     "3f6b1c2e-test-secret-0001",
     {{},
      {{"X-HubSpot-Signature-v3", "Q6rrhmqnFMeyNB54AyUXIeanBncXZDV055NJbvMPyT0="},
       {"X-HubSpot-Request-Timestamp", "1787843157123"}},
      kHubspotBody,
      "POST",
      "",
      "https://sync.example.test/hooks/hubspot?tenant=a%3Ab%2Fc&x=1%202"},
     at_ms(1787843160000),
     "contacts 541935488729"},
    {"Pipedrive: Basic authentication",
     R"(
  verify: basic
  object: {path: meta.entity, map: {person: contacts, organization: companies}}
  id: meta.entity_id
  event_id: meta.id
  actor: meta.user_id
)",
     "pdhook:s3cr3t-ü",
     {{},
      {{"Authorization", "Basic cGRob29rOnMzY3IzdC3DvA=="}},
      R"({"meta":{"action":"change","entity":"person","entity_id":"8","company_id":"8087566",)"
      R"("id":"df47d877-b58c-4886-91cd-1aa83e1d7366","timestamp":"2022-11-24T15:11:55.724Z","user_id":"12415231",)"
      R"("version":"2.0","attempt":1},"data":{"id":8,"name":"Anna"},"previous":{"name":"Ana"}})"},
     {},
     "contacts 8"},
    {"Zoho: a token in the body, several ids",
     R"(
  verify: {type: body_token, path: token}
  object: {path: module, map: {Contacts: contacts, Accounts: companies}}
  id: ids
)",
     "our-own-token",
     {{},
      {},
      R"({"server_time":1767607933000,"query_params":{},"module":"Contacts",)"
      R"("resource_uri":"https://www.zohoapis.eu/crm/v8/Contacts","ids":["55400000000456001","55400000000456002"],)"
      R"("affected_fields":[{"55400000000456001":["Email"]}],"operation":"update","channel_id":"1000000068001",)"
      R"("token":"our-own-token"})"},
     {},
     "contacts 55400000000456001\ncontacts 55400000000456002",
     "our-own-token"},
    {"Salesforce: an outbound message in XML, with a session id that is none of ours",
     R"(
  verify: path_secret
  body: xml
  items: Envelope.Body.notifications.Notification
  object: {path: "sObject.'@type'", map: {"sf:Contact": contacts, "sf:Account": companies}}
  id: sObject.Id
  event_id: Id
  filter: Envelope.Body.notifications.SessionId
)",
     "Zk3-secret",
     {{"Zk3-secret"}, {{"Content-Type", "text/xml; charset=utf-8"}}, kSalesforceBody},
     {},
     "contacts 003xx000004TmiQAAS",
     "SecretSession"},
    {"EspoCRM: the signature wrapped with the webhook's id, one URL an event, an array",
     R"(
  verify: {type: hmac_sha256, header: Signature, wrapped: true}
  object: {segment: 0, map: {Contact.*: contacts, Account.*: companies}}
)",
     "c7a1f0e2b3d44c5fa6978812aa34bb56",
     {{"Account.update"},
      {{"Signature",
        "NjZhMWIyYzNkNGU1ZjZhN2I6NWUzM2U1NjhiYjk2YjYxNTYyN2Y5NTczYjNlY2M0NjliMWE1Nzg4NmY3ZmRiMWRkMGU2MGIwNTVlYzQ2MzQ1"
        "Yw=="}},
      R"([{"id":"65f0c1d2e3f4a5b6c","name":"M\u00fcller GmbH","website":"https:\/\/example.com"}])"},
     {},
     "companies 65f0c1d2e3f4a5b6c"},
    {"Dolibarr 16: JSON labelled as a form, with the database's name and last query",
     R"(
  verify: path_secret
  object: {path: triggercode, map: {COMPANY_*: companies, CONTACT_*: contacts}}
  id: object.id
  filter: [object.db]
)",
     "zufall",
     {{"zufall"},
      {{"Content-Type", "application/x-www-form-urlencoded"}, {"User-Agent", "Dolibarr geturl function"}},
      R"({"triggercode":"COMPANY_CREATE","object":{"id":42,"name":"ACME","date_creation":null,)"
      R"("db":{"database_name":"dolidb","database_user":"dolidbuser","transaction_opened":1,)"
      R"("lastquery":"INSERT INTO llx_societe"}}})"},
     {},
     "companies 42",
     "dolidbuser"},
    {"Odoo 17: no signature, a secret in the URL",
     R"(
  verify: path_secret
  object: {path: _model, map: {res.partner: contacts}}
  id: _id
)",
     "geheim",
     {{"geheim"},
      {{"User-Agent", "python-requests/2.28.1"}, {"Content-Type", "application/json"}},
      R"j({"_action":"Send Webhook Notification(#379)","_id":7,"_model":"res.partner","email":"a@b.example","id":7,)j"
      R"("name":"ACME","vat":"DE136695976","write_date":"2026-11-20 18:17:01.260399","write_uid":2})"},
     {},
     "contacts 7"},
    {"Dynamics 365: a key in the URL, the table in a header",
     R"(
  verify: {type: query_token, parameter: code}
  object: {header: x-ms-dynamics-entity-name, map: {contact: contacts, account: companies}}
  id: "InputParameters[key=Target].value.Id"
  event_id: OperationId
  actor: InitiatingUserId
)",
     "a+b/c=",
     {{},
      {{"x-ms-dynamics-entity-name", "contact"}, {"x-ms-dynamics-request-name", "Update"}},
      R"({"BusinessUnitId":"b","Depth":1,"InitiatingUserId":"75c2dd53","InputParameters":[{"key":"Target","value":)"
      R"({"__type":"Entity:http://schemas.microsoft.com/xrm/2011/Contracts","Attributes":[{"key":"firstname",)"
      R"("value":"James"}],"Id":"6d81597f-0f9f-e711-8122-000d3aa2331c","LogicalName":"contact"}}],)"
      R"("MessageName":"Update","OperationCreatedOn":"/Date(1506409448000-0700)/","OperationId":"4af10637"})",
      "POST",
      "code=a%2Bb%2Fc%3D&x=1"},
     {},
     "contacts 6d81597f-0f9f-e711-8122-000d3aa2331c"},
    {"weclapp: one URL an entity and event, the entity as the body",
     R"(
  verify: {type: header_token, header: X-Weclapp-Key}
  object: {segment: 0, map: {party: contacts}}
)",
     "k",
     {{"party", "update"}, {{"X-Weclapp-Key", "k"}}, R"({"id":"4711","version":"3","company":"ACME"})"},
     {},
     "contacts 4711"},
    {"amoCRM and Bitrix: form fields in brackets",
     R"(
  verify: path_secret
  body: form
  items: contacts.update
  object: {path: type, map: {contact: contacts, company: companies}}
)",
     "s",
     {{"s"},
      {{"Content-Type", "application/x-www-form-urlencoded"}},
      "contacts%5Bupdate%5D%5B0%5D%5Bid%5D=17&contacts%5Bupdate%5D%5B0%5D%5Btype%5D=contact"
      "&contacts%5Bupdate%5D%5B1%5D%5Bid%5D=18&contacts%5Bupdate%5D%5B1%5D%5Btype%5D=company&account%5Bid%5D=1"},
     {},
     "contacts 17\ncompanies 18"},
    {"forms that hold JSON in a field",
     R"(
  verify: path_secret
  body: {type: form, json: payload}
  object: {path: kind, map: {person: contacts}}
)",
     "s",
     {{"s"}, {}, "payload=%7B%22kind%22%3A%22person%22%2C%22id%22%3A%22p+1%22%7D&v=2"},
     {},
     "contacts p 1"},
};

std::string definition(const std::string& webhooks) {
  return R"(
connector: 1
id: sender
title: A sender
http: {base_url: "http://crm.test"}
records: {}
objects:
  contacts: {read: {request: "GET /contacts/${id}"}}
  companies: {read: {request: "GET /companies/${id}"}}
webhooks:
)" + webhooks;
}

class Senders : public RestTest, public testing::WithParamInterface<Sender> {
 protected:
  Senders() { use_text(definition(GetParam().webhooks)); }

  bool verified(const HookRequest& request, const std::string& secret) const {
    return verify_hook(*connector->hook_scheme(), {Secret("another"), Secret(secret)}, request, GetParam().now);
  }
};

TEST_P(Senders, AreBelievedWithTheirSecretOnly) {
  EXPECT_TRUE(verified(GetParam().request, GetParam().secret));
  EXPECT_FALSE(verified(GetParam().request, std::string(GetParam().secret) + "x"));

  HookRequest bare = GetParam().request;
  bare.headers.clear();
  bare.path.clear();
  bare.query.clear();
  bare.body = "{}";
  EXPECT_FALSE(verified(bare, GetParam().secret));
}

TEST_P(Senders, TellWhichRecordsMayHaveChanged) {
  std::string told;
  for (const News& news : connector->parse_hook(GetParam().request)) {
    told += (told.empty() ? "" : "\n") + news.object + " " + news.id;
  }
  EXPECT_EQ(told, GetParam().news);
}

TEST_P(Senders, LeaveNoForeignSecretBehind) {
  const auto kept = connector->hook_evidence(GetParam().request);
  ASSERT_EQ(kept.has_value(), GetParam().not_kept != nullptr);
  if (!kept) return;
  EXPECT_THAT(GetParam().request.body, HasSubstr(GetParam().not_kept));
  EXPECT_THAT(*kept, Not(HasSubstr(GetParam().not_kept)));
  EXPECT_THAT(*kept, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(Table, Senders, testing::ValuesIn(kSenders));

// --- what they are answered -----------------------------------------------------------------------------

TEST_F(RestTest, ASenderIsAnsweredAsItsDefinitionSays) {
  use_text(definition(R"(
  verify: path_secret
  object: {segment: 0, map: {Contact: contacts}}
  answer: {status: 200, type: text/xml, body: "<Ack>true</Ack>", busy: 500, within: 800ms}
)"));

  const HookAnswers answers = connector->hook_answers();

  EXPECT_EQ(answers.accepted, 200);
  EXPECT_EQ(answers.content_type, "text/xml");
  EXPECT_EQ(answers.body, "<Ack>true</Ack>");
  EXPECT_EQ(answers.busy, 500);
  EXPECT_EQ(answers.within, std::chrono::milliseconds(800));
}

}  // namespace
}  // namespace counterpart::rest
