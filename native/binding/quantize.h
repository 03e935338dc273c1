#pragma once

#include <napi.h>

namespace foretoken {

// quantizeModel of lib/native.ts.
Napi::Value quantize_model_file(const Napi::CallbackInfo & info);

}  // namespace foretoken
