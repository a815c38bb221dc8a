#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace counterpart {

/// What is wrong with a system as a whole, not with single records: said once, when it begins, and its alert is
/// resolved when it is over. Of the io thread. What went before the start is not known.
class Troubles {
 public:
  /// True if it was not known to last already.
  bool begins(const std::string& what) {
    bool& lasts = lasting_[what];
    const bool news = !lasts;
    lasts = true;
    return news;
  }
  bool lasts(const std::string& what) const { return lasting_.contains(what) && lasting_.at(what); }
  /// True if it lasts, or nothing has been heard of it since the start: an alert may be open.
  bool may_last(const std::string& what) const {
    const auto found = lasting_.find(what);
    return found == lasting_.end() || found->second;
  }
  void ends(const std::string& what) { lasting_[what] = false; }

  /// The system refuses our user: no further calls for a while, longer with each time in a row. Refusals within
  /// that while count as one.
  void refuse(std::chrono::microseconds now, std::chrono::microseconds first, std::chrono::microseconds most) {
    if (now < refused_until_) return;
    pause_ = pause_.count() == 0 ? first : std::min(pause_ * 2, most);
    refused_until_ = now + pause_;
  }
  void let_in() { pause_ = std::chrono::microseconds(0); }
  /// How long it is not to be called yet; not positive: it may be.
  std::chrono::microseconds closed_for(std::chrono::microseconds now) const { return refused_until_ - now; }

 private:
  std::map<std::string, bool> lasting_;
  std::chrono::microseconds pause_{0};
  std::chrono::microseconds refused_until_{std::chrono::microseconds::min() / 4};
};

}  // namespace counterpart
