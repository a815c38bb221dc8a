#include "connectors/webhook/hook.h"

#include <functional>
#include <gtest/gtest.h>

#include "connectors/webhook/digest.h"
#include "connectors/webhook/signed_text.h"

namespace counterpart {
namespace {

using std::chrono::seconds;

// The example of the Standard Webhooks specification.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr const char* kBody = R"({"test": 2432232314})";
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const Instant kNow{seconds(1614265330)};

HookScheme scheme_of(HookScheme::Type type) {
  HookScheme scheme;
  scheme.type = type;
  return scheme;
}

HookScheme timed_hmac() {
  HookScheme scheme = scheme_of(HookScheme::Type::hmac_sha256);
  scheme.header = "X-Signature";
  scheme.prefix = "sha256=";
  scheme.timestamp_header = "X-Timestamp";
  scheme.signed_text = "${timestamp}.${body}";
  return scheme;
}

HookScheme base64_hmac() {
  HookScheme scheme = scheme_of(HookScheme::Type::hmac_sha256);
  scheme.header = "X-Hmac";
  scheme.encoding = HookScheme::Encoding::base64;
  return scheme;
}

HookScheme bearer_token() {
  HookScheme scheme = scheme_of(HookScheme::Type::header_token);
  scheme.header = "Authorization";
  scheme.prefix = "Bearer ";
  return scheme;
}

HookRequest standard_request() {
  return {{}, {{"webhook-id", kId}, {"webhook-timestamp", "1614265330"}, {"webhook-signature", kSignature}}, kBody};
}

bool verifies(const HookRequest& request, Instant now = kNow) {
  return verify_hook(scheme_of(HookScheme::Type::standard_webhooks), {Secret(kSecret)}, request, now);
}

TEST(StandardWebhooks, VerifiesTheSpecificationsVector) {
  EXPECT_TRUE(verifies(standard_request()));
}

TEST(StandardWebhooks, SignsTheSpecificationsVector) {
  const HttpHeaders headers =
      sign_hook(scheme_of(HookScheme::Type::standard_webhooks), Secret(kSecret), kId, kBody, kNow);

  EXPECT_EQ((HttpHeaders{{"webhook-id", kId}, {"webhook-timestamp", "1614265330"}, {"webhook-signature", kSignature}}),
            headers);
}

TEST(StandardWebhooks, HeaderNamesIgnoreCase) {
  HookRequest request = standard_request();
  for (auto& [name, value] : request.headers) name[0] = 'W';

  EXPECT_TRUE(verifies(request));
}

TEST(StandardWebhooks, AnyOfSeveralSignaturesMayMatch) {
  HookRequest request = standard_request();
  request.headers[2].second = "v1a,AAAA v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + std::string(kSignature);

  EXPECT_TRUE(verifies(request));
}

TEST(StandardWebhooks, ARawSecretIsUsedAsItIs) {
  const HookScheme scheme = scheme_of(HookScheme::Type::standard_webhooks);
  const HookRequest request{{}, sign_hook(scheme, Secret("plain words"), "msg_1", "{}", kNow), "{}"};

  EXPECT_TRUE(verify_hook(scheme, {Secret("plain words")}, request, kNow));
  EXPECT_FALSE(verify_hook(scheme, {Secret("other words")}, request, kNow));
}

struct Refusal {
  const char* what;
  std::function<void(HookRequest&)> tamper;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.what;
}

class StandardRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(StandardRefusal, IsRefused) {
  HookRequest request = standard_request();
  GetParam().tamper(request);

