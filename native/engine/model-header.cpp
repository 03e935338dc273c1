#include "model-header.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string_view>
#include <system_error>

#include "backend.h"
#include "error.h"
#include "gguf-values.h"
#include "gguf.h"
#include "tokenizer-header.h"
#include "weights-header.h"

namespace foretoken {

namespace {

using Gguf = std::unique_ptr<gguf_context, decltype(&gguf_free)>;

// Recurrent state shows in the header by its dimensions, but for linear attention, known by name.
bool has_recurrent_state(const gguf_context * gguf, const std::string & architecture) {
    constexpr std::array kLinearAttention = {"kimi-linear", "kimi-k3", "bailingmoe3", "minimax-01", "deepseek4"};
    if (std::find(kLinearAttention.begin(), kLinearAttention.end(), architecture) != kLinearAttention.end()) {
        return true;
    }
    for (int64_t i = 0; i < gguf_get_n_kv(gguf); ++i) {
        const std::string_view key = gguf_get_key(gguf, i);
        for (const char * group : {".ssm.", ".wkv.", ".shortconv."}) {
            if (key.starts_with(architecture + group)) {
                return true;
            }
        }
    }
    return false;
}

// Models that do not write on from tokens: encoders, which give vectors, diffusion models, and heads that need another
// model's state. llama.cpp loads them and aborts or crashes once it is asked for the next token.
bool can_generate(const gguf_context * gguf, const std::string & architecture) {
    constexpr std::array kOthers = {
        "bert",         "modern-bert",      "nomic-bert",      "nomic-bert-moe", "neo-bert",  "jina-bert-v2",
        "jina-bert-v3", "eurobert",         "gemma-embedding", "llama-embed",    "t5",        "t5encoder",
        "clip",         "wavtokenizer-dec", "dream",           "llada",          "llada-moe", "rnd1",
        "eagle3",       "dflash",           "gemma4-assistant"};
    return std::find(kOthers.begin(), kOthers.end(), architecture) == kOthers.end() &&
           bool_of(gguf, architecture + ".attention.causal").value_or(true);
}

bool has_own_kernels(const gguf_context * gguf) {
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf); ++i) {
        const enum ggml_type type = gguf_get_tensor_type(gguf, i);
        if (ggml_is_quantized(type) && type != GGML_TYPE_Q8_0) {
            return false;
        }
    }
    return true;
}

uint32_t trained_context(const gguf_context * gguf, const std::string & architecture) {
    const std::string key = architecture + ".context_length";
    const int64_t length = integer_of(gguf, key).value_or(0);
    if (length < 0 || length == 1) {  // 0 is unknown; a prompt and what follows take two
        throw Error("MODEL_HEADER_INVALID", key + " is " + std::to_string(length));
    }
    return static_cast<uint32_t>(std::min<int64_t>(length, std::numeric_limits<int32_t>::max()));
}

// Of a UTF-8 name, which Windows does not take for one by itself.
std::filesystem::path file_path(const std::string & name) {
    return std::u8string(name.begin(), name.end());
}

// Throws unless the path is a file that can be opened; returns its size.
uint64_t require_file(const std::string & path) {
    if (path.find('\0') != std::string::npos) {
        throw Error("ARGUMENT_INVALID", "expected a path without null bytes");
    }
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(file_path(path), error);
    if (status.type() == std::filesystem::file_type::not_found) {
        throw Error("MODEL_NOT_FOUND", "no file at " + path);
    }
    if (!std::filesystem::status_known(status)) {
        throw Error("MODEL_NOT_READABLE", "cannot look at " + path + ": " + error.message());
    }
    if (!std::filesystem::is_regular_file(status)) {
        throw Error("MODEL_NOT_READABLE",
                    path + (std::filesystem::is_directory(status) ? " is a folder" : " is not a regular file"));
    }
    const uint64_t size = std::filesystem::file_size(file_path(path), error);
    if (error) {
        throw Error("MODEL_NOT_READABLE", "cannot look at " + path + ": " + error.message());
    }
    return size;
}

void require_magic(const std::string & path) {
    errno = 0;
    std::ifstream file(file_path(path), std::ios::binary);
    if (!file) {
        const int error = errno;
        throw Error("MODEL_NOT_READABLE", "cannot open " + path + " for reading" +
                                              (error == 0 ? "" : ": " + std::generic_category().message(error)));
    }
    std::array<char, 4> magic{};
    file.read(magic.data(), magic.size());
    if (std::memcmp(magic.data(), "GGUF", 4) != 0) {
        throw Error("MODEL_NOT_GGUF", path + " does not begin with the GGUF magic");
    }
}

void require_complete(const gguf_context * gguf, const ModelHeader & header, const std::string & path) {
    uint64_t end = gguf_get_data_offset(gguf);
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf); ++i) {
        end = std::max<uint64_t>(end, gguf_get_data_offset(gguf) + gguf_get_tensor_offset(gguf, i) +
                                          gguf_get_tensor_size(gguf, i));
    }
    if (header.file_size < end) {
        throw Error("MODEL_TRUNCATED", path + " should hold at least " + std::to_string(end) + " bytes but holds " +
                                           std::to_string(header.file_size));
    }
}

}  // namespace

ModelHeader read_model_header(const std::string & path) {
    ModelHeader header;
    header.file_size = require_file(path);
    require_magic(path);

    const ErrorLog log;
    const Gguf gguf(gguf_init_from_file(path.c_str(), {/*no_alloc=*/true, /*ctx=*/nullptr}), gguf_free);
    if (!gguf) {
        throw Error("MODEL_HEADER_INVALID",
                    "the GGUF header of " + path + " cannot be read: " + log.text("it is damaged"));
    }
    header.architecture = string_of(gguf.get(), "general.architecture");
    if (header.architecture.empty()) {
        throw Error("MODEL_HEADER_INVALID", "the GGUF header of " + path + " names no architecture");
    }
    header.name = string_of(gguf.get(), "general.name");
    header.blocks = u32_of(gguf.get(), header.architecture + ".block_count").value_or(0);
    header.can_roll_back = !has_recurrent_state(gguf.get(), header.architecture);
    header.can_generate = can_generate(gguf.get(), header.architecture);
    header.has_own_kernels = has_own_kernels(gguf.get());
    require_complete(gguf.get(), header, path);
    try {
        header.trained_context = trained_context(gguf.get(), header.architecture);
        require_sound_weights(gguf.get(), header.architecture);
        require_sound_tokenizer(gguf.get());
    } catch (const Error & error) {
        throw Error(error.code(), "the GGUF header of " + path + " is wrong: " + error.what());
    }
    return header;
}

}  // namespace foretoken
