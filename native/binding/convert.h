// JS values to C++ and back. Everything that can be wrong with an argument throws Error ARGUMENT_INVALID here, so that
// nothing below sees a bad value; lib/ has checked what users pass before, with better words.
#pragma once

#include <napi.h>

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "backend.h"
#include "error.h"
#include "types.h"

namespace foretoken {

constexpr double kMaxSafeInteger = 9007199254740991;  // 2⁵³ − 1, up to which JS is sure of integers

// A JS Error with the code of what was thrown; anything but Error gets the fallback.
Napi::Error to_js_error(Napi::Env env, const std::exception & error, const char * fallback_code = "EVAL_FAILED");
Napi::Error to_js_error(Napi::Env env, const std::string & code, const std::string & message);

int to_int(const Napi::Value & value, const char * name, int low, int high = std::numeric_limits<int>::max());
double to_number(const Napi::Value & value, const char * name, double low, double high);
bool to_bool(const Napi::Value & value, const char * name);
std::string to_string(const Napi::Value & value, const char * name);
std::vector<std::string> to_strings(const Napi::Value & value, const char * name);
std::vector<Token> to_tokens(const Napi::Value & value, const char * name);
// A copy.
std::vector<uint8_t> to_bytes(const Napi::Value & value, const char * name);
Napi::Object to_object(const Napi::Value & value, const char * name);
Napi::Function to_function(const Napi::Value & value, const char * name);

// What `read` makes of each element.
template <typename Read> auto to_list(const Napi::Value & value, const char * name, Read && read) {
    if (!value.IsArray()) {
        throw Error("ARGUMENT_INVALID", std::string("expected an array for ") + name);
    }
    const Napi::Array array = value.As<Napi::Array>();
    std::vector<decltype(read(value))> list;
    for (uint32_t i = 0; i < array.Length(); ++i) {
        list.push_back(read(array.Get(i)));
    }
    return list;
}

Napi::Object from_device(Napi::Env env, const DeviceInfo & device);
Napi::Int32Array from_tokens(Napi::Env env, std::span<const Token> tokens);

// Runs what a JS function does natively and turns exceptions into JS errors.
template <typename Work> auto guarded(Napi::Env env, Work && work) -> decltype(work()) {
    try {
        return work();
    } catch (const Napi::Error &) {
        throw;
    } catch (const std::exception & error) {
        throw to_js_error(env, error);
    }
}

}  // namespace foretoken
