#pragma once

#include <atomic>
#include <memory>

#include "handle.h"

namespace foretoken {

// A flag that JS sets and native threads poll.
class AbortFlag final : public Handle<AbortFlag> {
public:
    static constexpr napi_type_tag kTag = {0x6e1f6b0f5a3c4d21, 0x9a7c2f64d1b80e35};
    static constexpr const char * kName = "AbortFlag";

    static Napi::Function define(Napi::Env env) {
        return DefineClass(env, kName, {InstanceMethod<&AbortFlag::abort>("abort")});
    }

    using Handle::Handle;

    std::shared_ptr<const std::atomic<bool>> flag() const { return flag_; }

private:
    void abort(const Napi::CallbackInfo &) { flag_->store(true); }

    std::shared_ptr<std::atomic<bool>> flag_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace foretoken
