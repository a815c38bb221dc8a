#pragma once

#include <chrono>
#include <string>

namespace counterpart {

/// Tells systemd (Type=notify) that the daemon is ready, with a line for `systemctl status`; nothing without
/// systemd, as all of these.
void notify_ready(const std::string& status);
/// That it takes up another configuration; notify_ready() says that it has.
void notify_reloading();
/// That it stops.
void notify_stopping(const std::string& status);
/// That it is alive (WatchdogSec=).
void notify_alive();

/// How often systemd wants to hear notify_alive(), half of WatchdogSec=; zero: never.
std::chrono::microseconds alive_every();

}  // namespace counterpart
