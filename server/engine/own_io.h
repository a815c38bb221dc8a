#pragma once

#include <boost/asio/io_context.hpp>

namespace counterpart {

/// An io_context whose unfinished coroutines can be ended while what they refer to is still there: else they go with
/// the io_context itself, which outlives all that was made with it.
class OwnIo : public boost::asio::io_context {
 public:
  using boost::asio::io_context::io_context;

  /// Destroys them. Nothing runs here any more.
  void end() { shutdown(); }
};

}  // namespace counterpart
