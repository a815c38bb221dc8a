#include "server/daemon/descriptors.h"

#include <sys/resource.h>

#include "server/observe/log.h"

namespace counterpart {

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  const bool raised = setrlimit(RLIMIT_NOFILE, &limit) == 0;
  log::debug(raised ? "limit of descriptors raised" : "limit of descriptors cannot be raised",
             {{"from", before}, {"to", limit.rlim_max}});
}

}  // namespace counterpart
