#include "utf8-assembler.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace foretoken {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Sequence {
    enum Kind { Complete, Incomplete, Invalid } kind;
    size_t length;  // bytes to consume
};

// Unicode 15, table 3-7: the ranges a well-formed sequence's first two bytes allow.
Sequence scan(std::string_view bytes) {
    const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
    const uint8_t lead = at(0);
    if (lead < 0x80) {
        return {Sequence::Complete, 1};
    }
    const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                          : (lead & 0xF0) == 0xE0        ? 3
                          : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                         : 0;
    if (length == 0) {
        return {Sequence::Invalid, 1};
    }
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    switch (lead) {
    case 0xE0: low = 0xA0; break;
    case 0xED: high = 0x9F; break;
    case 0xF0: low = 0x90; break;
    case 0xF4: high = 0x8F; break;
    default: break;
    }
    for (size_t i = 1; i < length; ++i) {
        if (i == bytes.size()) {
            return {Sequence::Incomplete, i};
        }
        if (at(i) < low || at(i) > high) {
            return {Sequence::Invalid, i};
        }
        low = 0x80;
        high = 0xBF;
    }
    return {Sequence::Complete, length};
}

}  // namespace

size_t whole_characters(std::string_view text) {
    for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
        const size_t begin = text.size() - back;
        if (begins_character(text, begin)) {
            return scan(text.substr(begin)).kind == Sequence::Incomplete ? begin : text.size();
        }
    }
    return text.size();
}

std::string Utf8Assembler::push(std::string_view bytes) {
    carry_ += bytes;
    std::string out;
    std::string_view rest = carry_;
    while (!rest.empty()) {
        const Sequence sequence = scan(rest);
        if (sequence.kind == Sequence::Incomplete) {
            break;
        }
        out += sequence.kind == Sequence::Complete ? rest.substr(0, sequence.length) : kReplacement;
        rest.remove_prefix(sequence.length);
    }
    carry_ = std::string(rest);
    return out;
}

std::string Utf8Assembler::finish() {
    return std::exchange(carry_, {}).empty() ? std::string() : std::string(kReplacement);
}

}  // namespace foretoken
