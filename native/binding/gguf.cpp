#include "gguf.h"

#include <algorithm>

#include "convert.h"
#include "gguf-header.h"

namespace foretoken {

namespace {

constexpr double kLargestFloat = 3.4028234663852886e38;

// Calls each(element) for an array's elements.
template <typename Each> void for_each(const Napi::Value & value, const char * name, Each each) {
    if (!value.IsArray()) {
        throw Error("ARGUMENT_INVALID", std::string("expected an array for ") + name);
    }
    const Napi::Array array = value.As<Napi::Array>();
    for (uint32_t i = 0; i < array.Length(); ++i) {
        each(Napi::Value(array.Get(i)));
    }
}

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
        std::vector<int32_t> numbers;
        for_each(value, name, [&](const Napi::Value & number) {
            numbers.push_back(to_int(number, name, std::numeric_limits<int>::min()));
        });
        return numbers;
    }
    throw Error("ARGUMENT_INVALID", "expected a type of GGUF value but got '" + type + "'");
}

GgufTensor to_gguf_tensor(const Napi::Object & object) {
    GgufTensor tensor;
    tensor.name = to_string(object.Get("name"), "a tensor's name");
    tensor.half = to_string(object.Get("type"), "a tensor's type") == "f16";
    for_each(object.Get("dimensions"), "a tensor's dimensions",
             [&](const Napi::Value & size) { tensor.dimensions.push_back(to_int(size, "a tensor's size", 1)); });
    return tensor;
}

}  // namespace

Napi::Value write_gguf_header(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
        std::vector<GgufEntry> entries;
        for_each(info[0], "metadata", [&](const Napi::Value & value) {
            const Napi::Object entry = to_object(value, "a GGUF entry");
            entries.push_back({to_string(entry.Get(0U), "a GGUF key"),
                               to_gguf_value(to_string(entry.Get(1U), "a GGUF type"), entry.Get(2U))});
        });
        std::vector<GgufTensor> tensors;
        for_each(info[1], "tensors",
                 [&](const Napi::Value & value) { tensors.push_back(to_gguf_tensor(to_object(value, "a tensor"))); });
        const std::vector<uint8_t> bytes = gguf_header(entries, tensors);
        Napi::Uint8Array result = Napi::Uint8Array::New(info.Env(), bytes.size());
        std::copy(bytes.begin(), bytes.end(), result.Data());
        return result;
    });
}

}  // namespace foretoken
