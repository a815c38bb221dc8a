#include "server/daemon/notify.h"

#include <systemd/sd-daemon.h>

namespace counterpart {
namespace {

void tell(const std::string& lines) {
  sd_notify(0, lines.c_str());
}

}  // namespace

void notify_ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void notify_stopping(const std::string& status) {
  tell("STOPPING=1\nSTATUS=" + status);
}

void notify_alive() {
  tell("WATCHDOG=1");
}

std::chrono::microseconds alive_every() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return {};
  return std::chrono::microseconds(microseconds / 2);
}

}  // namespace counterpart
