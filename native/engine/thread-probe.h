#pragma once

#include <cstddef>

namespace foretoken {

// Whether so many more threads can run at once: starts them and lets them end. Where a thread cannot be started (a
// limit of processes, memory) ggml aborts the process and AMX's repacking terminates it, so both are asked for first.
bool can_start_threads(size_t count);

}  // namespace foretoken
