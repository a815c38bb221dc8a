#include "server/engine/supervised.h"

#include <boost/core/demangle.hpp>
#include <typeinfo>

#include "server/observe/log.h"

namespace counterpart {
namespace {

void tell(const std::string& part, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log::error("a part of the daemon failed", {{"part", part}, {"error", kind_of(error)}, {"why", error.what()}});
  } catch (...) {
    log::error("a part of the daemon failed", {{"part", part}, {"error", "unknown"}});
  }
}

}  // namespace

std::function<void(const std::exception_ptr&)> supervised(std::string part, std::function<void()> on_failure) {
  return [part = std::move(part), on_failure = std::move(on_failure)](const std::exception_ptr& failure) {
    if (!failure) return;
    tell(part, failure);
    on_failure();
  };
}

std::string kind_of(const std::exception& error) {
  return boost::core::demangle(typeid(error).name());
}

}  // namespace counterpart
