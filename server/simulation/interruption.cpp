#include "server/simulation/interruption.h"

#include <csignal>

namespace counterpart::simulation {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interruption(int /*signal*/) {
  interrupted = 1;
}

}  // namespace

void note_interruptions() {
  std::signal(SIGINT, note_interruption);
  std::signal(SIGTERM, note_interruption);
}

bool is_interrupted() {
  return interrupted != 0;
}

}  // namespace counterpart::simulation