  EXPECT_FALSE(verifies(request));
}

void set_header(HookRequest& request, std::size_t index, std::string value) {
  request.headers[index].second = std::move(value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StandardRefusal,
    testing::Values(
        Refusal{"no headers", [](HookRequest& r) { r.headers.clear(); }},
        Refusal{"no id", [](HookRequest& r) { r.headers.erase(r.headers.begin()); }},
        Refusal{"no time stamp", [](HookRequest& r) { r.headers.erase(r.headers.begin() + 1); }},
        Refusal{"no signature", [](HookRequest& r) { r.headers.pop_back(); }},
        Refusal{"empty signature", [](HookRequest& r) { set_header(r, 2, ""); }},
        Refusal{"signature twice", [](HookRequest& r) { r.headers.emplace_back("Webhook-Signature", kSignature); }},
        Refusal{"id twice", [](HookRequest& r) { r.headers.emplace_back("webhook-id", kId); }},
        Refusal{"time stamp twice", [](HookRequest& r) { r.headers.emplace_back("webhook-timestamp", "1614265330"); }},
        Refusal{"other version", [](HookRequest& r) { r.headers[2].second.replace(0, 3, "v2,"); }},
        Refusal{"no version", [](HookRequest& r) { r.headers[2].second.erase(0, 3); }},
        Refusal{"no padding", [](HookRequest& r) { r.headers[2].second.pop_back(); }},
        Refusal{"url-safe alphabet", [](HookRequest& r) { r.headers[2].second[11] = '-'; }},
        Refusal{"stray bits",  // the last digit's low bits are not part of the 32 bytes
                [](HookRequest& r) { r.headers[2].second[r.headers[2].second.size() - 2] = 'F'; }},
        Refusal{"white space inside", [](HookRequest& r) { r.headers[2].second.insert(10, "\n"); }},
        Refusal{"tab instead of space", [](HookRequest& r) { r.headers[2].second.insert(0, "\t"); }},
        Refusal{"signed time stamp", [](HookRequest& r) { set_header(r, 1, "+1614265330"); }},
        Refusal{"negative time stamp", [](HookRequest& r) { set_header(r, 1, "-1614265330"); }},
        Refusal{"time stamp with fraction", [](HookRequest& r) { set_header(r, 1, "1614265330.0"); }},
        Refusal{"time stamp in hexadecimal", [](HookRequest& r) { set_header(r, 1, "0x60378f32"); }},
        Refusal{"huge time stamp", [](HookRequest& r) { set_header(r, 1, "99999999999999999999"); }},
        Refusal{"time stamp of words", [](HookRequest& r) { set_header(r, 1, "now"); }},
        Refusal{"body with a line end added", [](HookRequest& r) { r.body += "\n"; }},
        Refusal{"empty body", [](HookRequest& r) { r.body.clear(); }}));

TEST(StandardWebhooks, EveryFlippedByteIsRefused) {
  for (std::size_t part = 0; part < 4; ++part) {
    const std::size_t length = part < 3 ? standard_request().headers[part].second.size() : std::string(kBody).size();
    for (std::size_t i = 0; i < length; ++i) {
      HookRequest request = standard_request();
      std::string& text = part < 3 ? request.headers[part].second : request.body;
      text[i] = static_cast<char>(text[i] ^ 1);

      EXPECT_FALSE(verifies(request)) << "part " << part << ", byte " << i;
    }
  }
}

TEST(StandardWebhooks, ADotInTheIdIsRefusedForItWouldShiftTheSignedText) {
  const HookScheme scheme = scheme_of(HookScheme::Type::standard_webhooks);
  HookRequest request{{}, sign_hook(scheme, Secret("s"), "msg.1614265330", "{}", kNow), "{}"};
  EXPECT_FALSE(verify_hook(scheme, {Secret("s")}, request, kNow));
}

struct Age {
  int seconds_old;
  bool accepted;
};

class ReplayWindow : public testing::TestWithParam<Age> {};

TEST_P(ReplayWindow, HoldsBothWays) {
  const auto [age, accepted] = GetParam();

  EXPECT_EQ(accepted, verifies(standard_request(), kNow + seconds(age)));

  const HookScheme scheme = timed_hmac();
  const HookRequest request{{}, sign_hook(scheme, Secret("s"), "", "{}", kNow), "{}"};
  EXPECT_EQ(accepted, verify_hook(scheme, {Secret("s")}, request, kNow + seconds(age)));
}

INSTANTIATE_TEST_SUITE_P(Table, ReplayWindow,
                         testing::Values(Age{0, true}, Age{300, true}, Age{301, false}, Age{-300, true},
                                         Age{-301, false}, Age{86400 * 365, false}));

TEST(Rotation, AnyOfTheSecretsMayMatch) {
  const HookRequest request = standard_request();
  const HookScheme scheme = scheme_of(HookScheme::Type::standard_webhooks);
  const Secret right(kSecret);
  const Secret wrong("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

  EXPECT_TRUE(verify_hook(scheme, {wrong, right}, request, kNow));
  EXPECT_TRUE(verify_hook(scheme, {right, wrong}, request, kNow));
  EXPECT_FALSE(verify_hook(scheme, {wrong}, request, kNow));
  EXPECT_FALSE(verify_hook(scheme, {}, request, kNow));
}

TEST(Hmac, MatchesRfc4231) {
  // Test case 2: the key "Jefe".
  EXPECT_EQ("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            hook::to_hex(hook::hmac_sha256("Jefe", "what do ya want for nothing?")));
}

TEST(Hmac, SignsTheDeclaredText) {
  HookScheme scheme = timed_hmac();
  scheme.signed_text = "v0:${timestamp}:${body}$";

  const HttpHeaders headers = sign_hook(scheme, Secret("Jefe"), "", "abc", kNow);

  EXPECT_EQ("sha256=" + hook::to_hex(hook::hmac_sha256("Jefe", "v0:1614265330:abc$")), headers[0].second);
  EXPECT_EQ((std::pair<std::string, std::string>("X-Timestamp", "1614265330")), headers[1]);
}

TEST(Hmac, PlaceholdersInsideTheBodyAreNotFilledIn) {
  const HookScheme scheme = timed_hmac();
  const HttpHeaders headers = sign_hook(scheme, Secret("Jefe"), "", "${timestamp}", kNow);

  EXPECT_EQ("sha256=" + hook::to_hex(hook::hmac_sha256("Jefe", "1614265330.${timestamp}")), headers[0].second);
}

TEST(Hmac, UpperCaseHexIsTheSameSignature) {
  const HookScheme scheme = timed_hmac();
  HookRequest request{{}, sign_hook(scheme, Secret("s"), "", "{}", kNow), "{}"};
  for (char& c : request.headers[0].second)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  request.headers[0].second.replace(0, 7, "sha256=");

  EXPECT_TRUE(verify_hook(scheme, {Secret("s")}, request, kNow));
}

struct Declared {
  const char* what;
  HookScheme scheme;
  HttpHeaders headers;  ///< what a sender sends with the body `{"id":17}` and the secret c2VjcmV0
};
void PrintTo(const Declared& declared, std::ostream* out) {
  *out << declared.what;
}

HookScheme declared(HookScheme::Type type, const std::function<void(HookScheme&)>& rest = [](HookScheme&) {}) {
  HookScheme scheme = scheme_of(type);
  scheme.header = "X-Sig";
  rest(scheme);
  return scheme;
}

class DeclaredSignature : public testing::TestWithParam<Declared> {};

// The digests are OpenSSL's: printf %s TEXT | openssl dgst -sha256 -hmac c2VjcmV0
TEST_P(DeclaredSignature, IsVerifiedAndNoOther) {
  const auto& [what, scheme, headers] = GetParam();
  const HookRequest good{{}, headers, R"({"id":17})"};
  const auto verified = [&](const HookRequest& request, Instant now = kNow) {
    return verify_hook(scheme, {Secret("another"), Secret("c2VjcmV0")}, request, now);
  };

  EXPECT_TRUE(verified(good));
  for (std::size_t header = 0; header < headers.size(); ++header) {
    HookRequest request = good;
    char& last = request.headers[header].second.back();
    last = last == '1' ? '2' : '1';
    EXPECT_FALSE(verified(request)) << request.headers[header].first;
  }
  HookRequest other = good;
  other.body.back() = ' ';
  EXPECT_FALSE(verified(other));
  const bool timed = hook::holds_name(scheme.signed_text, "timestamp");
  EXPECT_EQ(timed, !verified(good, kNow + seconds(301)));
  EXPECT_EQ(timed, !verified(good, kNow - seconds(301)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DeclaredSignature,
    testing::Values(Declared{"HMAC-SHA1",
                             declared(HookScheme::Type::hmac_sha1),
                             {{"X-Sig", "367806f8979b6e855f5b64b64267ec5fb43049ba"}}},
                    Declared{"HMAC-SHA512",
                             declared(HookScheme::Type::hmac_sha512),
                             {{"X-Sig",
                               "86640efcac3ff028d1021230cfaf10bff646b5920d691fa5f34783d5f9ca09f3028f9e80381706a2a6c06b5"
                               "0f125d58d900f714800fc931ac1ea0ee16378712c"}}},
                    Declared{"base64url without padding",
                             declared(HookScheme::Type::hmac_sha256,
                                      [](HookScheme& s) { s.encoding = HookScheme::Encoding::base64url; }),
                             {{"X-Sig", "pzQFhBTt3y_0Gx8Bh7XvCFGeE5mXDybMZPrmO6_hZzc"}}},
                    Declared{"a list in the header",
                             declared(HookScheme::Type::hmac_sha256,
                                      [](HookScheme& s) {
                                        s.part = "v1";
                                        s.timestamp_part = "t";
                                        s.signed_text = "${timestamp}.${body}";
                                      }),
                             {{"X-Sig",
                               "t=1614265330,v1=4f7f09743104af3c54f3cfd670da1c3ba023ac73b1b8fb7d7a5c36e685b815f5"}}},
                    Declared{"another header and an ISO time",
                             declared(HookScheme::Type::hmac_sha256,
                                      [](HookScheme& s) {
                                        s.signed_text = "${header.X-Id}${timestamp}${body}";
                                        s.timestamp_header = "X-At";
                                        s.timestamp_unit = HookScheme::Unit::iso;
                                      }),
                             {{"X-Sig", "fff82e66f2e1f17d42ee523582c9edb27d80ae1b2b2b931b8233c9518bba097f"},
                              {"x-id", "e1"},
                              {"X-At", "2021-02-25T15:02:10Z"}}},
                    Declared{"a key in base64",
                             declared(HookScheme::Type::hmac_sha256,
                                      [](HookScheme& s) { s.secret_encoding = HookScheme::SecretEncoding::base64; }),
                             {{"X-Sig", "0144306f6acb4e7b1b5da424b1410ba867f7ff03ef0c311fcad985e4c2501457"}}}));

TEST(DeclaredSignature, OfSeveralPartsAnyMayMatch) {
  const HookScheme scheme = declared(HookScheme::Type::hmac_sha256, [](HookScheme& s) { s.part = "v1"; });
  const auto verified = [&](const std::string& header) {
    return verify_hook(scheme, {Secret("Jefe")}, {{}, {{"x-sig", header}}, "what do ya want for nothing?"}, kNow);
  };
  const std::string right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

  EXPECT_TRUE(verified("v1=" + right));
  EXPECT_TRUE(verified("v0=00, v1=" + std::string(64, '0') + ", v1=" + right));
  for (const std::string& wrong :
       std::vector<std::string>{right, "v0=" + right, "v1=", "v1", "V1=" + right, "v1=" + right + "x"})
    EXPECT_FALSE(verified(wrong)) << wrong;
}

TEST(DeclaredSignature, OfTwoTimeStampsNoneCounts) {
  const HookScheme scheme = declared(HookScheme::Type::hmac_sha256, [](HookScheme& s) {
    s.part = "v1";
    s.timestamp_part = "t";
    s.signed_text = "${timestamp}.${body}";
  });
  HookRequest request{{}, sign_hook(scheme, Secret("s"), "", "{}", kNow), "{}"};
  ASSERT_TRUE(verify_hook(scheme, {Secret("s")}, request, kNow));
  request.headers[0].second += ",t=1614265330";

  EXPECT_FALSE(verify_hook(scheme, {Secret("s")}, request, kNow));
}

TEST(Secrets, OneThatIsNotWrittenAsDeclaredIsNamed) {
  const HookScheme scheme = declared(HookScheme::Type::hmac_sha256,
                                     [](HookScheme& s) { s.secret_encoding = HookScheme::SecretEncoding::hex; });

  EXPECT_EQ("it is not written as secret_encoding says", secret_fault(scheme, Secret("xyz")));
  EXPECT_EQ("", secret_fault(scheme, Secret("736563726574")));
  EXPECT_FALSE(verify_hook(scheme, {Secret("xyz")}, {{}, {{"X-Sig", std::string(64, '0')}}, "{}"}, kNow));
}

class HmacRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(HmacRefusal, IsRefused) {
  const HookScheme scheme = timed_hmac();
  HookRequest request{{}, sign_hook(scheme, Secret("s"), "", "{}", kNow), "{}"};
  ASSERT_TRUE(verify_hook(scheme, {Secret("s")}, request, kNow));
  GetParam().tamper(request);

  EXPECT_FALSE(verify_hook(scheme, {Secret("s")}, request, kNow));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HmacRefusal,
    testing::Values(Refusal{"no signature", [](HookRequest& r) { r.headers.erase(r.headers.begin()); }},
                    Refusal{"no time stamp", [](HookRequest& r) { r.headers.pop_back(); }},
                    Refusal{"other time stamp", [](HookRequest& r) { set_header(r, 1, "1614265331"); }},
                    Refusal{"no prefix", [](HookRequest& r) { r.headers[0].second.erase(0, 7); }},
                    Refusal{"other prefix", [](HookRequest& r) { r.headers[0].second.replace(0, 7, "sha512="); }},
                    Refusal{"prefix only", [](HookRequest& r) { r.headers[0].second.resize(7); }},
                    Refusal{"a digit short", [](HookRequest& r) { r.headers[0].second.pop_back(); }},
                    Refusal{"a digit more", [](HookRequest& r) { r.headers[0].second += "0"; }},
                    Refusal{"no hexadecimal digit", [](HookRequest& r) { r.headers[0].second.back() = 'g'; }},
                    Refusal{"signature twice",
                            [](HookRequest& r) { r.headers.emplace_back("x-signature", r.headers[0].second); }},
                    Refusal{"other body", [](HookRequest& r) { r.body = "[]"; }}));

TEST(Hmac, EveryFlippedByteIsRefused) {
  for (const HookScheme& scheme : {timed_hmac(), base64_hmac()}) {
    const HookRequest good{{}, sign_hook(scheme, Secret("s"), "", R"({"id":17})", kNow), R"({"id":17})"};
    ASSERT_TRUE(verify_hook(scheme, {Secret("s")}, good, kNow));
    for (std::size_t i = 0; i < good.headers[0].second.size(); ++i) {
      HookRequest request = good;
      request.headers[0].second[i] = static_cast<char>(request.headers[0].second[i] ^ 1);
      EXPECT_FALSE(verify_hook(scheme, {Secret("s")}, request, kNow)) << scheme.header << ", byte " << i;
    }
    for (std::size_t i = 0; i < good.body.size(); ++i) {
      HookRequest request = good;
      request.body[i] = static_cast<char>(request.body[i] ^ 1);
      EXPECT_FALSE(verify_hook(scheme, {Secret("s")}, request, kNow)) << scheme.header << ", body byte " << i;
    }
  }
}

TEST(HeaderToken, ComparesTheWholeToken) {
  const HookScheme scheme = bearer_token();
  const auto verified = [&](const std::string& value) {
    const HookRequest request{{}, {{"authorization", value}}, "{}"};
    return verify_hook(scheme, {Secret("old"), Secret("t0ken")}, request, kNow);
  };

  EXPECT_TRUE(verified("Bearer t0ken"));
  EXPECT_TRUE(verified("Bearer old"));
  for (const char* wrong : {"Bearer t0ke", "Bearer t0ken ", "Bearer T0ken", "bearer t0ken", "t0ken", "Bearer ", ""})
    EXPECT_FALSE(verified(wrong)) << wrong;
}

TEST(PathSecret, IsTheLastSegment) {
  const HookScheme scheme = scheme_of(HookScheme::Type::path_secret);
  const auto verified = [&](std::vector<std::string> path) {
    return verify_hook(scheme, {Secret("s3cret")}, HookRequest{std::move(path), {}, ""}, kNow);
  };

  EXPECT_TRUE(verified({"s3cret"}));
  EXPECT_TRUE(verified({"contacts", "s3cret"}));
  EXPECT_FALSE(verified({"s3cret", "contacts"}));
  EXPECT_FALSE(verified({"s3cre"}));
  EXPECT_FALSE(verified({""}));
  EXPECT_FALSE(verified({}));
}

TEST(Secrets, AnEmptySecretNeverVerifies) {
  for (const HookScheme& scheme : {timed_hmac(), bearer_token(), scheme_of(HookScheme::Type::path_secret)}) {
    HookRequest request{{""}, sign_hook(scheme, Secret(""), "m", "{}", kNow), "{}"};
    EXPECT_FALSE(verify_hook(scheme, {Secret("")}, request, kNow)) << scheme.header;
    EXPECT_EQ("it is empty", secret_fault(scheme, Secret("")));
  }
}

TEST(Secrets, AMalformedStandardSecretIsNamedAndNeverVerifies) {
  const HookScheme scheme = scheme_of(HookScheme::Type::standard_webhooks);

  EXPECT_FALSE(verify_hook(scheme, {Secret("whsec_!!!")}, standard_request(), kNow));
  EXPECT_EQ("after 'whsec_' must come padded base64", secret_fault(scheme, Secret("whsec_!!!")));
  EXPECT_EQ("", secret_fault(scheme, Secret(kSecret)));
  EXPECT_THROW(sign_hook(scheme, Secret("whsec_!!!"), "m", "{}", kNow), std::invalid_argument);
}

TEST(Unverified, OnlyTheSchemeNoneAcceptsEverything) {
  EXPECT_TRUE(verify_hook(scheme_of(HookScheme::Type::none), {}, HookRequest{}, kNow));
  EXPECT_TRUE(sign_hook(scheme_of(HookScheme::Type::none), Secret("s"), "m", "{}", kNow).empty());
}

}  // namespace
}  // namespace counterpart
