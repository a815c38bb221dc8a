#include "server/store/listener.h"

namespace counterpart::store {

namespace {

/// How long it may take to notice that it is to stop.
constexpr milliseconds kLook{100};
constexpr int kLooksBeforeConnecting = 10;

}  // namespace

Listener::Listener(ConnectionSettings connection, std::string channel, std::function<void(std::string)> heard,
                   std::function<void()> connected)
    : settings_(std::move(connection)),
      channel_(std::move(channel)),
      heard_(std::move(heard)),
      connected_(std::move(connected)),
      thread_([this] { run(); }) {}

Listener::~Listener() {
  stopping_ = true;
  thread_.join();
}

void Listener::run() {
  while (!stopping_) {
    try {
      listen();
    } catch (const Failure&) {
      // Nobody depends on it: due work is looked for all the same.
    }
    for (int i = 0; i < kLooksBeforeConnecting && !stopping_; ++i) std::this_thread::sleep_for(kLook);
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
