// What every JS handle shares: a type tag, so that an object of another addon is refused instead of misread, and a
// constructor only native code can call.
#pragma once

#include <napi.h>

#include <string>

#include "error.h"

namespace foretoken {

// Derived: static constexpr napi_type_tag kTag; static constexpr const char * kName.
template <typename Derived> class Handle : public Napi::ObjectWrap<Derived> {
public:
    explicit Handle(const Napi::CallbackInfo & info) : Napi::ObjectWrap<Derived>(info) {
        info.This().As<Napi::Object>().TypeTag(&Derived::kTag);
    }

    static Derived & from(const Napi::Value & value, const char * name) {
        if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&Derived::kTag)) {
            throw Error("ARGUMENT_INVALID", std::string("expected a ") + Derived::kName + " for " + name);
        }
        return *Derived::Unwrap(value.As<Napi::Object>());
    }
};

// What a native caller passes to a handle's constructor.
template <typename T> T & constructor_argument(const Napi::CallbackInfo & info) {
    if (info.Length() != 1 || !info[0].IsExternal()) {
        throw Napi::TypeError::New(info.Env(), "Illegal constructor");
    }
    return *info[0].As<Napi::External<T>>().Data();
}

}  // namespace foretoken
