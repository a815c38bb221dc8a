#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/simulation/agenda.h"
#include "server/simulation/machine.h"
#include "server/simulation/traits.h"

namespace counterpart::simulation {

/// Webhooks on their way from systems to daemons: late, twice, in another order, or not at all.
class Post {
 public:
  using Machines = std::vector<std::unique_ptr<Machine>>;

  Post(Agenda& agenda, std::uint64_t seed, Machines& machines, std::function<void(const std::string&)> note)
      : agenda_(agenda), seed_(seed), machines_(machines), note_(std::move(note)) {}

  /// An event goes out.
  void take(const std::string& system, const Traits& traits, const Native& event);

  /// What is on its way still comes, but nothing gets lost any more.
  void be_kind() { kind_ = true; }

  /// The last ones once more.
  void replay();

  /// Webhooks that may still come.
  int under_way() const { return under_way_; }

 private:
  struct Letter {
    std::string system;
    std::string id;
    std::string body;
    bool tries_again = false;
    int tries = 0;
    std::uint64_t number = 0;
  };

  void send(std::shared_ptr<Letter> letter, microseconds delay);
  void hand_over(const std::shared_ptr<Letter>& letter);
  void not_accepted(const std::shared_ptr<Letter>& letter);

  Agenda& agenda_;
  std::uint64_t seed_;
  Machines& machines_;
  std::function<void(const std::string&)> note_;
  std::vector<Letter> sent_;
  std::uint64_t events_ = 0;
  int under_way_ = 0;
  bool kind_ = false;
};

}  // namespace counterpart::simulation
