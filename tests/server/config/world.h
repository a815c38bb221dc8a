#pragma once

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <memory>
#include <stdlib.h>
#include <string>

#include "server/config/configuration.h"

/// What the tests of the configuration share: a folder of their own, and two connectors.
namespace counterpart::test {

/// A folder that ends with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "counterpart-config-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  /// A file that only its owner may read.
  std::filesystem::path write_secret(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = write(name, text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An environment variable for as long as it is looked at.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class FakeKind : public ConnectorKind {
 public:
  FakeKind(std::string title, std::vector<SettingKey> keys) : title_(std::move(title)), keys_(std::move(keys)) {}
  std::string title() const override { return title_; }
  std::vector<SettingKey> settings() const override { return keys_; }
  std::unique_ptr<Connector> make(const SystemSettings&, const ConnectorPorts&) const override { return nullptr; }

 private:
  std::string title_;
  std::vector<SettingKey> keys_;
};

/// `demo` wants an address and a token; `plain` wants nothing.
inline NamedKinds fake_kinds() {
  const std::vector<SettingKey> demo = {{"url", "Where demo is.", true, false, ""},
                                        {"token", "The API token.", true, true, ""},
                                        {"region", "Where the data lives.", false, false, "eu"},
                                        {"tenant", "Which tenant.", false, false, ""}};
  return {{"demo", std::make_shared<FakeKind>("Demo CRM", demo)},
          {"plain", std::make_shared<FakeKind>("Plain ERP", std::vector<SettingKey>{})}};
}

inline std::shared_ptr<const ConnectorKind> find_fake(const std::string& name, const std::filesystem::path&,
                                                      const config::Place& place, config::Problems& problems) {
  for (const auto& [known, kind] : fake_kinds()) {
    if (known == name) return kind;
  }
  problems.add(place, "there is no connector '" + name + "'", "known are: demo, plain");
  return nullptr;
}

struct Reading {
  Configuration configuration;
  std::string mistakes;  ///< with the file called "c.yaml", wherever it is
};

inline Reading read_in(const Folder& folder, const std::string& yaml) {
  config::Problems problems;
  Configuration configuration = read_configuration(folder.write("c.yaml", yaml), problems, find_fake);
  std::string mistakes = problems.print();
  const std::string prefix = folder.path().string() + "/";
  for (std::size_t at = mistakes.find(prefix); at != std::string::npos; at = mistakes.find(prefix)) {
    mistakes.erase(at, prefix.size());
  }
  return {std::move(configuration), std::move(mistakes)};
}

inline Reading read(const std::string& yaml) {
  const Folder folder;
  return read_in(folder, yaml);
}

}  // namespace counterpart::test
