#include "server/daemon/notify.h"

#include <ctime>
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

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto time = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time);
  tell("RELOADING=1\nSTATUS=taking up another configuration\nMONOTONIC_USEC=" + std::to_string(microseconds.count()));
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
