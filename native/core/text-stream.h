// From committed tokens to text that may be shown: looks for stop strings across token boundaries, holds back what
// could still become one, and cuts at complete UTF-8.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sampling-chain.h"
#include "types.h"
#include "utf8-assembler.h"

namespace foretoken {

struct CommittedToken {
    Token id;
    Origin origin;
    // ln of the target's own probabilities, where asked for: of this token and of the likeliest in falling order.
    bool has_logprob = false;
    float logprob = 0;
    std::vector<TokenLogprob> top_logprobs{};
};

struct EmittedToken : CommittedToken {
    std::string text;  // the characters this token completes, valid UTF-8
};

class TextStream {
public:
    // Empty stop strings are ignored.
    explicit TextStream(std::vector<std::string> stop_strings);

    // Appends a token and its bytes. Returns true when they complete a stop string: the stream is then finished, the
    // text is cut before it, and later pushes are ignored.
    bool push(CommittedToken token, std::string_view bytes);
    // Ends the stream: nothing is held back any longer.
    void finish();
    // Moves out the tokens whose text is final, in order.
    std::vector<EmittedToken> take();

private:
    struct Held {
        CommittedToken token;
        size_t length;  // bytes in held_
    };

    void release(size_t limit);
    size_t hold_back() const;
    // Where the first stop string that ends at or after `from` begins, or npos.
    size_t find_stop(size_t from) const;

    std::vector<std::string> stops_;
    std::string held_;  // bytes of the tokens in pending_
    std::deque<Held> pending_;
    std::vector<EmittedToken> ready_;
    Utf8Assembler assembler_;
    bool finished_ = false;
};

}  // namespace foretoken
