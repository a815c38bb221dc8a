#pragma once

#include <string>
#include <string_view>

namespace counterpart::codecs {

/// A domain in A-labels by IDNA2008 (UTS #46, non-transitional), as DNS has it; "" where it is no domain. Throws
/// std::runtime_error where ICU has no data for it.
std::string domain_in_ascii(std::string_view domain);

}  // namespace counterpart::codecs
