#pragma once

namespace counterpart {

/// Lets this process have as many descriptors as its hard limit says: each connection takes one, and the soft limit
/// is 1024 on many machines. Where it cannot be raised, it stays as it is; either is logged.
void raise_descriptor_limit();

}  // namespace counterpart
