#pragma once

#include <functional>
#include <string>

#include "mapping/values/value.h"

namespace counterpart::store {

class Lane;

/// Runs the jobs of lanes that have no thread of their own, in an order and at times of its making, on the io thread:
/// so that a whole history of several daemons can be repeated. The simulation has one; daemons have none.
class LaneHost {
 public:
  virtual ~LaneHost() = default;

  /// A job waits on that lane: call its step() once for it, later. The lane may have ended by then (lane_ended()).
  virtual void job_waits(Lane& lane) = 0;

  /// It is not to be stepped any more.
  virtual void lane_ended(Lane& lane) = 0;

  /// What the database takes for the time (counterpart.now).
  virtual Instant database_time() const = 0;

  /// Words have been announced, as NOTIFY would tell them.
  virtual void announced(const std::string& words) = 0;

  /// `hear` is to be called with what is announced, and with "" after what may have been missed.
  virtual void listen(std::function<void(std::string)> hear) = 0;
};

}  // namespace counterpart::store
