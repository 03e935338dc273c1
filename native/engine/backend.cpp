#include "backend.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "abort-guard.h"
#include "error.h"
#include "library-folder.h"
#include "llama.h"
#include "modules.h"

namespace foretoken {

namespace {

thread_local ErrorLog * current_log = nullptr;

const char * type_name(enum ggml_backend_dev_type type) {
    switch (type) {
    case GGML_BACKEND_DEVICE_TYPE_CPU: return "cpu";
    case GGML_BACKEND_DEVICE_TYPE_GPU: return "gpu";
    case GGML_BACKEND_DEVICE_TYPE_IGPU: return "igpu";
    default: return "accelerator";
    }
}

}  // namespace

void log_line(int level, const char * line) {
    static const bool print = std::getenv("FORETOKEN_DEBUG") != nullptr;
    if (print) {
        std::fputs(line, stderr);
    }
    if (current_log && level == GGML_LOG_LEVEL_ERROR) {
        std::string_view text = line;
        while (!text.empty() && text.back() == '\n') {
            text.remove_suffix(1);
        }
        current_log->text_ += (current_log->text_.empty() ? "" : "; ") + std::string(text);
    }
}

ErrorLog::ErrorLog() : outer_(current_log) {
    current_log = this;
}

ErrorLog::~ErrorLog() {
    current_log = outer_;
}

std::string ErrorLog::text(const std::string & fallback) const {
    return text_.empty() ? fallback : text_;
}

std::shared_ptr<Backend> Backend::acquire() {
    static std::mutex mutex;
    static std::weak_ptr<Backend> shared;
    const std::lock_guard lock(mutex);
    std::shared_ptr<Backend> backend = shared.lock();
    if (!backend) {
        backend.reset(new Backend());
        shared = backend;
    }
    return backend;
}

Backend::Backend() {
    const auto log = [](ggml_log_level level, const char * line, void *) { log_line(level, line); };
    llama_log_set(log, nullptr);
    AbortGuard::install();
    load_modules();
    if (!ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU)) {
        throw Error("BACKEND_MISSING",
                    "no ggml CPU module for this processor lies beside the addon in " + library_folder());
    }
    llama_backend_init();
}

Backend::~Backend() {
    llama_backend_free();
}

DeviceInfo describe_device(ggml_backend_dev_t device) {
    DeviceInfo info{ggml_backend_dev_name(device), ggml_backend_dev_description(device),
                    type_name(ggml_backend_dev_type(device)), 0, 0};
    ggml_backend_dev_memory(device, &info.memory_free, &info.memory_total);
    return info;
}

std::vector<DeviceInfo> Backend::devices() const {
    std::vector<DeviceInfo> devices;
    for (size_t i = 0; i < ggml_backend_dev_count(); ++i) {
        devices.push_back(describe_device(ggml_backend_dev_get(i)));
    }
    return devices;
}

const std::vector<std::string> & Backend::notes() const {
    return load_modules();
}

std::string Backend::system_info() const {
    return llama_print_system_info();
}

}  // namespace foretoken
