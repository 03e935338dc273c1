// Turns ggml's asserts into exceptions while a model is loaded, a context made or a text tokenised.
//
// ggml_abort() ends the process, so what a file can get wrong is checked before llama.cpp sees it (model-header,
// tokenizer-header). llama.cpp asserts hundreds of other things about hyperparameters, though, and an odd file shall
// not end the user's process. ggml lets a callback see the message first, and the callback may throw: the frames
// between are C++ that cleans up, and ggml's own C, compiled with unwind tables and holding nothing. Not for forward
// passes, whose asserts strike in compute threads that others wait for; there, and without a guard, ggml_abort() ends
// the process.
#pragma once

namespace foretoken {

// While one lives, a failed assert on this thread throws Error MODEL_HEADER_INVALID with ggml's words. llama.cpp's own
// functions catch it like any other exception, log it and report failure.
class AbortGuard {
public:
    AbortGuard();
    ~AbortGuard();
    AbortGuard(const AbortGuard &) = delete;
    AbortGuard & operator=(const AbortGuard &) = delete;

    // Once per process, before the first guard.
    static void install();
};

}  // namespace foretoken
