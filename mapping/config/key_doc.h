#pragma once

#include <string>
#include <vector>

namespace counterpart::config {

/// One key's documentation, for the README's reference.
struct KeyDoc {
  std::string key;
  std::string type;          ///< what it takes, in words
  std::string default_text;  ///< "" if none is shown
  std::string doc;
  bool required = false;
  std::string way = {};            ///< from the key to the keys inside: "" (a section), "[]" (each item), ".NAME"
  std::vector<KeyDoc> inner = {};  ///< of the section that the value is, or of those that it holds
};

/// The keys of the section that a value is, or of those that it holds, and the way to them.
struct Inner {
  std::string way;
  std::vector<KeyDoc> keys;
};

}  // namespace counterpart::config
