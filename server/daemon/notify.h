#pragma once

namespace counterpart {

/// Tells systemd (Type=notify) that the daemon is ready, or stops; nothing without systemd.
void notify_ready();
void notify_stopping();

}  // namespace counterpart
