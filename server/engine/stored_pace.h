#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>

#include "server/http/client/shared_pace.h"
#include "server/store/store.h"

namespace counterpart {

/// A system's pace as it stands in the database that all daemons share. While the database is away nobody can tell
/// it, and no requests are sent: without the database nothing can be worked either.
class StoredPace : public http::SharedPace {
 public:
  StoredPace(boost::asio::any_io_executor executor, store::Store& store, store::PaceTerms terms);

  boost::asio::awaitable<std::optional<PaceGrant>> ask(int wanted) override;
  void paused(microseconds how_long) override;
  void opened(microseconds how_long, microseconds wait) override;
  void closed() override;

 private:
  void tell(boost::asio::awaitable<void> news);

  boost::asio::any_io_executor executor_;
  store::Store& store_;
  store::PaceTerms terms_;
};

}  // namespace counterpart
