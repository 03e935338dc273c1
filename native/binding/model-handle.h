#pragma once

#include <memory>

#include "external-memory.h"
#include "handle.h"
#include "model.h"

namespace foretoken {

// Where a JS object says that weights shall lie: gpuLayers, extraBuffers, device, workers, splitRows.
ModelOptions to_placement(const Napi::Object & object);

// JS handle of a Model. Closing lets go of the weights; engines that use them keep them alive.
class ModelHandle final : public Handle<ModelHandle> {
public:
    static constexpr napi_type_tag kTag = {0x2c86e07d9f714b0a, 0x8d5b13aa60cf47e2};
    static constexpr const char * kName = "Model";

    static Napi::Function define(Napi::Env env);
    // readHeader(path) and loadModel(path, options) of the addon; both return promises.
    static Napi::Value read_header(const Napi::CallbackInfo & info);
    static Napi::Value load(const Napi::CallbackInfo & info);

    explicit ModelHandle(const Napi::CallbackInfo & info);

    // Throws Error MODEL_CLOSED.
    const std::shared_ptr<const Model> & model() const;

private:
    Napi::Value tokenize(const Napi::CallbackInfo & info);
    Napi::Value tokenize_on(const Napi::CallbackInfo & info);
    Napi::Value detokenize(const Napi::CallbackInfo & info);
    Napi::Value token_texts(const Napi::CallbackInfo & info);
    void close(const Napi::CallbackInfo & info);

    std::shared_ptr<const Model> model_;  // null once closed
    ExternalMemory memory_;
};

}  // namespace foretoken
