#include "server/http/tls/renewed_context.h"

#include <exception>
#include <sys/stat.h>
#include <utility>

#include "server/observe/log.h"

namespace counterpart::http {

namespace asio = boost::asio;

RenewedContext::RenewedContext(std::vector<std::string> files, Make make, std::chrono::milliseconds look_every)
    : files_(std::move(files)),
      make_(std::move(make)),
      look_every_(look_every),
      read_(stamps()),
      context_(std::make_shared<asio::ssl::context>(make_())),
      looked_(Timer::now()) {}

std::shared_ptr<asio::ssl::context> RenewedContext::at(Timer::time_point now) {
  if (now - looked_ >= look_every_) {
    looked_ = now;
    reload();
  }
  return context_;
}

void RenewedContext::reload() {
  // Taken before reading: a change meanwhile shows at the next look.
  std::vector<Stamp> now = stamps();
  if (now == read_) return;
  read_ = std::move(now);
  try {
    context_ = std::make_shared<asio::ssl::context>(make_());
    log::info("certificate read again", {{"file", files_.front()}});
  } catch (const std::exception& error) {
    log::error("certificate not read again; the old one stays in use", {{"why", error.what()}});
  }
}

bool RenewedContext::Stamp::operator==(const Stamp& other) const {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

/// All zero for a file that is not there. The change time also shows a chmod that makes a key usable.
RenewedContext::Stamp RenewedContext::stamp_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_ctim, status.st_size};
}

std::vector<RenewedContext::Stamp> RenewedContext::stamps() const {
  std::vector<Stamp> found;
  found.reserve(files_.size());
  for (const std::string& file : files_) found.push_back(stamp_of(file));
  return found;
}

}  // namespace counterpart::http
