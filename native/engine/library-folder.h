#pragma once

#include <string>

namespace foretoken {

// The folder of ggml's library, where its backend modules lie. UTF-8.
// The only platform-dependent code of the native layers; test/unit/portability.test.ts keeps it so.
std::string library_folder();

// Keeps the library this code is linked into and those it is linked to until the process ends. Node unloads an addon
// with the last environment that uses it, but ggml leaves a terminate handler behind, which would point nowhere, and
// aborts when it is loaded again.
void keep_library();

}  // namespace foretoken
