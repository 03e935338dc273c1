#include "quantize.h"

#include "convert.h"
#include "promise-worker.h"
#include "quantizer.h"

namespace foretoken {

Napi::Value quantize_model_file(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<bool>::run(
            info.Env(),
            [source = to_string(info[0], "source"), destination = to_string(info[1], "destination"),
             type = to_string(info[2], "type"), threads = to_int(info[3], "threads", 1)] {
                quantize_model(source, destination, type, threads);
                return true;
            },
            [](Napi::Env env, bool &) { return env.Undefined(); });
    });
}

}  // namespace foretoken
