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

// What a status means where the definition does not say otherwise:
//   401, 403          credentials: for a person
//   404, 410          not_found; of a create rejected, for there is no record that could be missing
//   412 (`conflict`)  conflict, of an update or delete
//   425, 429          retry: the system says that it did nothing
//   408, 3xx          in_doubt of a write. A 303 is how some systems say "done, look there", and proxies answer 408
//                     for a server that was just slow: neither says that nothing happened, and a create sent again
//                     would be a second record. So the doubt is settled by reading first. A read that is led
//                     elsewhere is system_down (the address is wrong), one that timed out retry
//   500 and others    retry; of a create in_doubt, for a system may fail after its commit; unless with Retry-After
//   502, 504          in_doubt of a write: somebody between us did not see the end of it; 503 only without Retry-After
//   other 4xx         rejected: for a person

/// Why this is no success; nullopt where it is one, or one of `missing`. Also for one result of a
/// batch: then `body` is that result. The definition's own rules go before the defaults.
std::optional<Failure> judge(const Definition& definition, const Manner& manner, int status, const Native& body,
                             const HttpHeaders& headers, Instant now);

/// Whether the system said no to what was asked, having done nothing: one item of many may be the cause.
bool is_refusal(const Failure& failure);

/// What it means that no answer came.
Failure::Kind unanswered(const Manner& manner, const HttpError& error);

/// What an answer that cannot be understood means: a write may have happened, a read did not work.
Failure incomprehensible(const Manner& manner, const std::string& what);

}  // namespace counterpart::rest
