// What a GGUF file says of itself, read without its weights and before llama.cpp sees it.
#pragma once

#include <cstdint>
#include <string>

namespace foretoken {

struct ModelHeader {
    std::string architecture;
    std::string name;  // empty where the file has none
    uint32_t trained_context = 0;
    uint64_t file_size = 0;
    uint32_t blocks = 0;  // layers, the output not counted
    // Whether single tokens can be dropped from its cache: full attention yes, sliding windows with the full-size cache
    // yes, recurrent and hybrid models no.
    bool can_roll_back = true;
    // Whether it writes on from tokens: not encoders (BERT, T5, embedding models) and diffusion models.
    bool can_generate = true;
    // Whether native/kernels multiply all its matrices on a CPU: f32, f16, bf16 and q8_0.
    bool has_own_kernels = true;
};

// Throws Error MODEL_NOT_FOUND, MODEL_NOT_READABLE, MODEL_NOT_GGUF, MODEL_HEADER_INVALID, MODEL_TRUNCATED.
ModelHeader read_model_header(const std::string & path);

}  // namespace foretoken
