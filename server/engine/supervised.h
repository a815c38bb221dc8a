#pragma once

#include <exception>
#include <functional>
#include <string>

namespace counterpart {

/// For co_spawn of what is to run as long as the daemon: where it ends by an exception, that is logged under the
/// part's name and `on_failure` called. Ending otherwise is its own affair.
std::function<void(const std::exception_ptr&)> supervised(std::string part, std::function<void()> on_failure);

/// The kind of an exception, for logs where its text may quote what a system sent.
std::string kind_of(const std::exception& error);

}  // namespace counterpart
