// The module: exports of lib/native.ts, one set per environment.
#include <napi.h>

#include "abort-flag.h"
#include "addon-data.h"
#include "convert.h"
#include "engine-handle.h"
#include "gguf.h"
#include "library-folder.h"
#include "model-handle.h"
#include "quantize.h"

namespace foretoken {

namespace {

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

Napi::Value system_info(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return Napi::String::New(info.Env(), AddonData::of(info.Env()).require_backend().system_info());
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
    data->generation = Napi::Persistent(GenerationHandle::define(env));
    env.SetInstanceData(data);
    close_engines_on_exit(env);
    env.AddCleanupHook([ending = data->ending] { *ending = true; });

    exports.Set("llamaCppRelease", FORETOKEN_LLAMA_CPP_RELEASE);
    exports.Set("AbortFlag", data->abort_flag.Value());
    exports.Set("devices", Napi::Function::New<devices>(env));
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
