#pragma once

#include <memory>

#include "engine.h"
#include "external-memory.h"
#include "handle.h"
#include "stream-hub.h"

namespace foretoken {

// JS handle of an Engine: Open → Closing → Closed.
//
// close() stops the decode thread on a pool thread and then lets go of the streams on the JS thread. An engine that is
// still open when its environment ends is closed by a cleanup hook, newest first, and by process.exit() through the
// addon's exit listener.
class EngineHandle final : public Handle<EngineHandle> {
public:
    static constexpr napi_type_tag kTag = {0x71d30c5be2984f6f, 0xb40e9d27f35a8c18};
    static constexpr const char * kName = "Engine";

    static Napi::Function define(Napi::Env env);
    // createEngine(options) of the addon; returns a promise.
    static Napi::Value create(const Napi::CallbackInfo & info);
    // estimateMemory(options) of the addon; returns a promise.
    static Napi::Value estimate(const Napi::CallbackInfo & info);

    explicit EngineHandle(const Napi::CallbackInfo & info);
    ~EngineHandle() override;

    // JS thread, in the exit listener: blocks until the decode thread has ended and delivers the last batches.
    void close_now();

private:
    // The cleanup hook: like close_now(), but what the environment frees is left to it.
    void tear_down();
    Napi::Value generate(const Napi::CallbackInfo & info);
    Napi::Value steer(const Napi::CallbackInfo & info);
    Napi::Value measure(const Napi::CallbackInfo & info);
    Napi::Value profile(const Napi::CallbackInfo & info);
    Napi::Value save(const Napi::CallbackInfo & info);
    Napi::Value restore(const Napi::CallbackInfo & info);
    Napi::Value close(const Napi::CallbackInfo & info);
    // The decode thread has ended: releases the streams, once.
    void finish_closing();
    void forget();

    Napi::Env env_;
    std::shared_ptr<Engine> engine_;
    std::shared_ptr<StreamHub> hub_;  // null once closed
    ExternalMemory memory_;
    Napi::Env::CleanupHook<void (*)(EngineHandle *), EngineHandle> teardown_;
};

}  // namespace foretoken
