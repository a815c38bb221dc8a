// The main() of a fuzz target in ordinary builds: hands it every file of the folders named, one after the other.
//   fuzz_TARGET CORPUS [FINDINGS]     CORPUS must hold something; FINDINGS may be missing
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "property.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, missing))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void replay(const fs::path& file) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);  // should it end the program, the last line says which
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::size_t replay_all(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) replay(file);
  return files.size();
}

}  // namespace

int main(int count, char** words) {
  try {
    std::size_t corpus = 0;
    std::size_t findings = 0;
    if (count > 1) corpus = replay_all(files_in(words[1]));
    if (count > 2) findings = replay_all(files_in(words[2]));
    std::printf("%zu of the corpus, %zu findings\n", corpus, findings);
    return corpus == 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
