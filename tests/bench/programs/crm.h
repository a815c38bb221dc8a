#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sandbox/sandbox.h"
#include "mapping/values/native.h"

namespace counterpart::bench {

/// One of the two sandbox CRMs, with a person in the same process who costs no HTTP: CRM A's contacts ("a": batch
/// calls) or CRM B's persons ("b": one record a call).
class Crm {
 public:
  Crm(char kind, sandbox::SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks);

  sandbox::SandboxCrm& host() { return *crm_; }
  const std::string& prefix() const { return prefix_; }

  /// Makes one record for each number, whose e-mail address both CRMs spell alike, without telling anybody.
  void fill(std::size_t count);
  /// Writes the text into the field that is meant for remarks; gives the record's id.
  const std::string& edit(std::size_t number, const std::string& remark);

  std::size_t size() const { return ids_.size(); }

 private:
  Native call(std::string method, std::string path, Native body);
  Native record_of(std::size_t number) const;

  char kind_;
  std::string prefix_;
  std::string key_;
  std::unique_ptr<sandbox::SandboxCrm> crm_;
  std::vector<std::string> ids_;
};

}  // namespace counterpart::bench
