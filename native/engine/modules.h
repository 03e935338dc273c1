// ggml's modules beside the addon: one for the CPU, others for devices that this machine may have or not.
#pragma once

#include <string>
#include <vector>

namespace foretoken {

// Loads all that can be, once in a process: ggml cannot unload them safely. Any thread.
// Returns a note for each module that is there but gives no device: what is wrong with it, say, a driver that is
// missing.
const std::vector<std::string> & load_modules();

}  // namespace foretoken
