#pragma once

#include <optional>
#include <string>

#include "connectors/rest/definition.h"

namespace counterpart::rest {

/// What a call does to the system if its answer is lost.
enum class Effect { read, write, create };

/// How the answers of one call are to be understood.
struct Manner {
  std::string purpose;  ///< "crm: read contacts"
  Effect effect = Effect::read;
  Statuses missing;               ///< statuses that are answers: there is none
  Statuses conflict;              ///< statuses of a failed precondition
  bool needs_body = true;         ///< a success without readable JSON is no success
  std::optional<SendBy> send_by;  ///< of a write
};

/// Why this is no success; nullopt where it is one, or one of `missing`. Also for one result of a
/// batch: then `body` is that result. The definition's own rules go before the defaults.
std::optional<Failure> judge(const Definition& definition, const Manner& manner, int status, const Native& body,
                             const HttpHeaders& headers, Instant now);

/// What it means that no answer came.
Failure::Kind unanswered(const Manner& manner, const HttpError& error);

/// What an answer that cannot be understood means: a write may have happened, a read did not work.
Failure incomprehensible(const Manner& manner, const std::string& what);

}  // namespace counterpart::rest
