// Texts that ended sequences left in the models' caches, so that what begins alike need not be evaluated again. Keeps
// the books only: the scheduler shares and frees the cells. Not thread-safe: belongs to the decode thread.
#pragma once

#include <cstddef>
#include <limits>
#include <list>
#include <optional>
#include <span>
#include <vector>

#include "types.h"

namespace foretoken {

// Number of tokens both texts begin with.
size_t common_prefix(std::span<const Token> a, std::span<const Token> b);

struct KeptLimits {
    size_t texts = 0;
    size_t cells = std::numeric_limits<size_t>::max();  // as if none were shared
};

class PrefixCache {
public:
    struct Match {
        SeqId seq;
        size_t length;  // tokens of the text it begins with
        bool whole;     // they are all that is kept
    };

    explicit PrefixCache(KeptLimits limits) : limits_(limits) {}

    // Whether a text of so many tokens may be kept.
    bool keeps(size_t tokens) const { return limits_.texts > 0 && tokens > 0 && tokens <= limits_.cells; }
    // The kept text that begins most like this one; counts as its use.
    std::optional<Match> find(std::span<const Token> text);
    // Keeps a text under the sequence that holds it. Returns the sequences to free: texts that are the beginning of
    // another (this one's among them, where a kept one says all of it, or where it is longer than all may be), and the
    // longest unused beyond the limits.
    std::vector<SeqId> keep(SeqId seq, std::vector<Token> text);
    // Gives up a text, where it is kept.
    void drop(SeqId seq);
    // Gives up the text that was not used for longest.
    std::optional<SeqId> drop_oldest();

    // Cells that all texts would take if none were shared.
    size_t cells() const { return cells_; }

private:
    struct Entry {
        SeqId seq;
        std::vector<Token> text;
    };

    KeptLimits limits_;
    std::list<Entry> entries_;  // the last used first
    size_t cells_ = 0;
};

}  // namespace foretoken
