#include "convert.h"

#include <algorithm>
#include <cmath>

namespace foretoken {

namespace {

[[noreturn]] void invalid(const char * name, const std::string & expected) {
    throw Error("ARGUMENT_INVALID", "expected " + expected + " for " + name);
}

}  // namespace

Napi::Error to_js_error(Napi::Env env, const std::string & code, const std::string & message) {
    Napi::Error error = Napi::Error::New(env, message);
    error.Set("code", Napi::String::New(env, code));
    return error;
}

Napi::Error to_js_error(Napi::Env env, const std::exception & error, const char * fallback_code) {
    const auto * coded = dynamic_cast<const Error *>(&error);
    return to_js_error(env, std::string(coded ? coded->code() : fallback_code), error.what());
}

int to_int(const Napi::Value & value, const char * name, int low, int high) {
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= low && number <= high) || number != std::floor(number)) {
        invalid(name, "an integer between " + std::to_string(low) + " and " + std::to_string(high));
    }
    return static_cast<int>(number);
}

double to_number(const Napi::Value & value, const char * name, double low, double high) {
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= low && number <= high)) {
        invalid(name, "a number between " + std::to_string(low) + " and " + std::to_string(high));
    }
    return number;
}

bool to_bool(const Napi::Value & value, const char * name) {
    if (!value.IsBoolean()) {
        invalid(name, "a boolean");
    }
    return value.As<Napi::Boolean>().Value();
}

std::string to_string(const Napi::Value & value, const char * name) {
    if (!value.IsString()) {
        invalid(name, "a string");
    }
    return value.As<Napi::String>().Utf8Value();
}

std::vector<std::string> to_strings(const Napi::Value & value, const char * name) {
    return to_list(value, name, [&](const Napi::Value & element) { return to_string(element, name); });
}

std::vector<Token> to_tokens(const Napi::Value & value, const char * name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
        invalid(name, "an Int32Array");
    }
    const Napi::Int32Array array = value.As<Napi::Int32Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<uint8_t> to_bytes(const Napi::Value & value, const char * name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
        invalid(name, "a Uint8Array");
    }
    const Napi::Uint8Array array = value.As<Napi::Uint8Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
}

Napi::Object to_object(const Napi::Value & value, const char * name) {
    if (!value.IsObject()) {
        invalid(name, "an object");
    }
    return value.As<Napi::Object>();
}

Napi::Function to_function(const Napi::Value & value, const char * name) {
    if (!value.IsFunction()) {
        invalid(name, "a function");
    }
    return value.As<Napi::Function>();
}

Napi::Object from_device(Napi::Env env, const DeviceInfo & device) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", device.name);
    object.Set("description", device.description);
    object.Set("type", device.type);
    object.Set("memoryTotal", static_cast<double>(device.memory_total));
    object.Set("memoryFree", static_cast<double>(device.memory_free));
    return object;
}

Napi::Int32Array from_tokens(Napi::Env env, std::span<const Token> tokens) {
    Napi::Int32Array array = Napi::Int32Array::New(env, tokens.size());
    std::copy(tokens.begin(), tokens.end(), array.Data());
    return array;
}

}  // namespace foretoken
