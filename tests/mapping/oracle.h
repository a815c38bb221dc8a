#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace counterpart::testing {

/// What a program of others says to so many lines, one answer each. `script`: a Python script below the source, called
/// with the file of questions and that of answers; it ends with 3 where its library is missing (`package`). Throws.
inline std::vector<std::string> ask_oracle(std::string_view script, std::string_view package,
                                           const std::vector<std::string>& questions) {
  namespace fs = std::filesystem;
  constexpr int kExitWithoutLibrary = 3;
  const fs::path folder =
      fs::temp_directory_path() / (fs::path(script).stem().string() + "." + std::to_string(::getpid()));
  fs::create_directories(folder);
  {
    std::ofstream out(folder / "questions");
    for (const std::string& question : questions) out << question << '\n';
  }
  const std::string command = "/usr/bin/python3 '" COUNTERPART_SOURCE_DIR "/" + std::string(script) + "' '" +
                              (folder / "questions").string() + "' '" + (folder / "answers").string() + "'";
  const int status = std::system(command.c_str());
  std::vector<std::string> answers;
  {
    std::ifstream in(folder / "answers");
    for (std::string line; std::getline(in, line);) answers.push_back(line);
  }
  fs::remove_all(folder);
  const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (exit_code == kExitWithoutLibrary) throw std::runtime_error("apt-get install " + std::string(package));
  if (exit_code != 0 || answers.size() != questions.size()) {
    throw std::runtime_error("the oracle " + std::string(script) + " failed, see above");
  }
  return answers;
}

}  // namespace counterpart::testing
