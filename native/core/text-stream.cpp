#include "text-stream.h"

#include <algorithm>

namespace foretoken {

TextStream::TextStream(std::vector<std::string> stop_strings) : stops_(std::move(stop_strings)) {
    std::erase_if(stops_, [](const std::string & stop) { return stop.empty(); });
}

size_t TextStream::find_stop(size_t from) const {
    size_t first = std::string::npos;
    for (const std::string & stop : stops_) {
        const size_t begin = from >= stop.size() ? from - stop.size() + 1 : 0;
        first = std::min(first, held_.find(stop, begin));
    }
    return first;
}

size_t TextStream::hold_back() const {
    size_t longest = 0;
    for (const std::string & stop : stops_) {
        for (size_t length = std::min(stop.size() - 1, held_.size()); length > longest; --length) {
            if (std::string_view(held_).substr(held_.size() - length) == std::string_view(stop).substr(0, length)) {
                longest = length;
            }
        }
    }
    return longest;
}

void TextStream::release(size_t limit) {
    size_t released = 0;
    while (!pending_.empty() && released + pending_.front().length <= limit) {
        Held & held = pending_.front();
        const std::string_view bytes = std::string_view(held_).substr(released, held.length);
        ready_.push_back({std::move(held.token), assembler_.push(bytes)});
        released += held.length;
        pending_.pop_front();
    }
    held_.erase(0, released);
}

bool TextStream::push(CommittedToken token, std::string_view bytes) {
    if (finished_) {
        return true;
    }
    const size_t before = held_.size();
    held_ += bytes;
    pending_.push_back({std::move(token), bytes.size()});

    const size_t stop = find_stop(before);
    if (stop == std::string::npos) {
        release(held_.size() - hold_back());
        return false;
    }
    // Cut the text at the stop string; tokens inside it keep their place with what text is left to them.
    held_.resize(stop);
    size_t offset = 0;
    for (Held & held : pending_) {
        held.length = std::min(held.length, stop - offset);
        offset += held.length;
    }
    finish();
    return true;
}

void TextStream::finish() {
    if (finished_) {
        return;
    }
    finished_ = true;
    release(held_.size());
}

std::vector<EmittedToken> TextStream::take() {
    std::vector<EmittedToken> tokens;
    tokens.swap(ready_);
    return tokens;
}

}  // namespace foretoken
