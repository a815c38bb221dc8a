#include "server/store/listener.h"

namespace counterpart::store {

namespace {

/// How long it may take to notice that it is to stop.
constexpr milliseconds kLook{100};
constexpr milliseconds kBeforeConnecting{1'000};

}  // namespace

Listener::Listener(ConnectionSettings connection, std::string channel, std::function<void(std::string)> heard,
                   std::function<void()> connected)
    : settings_(std::move(connection)),
      channel_(std::move(channel)),
      heard_(std::move(heard)),
      connected_(std::move(connected)),
      thread_([this] { run(); }) {}

Listener::~Listener() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

void Listener::run() {
  while (!stopping_) {
    try {
      listen();
    } catch (const Failure&) {
      // Nobody depends on it: due work is looked for all the same.
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, kBeforeConnecting, [this] { return stopping_.load(); });
  }
}

void Listener::listen() {
  Connection connection(settings_);
  connection.listen(channel_);
  connected_();
  while (!stopping_) {
    for (std::string& text : connection.heard(kLook)) heard_(std::move(text));
  }
}

}  // namespace counterpart::store
