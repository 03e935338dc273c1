// ggml's process-wide state: backend modules, devices, log. Reference counted by whoever uses a model; modules stay
// loaded once they are, since ggml cannot unload them safely.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "ggml-backend.h"

namespace foretoken {

struct DeviceInfo {
    std::string name;
    std::string description;
    std::string type;  // "cpu", "gpu", "igpu", "accelerator"
    size_t memory_total;
    size_t memory_free;
};

DeviceInfo describe_device(ggml_backend_dev_t device);

class Backend {
public:
    // Any thread. Throws Error BACKEND_MISSING when no CPU module lies beside the addon.
    static std::shared_ptr<Backend> acquire();
    ~Backend();
    Backend(const Backend &) = delete;
    Backend & operator=(const Backend &) = delete;

    std::vector<DeviceInfo> devices() const;
    // One for each module beside the addon that gives no device, and why.
    const std::vector<std::string> & notes() const;
    // The features the loaded CPU module was built for and found, e.g. "CPU : AVX512 = 1 | …".
    std::string system_info() const;

private:
    Backend();
};

// Collects the errors that llama.cpp logs on this thread while it lives. llama.cpp reports reasons only there.
class ErrorLog {
public:
    ErrorLog();
    ~ErrorLog();
    ErrorLog(const ErrorLog &) = delete;
    ErrorLog & operator=(const ErrorLog &) = delete;

    // Lines joined by "; ", or the fallback when nothing was logged.
    std::string text(const std::string & fallback) const;

private:
    friend void log_line(int level, const char * line);
    std::string text_;
    ErrorLog * outer_;
};

}  // namespace foretoken
