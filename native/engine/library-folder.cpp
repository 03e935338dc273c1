#include "library-folder.h"

#include <filesystem>

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
HMODULE library(DWORD flag) {
    HMODULE module = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flag, reinterpret_cast<LPCWSTR>(&anchor), &module);
    return module;
}
#else
const char * library_path() {
    Dl_info info{};
    dladdr(&anchor, &info);
    return info.dli_fname;
}
#endif

}  // namespace

std::string library_folder() {
#ifdef _WIN32
    wchar_t path[32768];
    GetModuleFileNameW(library(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT), path, 32768);
    const std::u8string folder = std::filesystem::path(path).parent_path().u8string();
    return {folder.begin(), folder.end()};
#else
    return std::filesystem::path(library_path()).parent_path().string();
#endif
}

void keep_library() {
#ifdef _WIN32
    library(GET_MODULE_HANDLE_EX_FLAG_PIN);
#else
    dlopen(library_path(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

}  // namespace foretoken
