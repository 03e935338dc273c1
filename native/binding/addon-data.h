// What belongs to one environment (the main thread or one worker): constructors and the engines that are still open.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "backend.h"

namespace foretoken {

class EngineHandle;

struct AddonData {
    Napi::FunctionReference abort_flag;
    Napi::FunctionReference model;
    Napi::FunctionReference engine;
    std::shared_ptr<Backend> backend;          // from first use until the environment ends
    std::vector<EngineHandle *> open_engines;  // oldest first
    // True from the cleanup hooks on; outlives the environment with whoever asks then.
    std::shared_ptr<bool> ending = std::make_shared<bool>(false);

    static AddonData & of(Napi::Env env) { return *env.GetInstanceData<AddonData>(); }
    Backend & require_backend() {
        if (!backend) {
            backend = Backend::acquire();
        }
        return *backend;
    }
};

}  // namespace foretoken
