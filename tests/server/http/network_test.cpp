#include "server/http/door/network.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "server/http/door/forwarded.h"

namespace counterpart::http {
namespace {

IpAddress address(const std::string& text) {
  return read_address(text).value();
}

TEST(Networks, HoldWhatBeginsAlike) {
  struct Case {
    const char* network;
    const char* address;
    bool holds;
  };
  const std::vector<Case> cases = {{"10.0.0.0/8", "10.255.1.2", true},
                                   {"10.0.0.0/8", "11.0.0.0", false},
                                   {"192.0.2.128/25", "192.0.2.128", true},
                                   {"192.0.2.128/25", "192.0.2.127", false},
                                   {"192.0.2.7", "192.0.2.7", true},
                                   {"192.0.2.7", "192.0.2.6", false},
                                   {"192.0.2.7/32", "192.0.2.7", true},
                                   {"0.0.0.0/0", "203.0.113.9", true},
                                   {"0.0.0.0/0", "2001:db8::1", false},
                                   {"::/0", "2001:db8::1", true},
                                   {"2001:db8::/32", "2001:db8:f::1", true},
                                   {"2001:db8::/32", "2001:db9::", false},
                                   {"2001:db8::/33", "2001:db8:8000::", false},
                                   {"10.0.0.0/8", "::ffff:10.1.2.3", true},
                                   {"::ffff:10.0.0.0/104", "10.1.2.3", true}};
  for (const Case& test : cases) {
    EXPECT_EQ(read_network(test.network).value().holds(address(test.address)), test.holds)
        << test.network << " " << test.address;
  }
}

TEST(Networks, ThatSayNothingClearAreNone) {
  for (const std::string text :
       {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "10.0.0.1/8",
        "2001:db8::1/32", "2001:db8::/129", "localhost", "10.0.0.0/8/8", "fe80::1%eth0", " 10.0.0.1", "[::1]"}) {
    EXPECT_FALSE(read_network(text).has_value()) << text;
  }
  EXPECT_FALSE(read_address(std::string("10.0.0.1\0x", 10)).has_value());
}

TEST(Networks, AddressesArePrintedAsTheyAreWritten) {
  for (const std::string text : {"192.0.2.1", "2001:db8::1", "::1"}) EXPECT_EQ(print_address(address(text)), text);
  EXPECT_EQ(print_address(address("::ffff:192.0.2.1")), "192.0.2.1");
}

TEST(AddressCounts, CountEachIpv4AddressAndEachIpv6Customer) {
  AddressCounts counts(1);

  EXPECT_TRUE(counts.take(address("192.0.2.1")));
  EXPECT_FALSE(counts.take(address("::ffff:192.0.2.1")));
  EXPECT_TRUE(counts.take(address("192.0.2.2")));
  EXPECT_TRUE(counts.take(address("2001:db8:0:1::1")));
  EXPECT_FALSE(counts.take(address("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(counts.take(address("2001:db8:0:2::1")));

  counts.release(address("2001:db8:0:1::9"));
  EXPECT_TRUE(counts.take(address("2001:db8:0:1::3")));
}

struct Hops {
  HttpHeaders headers;
  const char* client;  ///< "": none; "malformed"
};

TEST(ForwardedFor, IsTheLastThatIsNoProxy) {
  const std::vector<Network> proxies = {read_network("10.0.0.0/8").value()};
  const std::string name = "X-Forwarded-For";
  const std::vector<Hops> cases = {
      {{}, ""},
      {{{"Forwarded", "for=192.0.2.1"}}, ""},
      {{{name, "192.0.2.1"}}, "192.0.2.1"},
      {{{"x-forwarded-FOR", "2001:db8::1"}}, "2001:db8::1"},
      {{{name, "192.0.2.1, 198.51.100.2"}}, "198.51.100.2"},
      {{{name, "192.0.2.1 ,\t10.0.0.2, 10.0.0.3"}}, "192.0.2.1"},
      {{{name, "192.0.2.1"}, {"Host", "a"}, {name, "10.0.0.2"}}, "192.0.2.1"},
      {{{name, "10.0.0.1, 10.0.0.2"}}, "10.0.0.1"},
      {{{name, "192.0.2.1:4711"}}, "192.0.2.1"},
      {{{name, "[2001:db8::1]"}}, "2001:db8::1"},
      {{{name, "[2001:db8::1]:4711"}}, "2001:db8::1"},
      {{{name, "<script>, 192.0.2.1, 10.0.0.2"}}, "192.0.2.1"},  // what the client wrote itself is not looked at
      {{{name, ""}}, "malformed"},
      {{{name, "unknown"}}, "malformed"},
      {{{name, "192.0.2.1,"}}, "malformed"},
      {{{name, "192.0.2.1, , 10.0.0.2"}}, "malformed"},
      {{{name, "192.0.2.1"}, {name, ""}}, "malformed"},
      {{{name, "192.0.2.1:"}}, "malformed"},
      {{{name, "192.0.2.1:x"}}, "malformed"},
      {{{name, "[2001:db8::1"}}, "malformed"},
      {{{name, "[2001:db8::1]4711"}}, "malformed"},
      {{{name, "[192.0.2.1]"}}, "malformed"},
      {{{name, "nonsense, 10.0.0.2"}}, "malformed"}};
  for (const Hops& test : cases) {
    const Forwarded found = forwarded_client(test.headers, proxies);
    const std::string client = found.malformed ? "malformed" : found.client ? print_address(*found.client) : "";
    EXPECT_EQ(client, test.client) << (test.headers.empty() ? "" : test.headers.front().second);
  }
}

}  // namespace
}  // namespace counterpart::http
