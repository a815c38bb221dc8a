#pragma once

#include <optional>
#include <string>
#include <variant>

#include "connectors/connector.h"

namespace counterpart::tryton {

/// What a call gave.
struct Reply {
  Native result;
  std::optional<Instant> date;  ///< the server's clock
};

/// Why it gave nothing.
struct Refusal {
  Failure failure;
  bool rolled_back = false;  ///< Tryton itself said so: nothing was changed, and one item of many may be the cause
};
using Replied = std::variant<Reply, Refusal>;

/// How an answer is to be understood.
struct Manner {
  std::string purpose;  ///< "erp: read party"
  bool writes = false;
  std::optional<SendBy> send_by;  ///< of a write
};

/// What an HTTP response means. Tryton's own errors come with status 200.
Replied judge(const Manner& manner, const HttpResponse& response, Instant now);

/// What it means that no answer came.
Refusal unanswered(const Manner& manner, const HttpError& error);
Refusal unanswered(const Manner& manner, const SystemDown& down);

/// An answer of another shape than asked for: a write may have happened, a read did not work.
Refusal incomprehensible(const Manner& manner, const std::string& what);

}  // namespace counterpart::tryton
