#include "library-folder.h"

#include <filesystem>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace foretoken {

std::string library_folder() {
    static const int anchor = 0;
#ifdef _WIN32
    HMODULE module = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       reinterpret_cast<LPCWSTR>(&anchor), &module);
    wchar_t path[32768];
    GetModuleFileNameW(module, path, 32768);
    const std::u8string folder = std::filesystem::path(path).parent_path().u8string();
    return {folder.begin(), folder.end()};
#else
    Dl_info info{};
    dladdr(&anchor, &info);
    return std::filesystem::path(info.dli_fname).parent_path().string();
#endif
}

}  // namespace foretoken
