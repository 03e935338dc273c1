// Turns a stream of bytes into complete UTF-8: a character split over several pushes comes out with the push that
// completes it, and bytes that cannot become a character come out as U+FFFD (one per maximal invalid part, as browsers
// and Node's TextDecoder do). A character that never completes comes out with finish() only, so too.
#pragma once

#include <string>
#include <string_view>

namespace foretoken {

// Bytes of the text without a character that its end may have begun.
size_t whole_characters(std::string_view text);
// Whether no character reaches across this place, 0…size.
inline bool begins_character(std::string_view text, size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

class Utf8Assembler {
public:
    // Complete characters, the carried beginning included.
    std::string push(std::string_view bytes);
    // What push() still holds back: nothing more comes.
    std::string finish();

private:
    std::string carry_;
};

}  // namespace foretoken
