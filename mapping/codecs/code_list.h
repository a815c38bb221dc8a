#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/codec.h"

namespace counterpart::codecs {

/// One code of a standard's list, and how it is spelled.
struct Code {
  std::string canonical;          ///< DE, de, EUR
  std::string printed;            ///< how this side writes it
  std::vector<std::string> read;  ///< other spellings that are read as well
};

/// A codec of such a list. Spellings are read in any case and spacing; the code itself and what this side prints are
/// read first, and another spelling only where it stands for one code. Where two codes would be printed alike, both
/// are printed as codes. `what` names one of them in messages: "country".
CodecPtr make_code_list(std::string what, const std::vector<Code>& codes);

}  // namespace counterpart::codecs
