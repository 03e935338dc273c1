#include "abort-guard.h"

#include <cstdio>

#include "error.h"
#include "ggml.h"

namespace foretoken {

namespace {

thread_local int guards = 0;

void on_abort(const char * message) {
    // MSVC's callers of C functions take them not to throw.
#ifndef _MSC_VER
    if (guards > 0) {
        throw Error("MODEL_HEADER_INVALID", message);
    }
#endif
    std::fprintf(stderr, "%s\n", message);
}

}  // namespace

AbortGuard::AbortGuard() {
    ++guards;
}

AbortGuard::~AbortGuard() {
    --guards;
}

void AbortGuard::install() {
    ggml_set_abort_callback(on_abort);
}

}  // namespace foretoken
