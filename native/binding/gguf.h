// GGUF files written from JavaScript.
#pragma once

#include <napi.h>

namespace foretoken {

// (metadata: [key, type, value][], tensors: { name, type: "f32" | "f16", dimensions }[]) => Uint8Array: what precedes
// the tensors' data. Throws ARGUMENT_INVALID.
Napi::Value write_gguf_header(const Napi::CallbackInfo & info);

}  // namespace foretoken
