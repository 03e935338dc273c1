// Turns a stream of bytes into complete UTF-8: a character split over several pushes comes out with the push that
// completes it, and bytes that cannot become a character come out as U+FFFD (one per maximal invalid part, as browsers
// and Node's TextDecoder do). A character that never completes never comes out.
#pragma once

#include <string>
#include <string_view>

namespace foretoken {

class Utf8Assembler {
public:
    // Complete characters, the carried beginning included.
    std::string push(std::string_view bytes);

private:
    std::string carry_;
};

}  // namespace foretoken
