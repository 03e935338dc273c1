#include "library-folder.h"

#include <filesystem>

#include "ggml-backend.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace foretoken {

namespace {

// An address of this library.
const int anchor = 0;

#ifdef _WIN32
HMODULE library(DWORD flag, const void * address) {
    HMODULE module = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flag, static_cast<LPCWSTR>(address), &module);
    return module;
}
#else
const char * library_path(const void * address) {
    Dl_info info{};
    dladdr(address, &info);
    return info.dli_fname;
}
#endif

const void * ggml_address() {
    return reinterpret_cast<const void *>(&ggml_backend_load_all_from_path);
}

}  // namespace

std::string library_folder() {
#ifdef _WIN32
    wchar_t path[32768];
    GetModuleFileNameW(library(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, ggml_address()), path, 32768);
    const std::u8string folder = std::filesystem::path(path).parent_path().u8string();
    return {folder.begin(), folder.end()};
#else
    return std::filesystem::path(library_path(ggml_address())).parent_path().string();
#endif
}

void keep_library() {
#ifdef _WIN32
    library(GET_MODULE_HANDLE_EX_FLAG_PIN, &anchor);
#else
    dlopen(library_path(&anchor), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

}  // namespace foretoken
