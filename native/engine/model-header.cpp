#include "model-header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "backend.h"
#include "error.h"
#include "gguf.h"

namespace foretoken {

namespace {

using Gguf = std::unique_ptr<gguf_context, decltype(&gguf_free)>;

std::string get_string(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return id >= 0 && gguf_get_kv_type(gguf, id) == GGUF_TYPE_STRING ? gguf_get_val_str(gguf, id) : "";
}

uint32_t get_u32(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return id >= 0 && gguf_get_kv_type(gguf, id) == GGUF_TYPE_UINT32 ? gguf_get_val_u32(gguf, id) : 0;
}

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

void require_magic(const std::string & path) {
    std::ifstream file(std::filesystem::path(path), std::ios::binary);
    if (!file) {
        throw Error("MODEL_NOT_READABLE", "cannot open " + path + " for reading");
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
    std::error_code status;
    const std::filesystem::path file(path);
    if (!std::filesystem::exists(file, status)) {
        throw Error("MODEL_NOT_FOUND", "no file at " + path);
    }
    if (!std::filesystem::is_regular_file(file, status)) {
        throw Error("MODEL_NOT_READABLE", path + " is not a file");
    }
    require_magic(path);

    const ErrorLog log;
    const Gguf gguf(gguf_init_from_file(path.c_str(), {/*no_alloc=*/true, /*ctx=*/nullptr}), gguf_free);
    if (!gguf) {
        throw Error("MODEL_HEADER_INVALID",
                    "the GGUF header of " + path + " cannot be read: " + log.text("it is damaged"));
    }
    ModelHeader header;
    header.architecture = get_string(gguf.get(), "general.architecture");
    if (header.architecture.empty()) {
        throw Error("MODEL_HEADER_INVALID", "the GGUF header of " + path + " names no architecture");
    }
    header.name = get_string(gguf.get(), "general.name");
    header.trained_context = get_u32(gguf.get(), header.architecture + ".context_length");
    header.file_size = std::filesystem::file_size(file);
    header.can_roll_back = !has_recurrent_state(gguf.get(), header.architecture);
    require_complete(gguf.get(), header, path);
    return header;
}

}  // namespace foretoken
