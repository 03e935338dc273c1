#include "tokenizer-header.h"

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "error.h"
#include "gguf-values.h"
#include "llama.h"

namespace foretoken {

namespace {

[[noreturn]] void invalid(const std::string & what) {
    throw Error("MODEL_HEADER_INVALID", what);
}

// llama.cpp asserts that as many texts as tokens remain. It gives an empty text a name first.
void require_distinct_texts(const StringArray & texts) {
    std::deque<std::string> names;
    std::unordered_map<std::string_view, size_t> ids;
    ids.reserve(texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
        std::string_view text = texts[i];
        if (text.empty()) {
            text = names.emplace_back("[EMPTY_" + std::to_string(i) + "]");
        }
        const auto [first, is_new] = ids.emplace(text, i);
        if (!is_new) {
            invalid("tokens " + std::to_string(first->second) + " and " + std::to_string(i) + " have the same text");
        }
    }
}

// WordPiece has no bytes: llama.cpp aborts when it is asked for one.
void require_no_byte_tokens(const Int32Array & types) {
    for (size_t i = 0; i < types.size(); ++i) {
        if (types[i] == LLAMA_TOKEN_TYPE_BYTE) {
            invalid("token " + std::to_string(i) + " is a byte, which a WordPiece tokenizer has none of");
        }
    }
}

// The byte that an escaped RWKV token is, or -1.
int single_byte(std::string_view text) {
    if (text.size() == 1 && text[0] != '\\') {
        return static_cast<unsigned char>(text[0]);
    }
    if (text.size() < 2 || text[0] != '\\') {
        return -1;
    }
    if (text.size() == 4 && text[1] == 'x') {
        const auto digit = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
        return (digit(text[2]) * 16 + digit(text[3])) & 0xff;
    }
    constexpr std::string_view kNames = "tnr", kBytes = "\t\n\r";
    const size_t name = kNames.find(text[1]);
    const char byte = name == std::string_view::npos ? text[1] : kBytes[name];
    return text.size() == 2 && text[1] != 'x' ? static_cast<unsigned char>(byte) : -1;
}

// llama.cpp's RWKV tokenizer starts again from the text's beginning, without end, where no token matches.
void require_every_byte(const StringArray & texts) {
    std::array<bool, 256> found{};
    for (size_t i = 0; i < texts.size(); ++i) {
        if (const int byte = single_byte(texts[i]); byte >= 0) {
            found[static_cast<size_t>(byte)] = true;
        }
    }
    for (size_t byte = 0; byte < found.size(); ++byte) {
        if (!found[byte]) {
            invalid("no token stands for byte " + std::to_string(byte) + ", which an RWKV tokenizer needs");
        }
    }
}

}  // namespace

void require_sound_tokenizer(const gguf_context * gguf) {
    const std::string type = string_of(gguf, "tokenizer.ggml.model");
    if (type == "no_vocab" || type == "none") {
        return;
    }
    const StringArray texts(gguf, "tokenizer.ggml.tokens");
    if (texts.size() == 0) {
        invalid("tokenizer.ggml.tokens holds no texts");
    }
    require_distinct_texts(texts);
    if (type == "bert") {
        require_no_byte_tokens(Int32Array(gguf, "tokenizer.ggml.token_type"));
    }
    if (type == "rwkv") {
        require_every_byte(texts);
    }
}

}  // namespace foretoken
