// Tells Node of the native memory behind a JS handle, so that handles that were forgotten get collected. JS thread.
//
// Node collects at once, at every such call, while it has been told of more than half of its own heap's limit: with a
// model's true size that would be each handle's whole life. So a handle tells of a bounded amount: a few forgotten ones
// are felt, and an open one disturbs nobody.
#pragma once

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "addon-data.h"

namespace foretoken {

class ExternalMemory {
public:
    static constexpr uint64_t kMostPerHandle = 64U << 20U;

    ExternalMemory(Napi::Env env, uint64_t bytes)
        : env_(env), ending_(AddonData::of(env).ending), bytes_(static_cast<int64_t>(std::min(bytes, kMostPerHandle))) {
        adjust(bytes_);
    }
    // Handles that live to the end of their environment say nothing: a collection that began then would leave
    // finalizers behind for an environment that is gone (Node 20 crashes in DrainFinalizerQueue).
    ~ExternalMemory() {
        if (!*ending_) {
            release();
        }
    }
    ExternalMemory(const ExternalMemory &) = delete;
    ExternalMemory & operator=(const ExternalMemory &) = delete;

    // The memory is gone, or no longer the handle's. Idempotent.
    void release() {
        if (const int64_t bytes = std::exchange(bytes_, 0); bytes > 0) {
            adjust(-bytes);
        }
    }

private:
    // Not node-addon-api's function, which throws: handles also end in destructors.
    void adjust(int64_t change) {
        int64_t total = 0;
        napi_adjust_external_memory(env_, change, &total);
    }

    Napi::Env env_;
    std::shared_ptr<const bool> ending_;
    int64_t bytes_;
};

}  // namespace foretoken
