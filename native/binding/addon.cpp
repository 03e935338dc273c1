// The module: exports of lib/native.ts, one set per environment.
#include <napi.h>

#include <variant>

#include "abort-flag.h"
#include "addon-data.h"
#include "convert.h"
#include "engine-handle.h"
#include "gguf.h"
#include "library-folder.h"
#include "model-handle.h"
#include "promise-worker.h"
#include "quantize.h"
#include "rpc.h"

namespace foretoken {

namespace {

constexpr int kMaxThreads = 512;

Napi::Value devices(const Napi::CallbackInfo & info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&] {
        Napi::Array array = Napi::Array::New(env);
        for (const DeviceInfo & device : AddonData::of(env).require_backend().devices()) {
            array.Set(array.Length(), from_device(env, device));
        }
        return array;
    });
}

Napi::Value device_notes(const Napi::CallbackInfo & info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&] {
        Napi::Array array = Napi::Array::New(env);
        for (const std::string & note : AddonData::of(env).require_backend().notes()) {
            array.Set(array.Length(), note);
        }
        return array;
    });
}

Napi::Value system_info(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return Napi::String::New(info.Env(), AddonData::of(info.Env()).require_backend().system_info());
    });
}

Napi::Value hold_worker_at(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        // Here, so that the promise waits for the worker alone and not for modules of GPUs.
        AddonData::of(info.Env()).require_backend();
        return PromiseWorker<std::monostate>::run(
            info.Env(),
            [endpoint = to_string(info[0], "endpoint")] {
                hold_worker(endpoint);
                return std::monostate();
            },
            [](Napi::Env env, std::monostate &) { return env.Undefined(); });
    });
}

Napi::Value serve_devices_to(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<std::monostate>::run(
            info.Env(),
            [endpoint = to_string(info[0], "endpoint"), threads = to_int(info[1], "threads", 1, kMaxThreads)] {
                serve_devices(endpoint, threads);
                return std::monostate();
            },
            [](Napi::Env env, std::monostate &) { return env.Undefined(); });
    });
}

// process.exit() runs no cleanup hooks on the main thread, and a decode thread must not outlive the libraries it runs
// in.
void close_engines_on_exit(Napi::Env env) {
    const Napi::Object process = env.Global().Get("process").As<Napi::Object>();
    const Napi::Function close = Napi::Function::New(env, [](const Napi::CallbackInfo & info) {
        auto & engines = AddonData::of(info.Env()).open_engines;
        while (!engines.empty()) {
            engines.back()->close_now();
        }
    });
    process.Get("on").As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), close});
}

}  // namespace

static Napi::Object init(Napi::Env env, Napi::Object exports) {
    keep_library();
    auto * data = new AddonData();  // freed with the environment
    data->abort_flag = Napi::Persistent(AbortFlag::define(env));
    data->model = Napi::Persistent(ModelHandle::define(env));
    data->engine = Napi::Persistent(EngineHandle::define(env));
    env.SetInstanceData(data);
    close_engines_on_exit(env);
    env.AddCleanupHook([ending = data->ending] { *ending = true; });

    exports.Set("llamaCppRelease", FORETOKEN_LLAMA_CPP_RELEASE);
    Napi::Object protocol = Napi::Object::New(env);
    protocol.Set("major", rpc_protocol().major);
    protocol.Set("minor", rpc_protocol().minor);
    exports.Set("rpcProtocol", protocol);
    exports.Set("AbortFlag", data->abort_flag.Value());
    exports.Set("devices", Napi::Function::New<devices>(env));
    exports.Set("deviceNotes", Napi::Function::New<device_notes>(env));
    exports.Set("holdWorker", Napi::Function::New<hold_worker_at>(env));
    exports.Set("serveDevices", Napi::Function::New<serve_devices_to>(env));
    exports.Set("systemInfo", Napi::Function::New<system_info>(env));
    exports.Set("readHeader", Napi::Function::New<ModelHandle::read_header>(env));
    exports.Set("loadModel", Napi::Function::New<ModelHandle::load>(env));
    exports.Set("createEngine", Napi::Function::New<EngineHandle::create>(env));
    exports.Set("estimateMemory", Napi::Function::New<EngineHandle::estimate>(env));
    exports.Set("ggufHeader", Napi::Function::New<write_gguf_header>(env));
    exports.Set("quantizeModel", Napi::Function::New<quantize_model_file>(env));
    return exports;
}

NODE_API_MODULE(foretoken, init)

}  // namespace foretoken
