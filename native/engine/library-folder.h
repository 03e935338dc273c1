#pragma once

#include <string>

namespace foretoken {

// The folder of the shared library this code is linked into, where ggml's backend modules lie. UTF-8.
// The only platform-dependent code of ours.
std::string library_folder();

}  // namespace foretoken
