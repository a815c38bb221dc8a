#include "server/config/interpolation.h"

#include <gmock/gmock.h>

#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using test::Folder;
using test::Variable;

TEST(Interpolation, TakesTheEnvironment) {
  const Variable variable("COUNTERPART_TEST", "from outside");
  const auto look_up = interpolate_in("/");

  EXPECT_EQ(look_up("env", "COUNTERPART_TEST"), "from outside");
  EXPECT_EQ(look_up("env", "COUNTERPART_TEST_NOT_SET"), std::nullopt);
}

TEST(Interpolation, TakesFilesBesideTheConfigurationWithoutOneNewline) {
  const Folder folder;
  folder.write_secret("keys/plain", "secret");
  folder.write_secret("keys/newline", "secret\n");
  folder.write_secret("keys/windows", "secret\r\n");
  folder.write_secret("keys/two", "secret\n\n");
  const auto look_up = interpolate_in(folder.path());

  EXPECT_EQ(look_up("file", "keys/plain"), "secret");
  EXPECT_EQ(look_up("file", "keys/newline"), "secret");
  EXPECT_EQ(look_up("file", "keys/windows"), "secret");
  EXPECT_EQ(look_up("file", "keys/two"), "secret\n");
  EXPECT_EQ(look_up("file", (folder.path() / "keys/plain").string()), "secret");
  EXPECT_EQ(look_up("file", "keys/none"), std::nullopt);
  EXPECT_EQ(look_up("file", "keys"), std::nullopt) << "a folder is no secret";
}

TEST(Interpolation, LooksAmongSystemdsCredentialsFirst) {
  const Folder beside, credentials;
  beside.write_secret("both", "beside");
  beside.write_secret("only-beside", "beside");
  credentials.write("both", "credential\n");
  const Variable variable("CREDENTIALS_DIRECTORY", credentials.path().string());
  const auto look_up = interpolate_in(beside.path());

  EXPECT_EQ(look_up("file", "both"), "credential");
  EXPECT_EQ(look_up("file", "only-beside"), "beside");
  EXPECT_EQ(look_up("file", (beside.path() / "both").string()), "beside");
}

TEST(Interpolation, RefusesFilesThatAreTooLargeForASecret) {
  const Folder folder;
  folder.write("large", std::string(64UL * 1024 + 1, 'x'));

  EXPECT_EQ(interpolate_in(folder.path())("file", "large"), std::nullopt);
}

TEST(Interpolation, RefusesSecretsThatOthersMayRead) {
  using std::filesystem::perms;
  const Folder folder;
  const auto path = folder.write_secret("token", "s3cret\n");
  for (const perms extra : {perms::group_read, perms::others_read, perms::group_write, perms::others_exec}) {
    std::filesystem::permissions(path, perms::owner_read | extra);
    const auto reading =
        test::read_in(folder, "systems: { s: { connector: demo, url: http://a, token: '${file:token}' } }\nsyncs: {}");

    EXPECT_THAT(reading.mistakes, ::testing::StartsWith("c.yaml:1:57: the file '")) << static_cast<unsigned>(extra);
    EXPECT_THAT(reading.mistakes,
                ::testing::HasSubstr("may be read or changed by others than its owner; chmod 600 it"));
    EXPECT_THAT(reading.mistakes, ::testing::Not(::testing::HasSubstr("s3cret")));
  }
}

TEST(Interpolation, ReachesTheSystemsSecrets) {
  const Folder folder;
  folder.write_secret("token", "s3cret\n");

  const auto reading =
      test::read_in(folder, "systems: { s: { connector: demo, url: http://a, token: '${file:token}' } }\nsyncs: {}");

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.configuration.system("s")->settings.secret.at("token").reveal(), "s3cret");
}

}  // namespace
}  // namespace counterpart
