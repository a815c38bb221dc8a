#pragma once

namespace counterpart::simulation {

/// From now on SIGINT and SIGTERM end nothing: they are only noted, so that what has been begun is cleaned up.
void note_interruptions();

/// Whether one has come since.
bool is_interrupted();

}  // namespace counterpart::simulation
