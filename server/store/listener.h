#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/store/session.h"

namespace counterpart::store {

/// What other daemons announce. One thread, one connection, which is made again when it is lost.
class Listener {
 public:
  /// Both are called on the listener's thread: `heard` with each announcement, `connected` after each LISTEN, for
  /// what was announced meanwhile has been missed.
  Listener(ConnectionSettings connection, std::string channel, std::function<void(std::string)> heard,
           std::function<void()> connected);
  ~Listener();
  Listener(const Listener&) = delete;

 private:
  void run();
  void listen();

  ConnectionSettings settings_;
  std::string channel_;
  std::function<void(std::string)> heard_;
  std::function<void()> connected_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace counterpart::store
