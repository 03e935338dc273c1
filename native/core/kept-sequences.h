// Which sequence ids are free, and what those of ended sequences still hold in the caches. Kept sequences give way, the
// longest unused first, to whatever running ones need. Not thread-safe: belongs to the scheduler.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "drafting.h"
#include "language-model.h"
#include "prefix-cache.h"
#include "sequence.h"

namespace foretoken {

class KeptSequences {
public:
    // Borrows both. Ids: max_sequences + kept.texts.
    KeptSequences(LanguageModel & target, Drafting & drafting, size_t max_sequences, KeptLimits kept);

    // Whether anything ever is.
    bool keeps() const { return prefixes_.keeps(1); }
    // An empty sequence. At most max_sequences are out at once.
    SeqId take();
    std::optional<PrefixCache::Match> find(std::span<const Token> text) { return prefixes_.find(text); }
    // Gives up a kept sequence.
    void drop(SeqId seq);
    // The one that was not used for longest. False where there is none.
    bool drop_oldest();
    void drop_all();
    // Takes a running sequence back; where it `keeps`, with what was evaluated of its text, unless others say it all.
    void give_back(const Sequence & sequence, bool keeps);
    // Gives up kept sequences until so many tokens fit beside them. False where they never do.
    bool make_room(size_t tokens);

    // Calls `read` with a sequence that holds just the beginning of a text, as much as is kept for the target and for
    // drafters. Returns the target's length; 0, without a call, where nothing is kept. Requires two kept ones.
    size_t read(std::span<const Token> text, const std::function<void(SeqId)> & read);
    // Keeps a text whose cells `fill` puts into the caches, beside `running` cells. False where there is no
    // room for it, or `fill` says so.
    bool keep(std::vector<Token> text, size_t running, const std::function<bool(SeqId)> & fill);

private:
    void free(SeqId seq);

    LanguageModel & target_;
    Drafting & drafting_;
    PrefixCache prefixes_;
    std::vector<SeqId> free_;
};

}  // namespace foretoken
