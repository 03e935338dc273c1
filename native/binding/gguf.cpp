#include "gguf.h"

#include <algorithm>

#include "convert.h"
#include "gguf-header.h"

namespace foretoken {

namespace {

constexpr double kLargestFloat = 3.4028234663852886e38;

GgufEntry::Value to_gguf_value(const std::string & type, const Napi::Value & value) {
    const char * name = "a GGUF value";
    if (type == "u32") {
        return static_cast<uint32_t>(to_int(value, name, 0));
    }
    if (type == "i32") {
        return to_int(value, name, std::numeric_limits<int>::min());
    }
    if (type == "f32") {
        return static_cast<float>(to_number(value, name, -kLargestFloat, kLargestFloat));
    }
    if (type == "bool") {
        return to_bool(value, name);
    }
    if (type == "string") {
        return to_string(value, name);
    }
    if (type == "string[]") {
        return to_strings(value, name);
    }
    if (type == "i32[]") {
        return to_list(value, name, [&](const Napi::Value & number) {
            return to_int(number, name, std::numeric_limits<int>::min());
        });
    }
    throw Error("ARGUMENT_INVALID", "expected a type of GGUF value but got '" + type + "'");
}

GgufEntry to_gguf_entry(const Napi::Value & value) {
    const Napi::Object entry = to_object(value, "a GGUF entry");
    return {to_string(entry.Get(0U), "a GGUF key"),
            to_gguf_value(to_string(entry.Get(1U), "a GGUF type"), entry.Get(2U))};
}

GgufTensor to_gguf_tensor(const Napi::Value & value) {
    const Napi::Object object = to_object(value, "a tensor");
    GgufTensor tensor;
    tensor.name = to_string(object.Get("name"), "a tensor's name");
    tensor.half = to_string(object.Get("type"), "a tensor's type") == "f16";
    tensor.dimensions = to_list(object.Get("dimensions"), "a tensor's dimensions",
                                [](const Napi::Value & size) { return int64_t{to_int(size, "a tensor's size", 1)}; });
    return tensor;
}

}  // namespace

Napi::Value write_gguf_header(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
        const std::vector<uint8_t> bytes =
            gguf_header(to_list(info[0], "metadata", to_gguf_entry), to_list(info[1], "tensors", to_gguf_tensor));
        Napi::Uint8Array result = Napi::Uint8Array::New(info.Env(), bytes.size());
        std::copy(bytes.begin(), bytes.end(), result.Data());
        return result;
    });
}

}  // namespace foretoken
