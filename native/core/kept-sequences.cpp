#include "kept-sequences.h"

namespace foretoken {

KeptSequences::KeptSequences(LanguageModel & target, Drafting & drafting, size_t max_sequences, KeptLimits kept)
    : target_(target), drafting_(drafting), prefixes_(kept) {
    for (SeqId id = static_cast<SeqId>(max_sequences + kept.texts); id-- > 0;) {
        free_.push_back(id);
    }
}

SeqId KeptSequences::take() {
    if (free_.empty()) {
        drop_oldest();
    }
    const SeqId id = free_.back();
    free_.pop_back();
    return id;
}

void KeptSequences::drop(SeqId seq) {
    prefixes_.drop(seq);
    free(seq);
}

bool KeptSequences::drop_oldest() {
    const auto oldest = prefixes_.drop_oldest();
    if (oldest) {
        free(*oldest);
    }
    return oldest.has_value();
}

void KeptSequences::drop_all() {
    while (drop_oldest()) {
    }
}

void KeptSequences::give_back(const Sequence & sequence, bool keeps) {
    const SeqId id = sequence.id;
    std::vector<SeqId> freed{id};
    if (keeps) {
        const auto text = sequence.committed.begin();
        freed = prefixes_.keep(id, {text, text + sequence.evaluated});
    }
    const bool kept = std::erase(freed, id) == 0;
    if (sequence.begun) {
        target_.truncate(id, kept ? sequence.evaluated : 0);
        drafting_.end(sequence, kept);
    }
    if (!kept) {
        free_.push_back(id);
    }
    for (const SeqId seq : freed) {
        free(seq);
    }
}

bool KeptSequences::make_room(size_t tokens) {
    const size_t cells = static_cast<size_t>(target_.limits().cells);
    while (tokens + prefixes_.cells() > cells) {
        if (!drop_oldest()) {
            return false;
        }
    }
    return true;
}

size_t KeptSequences::read(std::span<const Token> text, const std::function<void(SeqId)> & read) {
    const auto match = prefixes_.find(text);
    if (!match) {
        return 0;
    }
    const SeqId seq = take();
    target_.copy(match->seq, seq, static_cast<Pos>(match->length));
    drafting_.share(seq, text);
    read(seq);
    free(seq);
    return match->length;
}

bool KeptSequences::keep(std::vector<Token> text, size_t running, const std::function<bool(SeqId)> & fill) {
    if (!prefixes_.keeps(text.size()) || !make_room(running + text.size())) {
        return false;
    }
    const SeqId id = take();
    std::vector<SeqId> freed{id};
    const bool filled = fill(id);
    if (filled) {
        freed = prefixes_.keep(id, std::move(text));
    }
    for (const SeqId seq : freed) {
        free(seq);
    }
    return filled;
}

void KeptSequences::free(SeqId seq) {
    target_.truncate(seq, 0);
    drafting_.forget(seq);
    free_.push_back(seq);
}

}  // namespace foretoken
