#include "modules.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "backend.h"
#include "ggml-backend.h"
#include "library-folder.h"

namespace foretoken {

namespace {

namespace fs = std::filesystem;

std::string utf8(const fs::path & path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

// Not the CPU's, of which ggml takes the best of several, nor RPC's, whose devices are those of workers.
std::vector<fs::path> device_modules(const std::string & folder) {
    static const std::regex name("(lib)?ggml-(?!cpu|rpc).*\\.(so|dll)");
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(std::u8string(folder.begin(), folder.end()), error), end; !error && entry != end;
         entry.increment(error)) {
        if (std::regex_match(utf8(entry->path().filename()), name)) {
            paths.push_back(entry->path());
        }
    }
    std::sort(paths.begin(), paths.end());  // CUDA's before Vulkan's, as ggml has them
    return paths;
}

std::string note(const fs::path & path, const std::string & reason) {
    return "The module " + utf8(path.filename()) + " gives no device: " + reason +
           ". Models run without it; install the driver it needs, or build without it.";
}

bool has_devices(ggml_backend_reg_t backend) {
    return backend && ggml_backend_reg_dev_count(backend) > 0;
}

// By the name that it registers: CUDA of libggml-cuda.so, whatever the case of letters.
ggml_backend_reg_t backend_of(const fs::path & module) {
    const std::string name = utf8(module.stem());
    return ggml_backend_reg_by_name(name.substr(name.find('-') + 1).c_str());
}

std::vector<std::string> load_from(const std::string & folder) {
    struct Unfit {
        fs::path module;
        std::string reason;
    };
    std::vector<Unfit> unfit;
    for (const fs::path & path : device_modules(folder)) {
        const ErrorLog log;
        if (!has_devices(ggml_backend_load(utf8(path).c_str()))) {
            unfit.push_back({path, log.text("its driver finds none that suits it")});
        }
    }
    // The others, and those once more: Windows takes the paths above for letters of its code page, not this one.
    ggml_backend_load_all_from_path(folder.c_str());
    std::vector<std::string> notes;
    for (const auto & [module, reason] : unfit) {
        if (!has_devices(backend_of(module))) {
            notes.push_back(note(module, reason));
        }
    }
    return notes;
}

}  // namespace

const std::vector<std::string> & load_modules() {
    static const std::vector<std::string> notes = load_from(library_folder());
    return notes;
}

}  // namespace foretoken
