#include "prefix-cache.h"

#include <algorithm>

namespace foretoken {

size_t common_prefix(std::span<const Token> a, std::span<const Token> b) {
    const size_t length = std::min(a.size(), b.size());
    return static_cast<size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin()).first - a.begin());
}

std::optional<PrefixCache::Match> PrefixCache::find(std::span<const Token> text) {
    auto best = entries_.end();
    size_t length = 0;
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        if (const size_t common = common_prefix(entry->text, text); common > length) {
            best = entry;
            length = common;
        }
    }
    if (best == entries_.end()) {
        return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, best);
    return Match{best->seq, length, length == best->text.size()};
}

std::vector<SeqId> PrefixCache::keep(SeqId seq, std::vector<Token> text) {
    const auto begins = [](const std::vector<Token> & shorter, const std::vector<Token> & longer) {
        return common_prefix(shorter, longer) == shorter.size();
    };
    if (!keeps(text.size()) ||
        std::any_of(entries_.begin(), entries_.end(), [&](const Entry & entry) { return begins(text, entry.text); })) {
        return {seq};
    }
    std::vector<SeqId> freed;
    for (const Entry & entry : entries_) {
        if (begins(entry.text, text)) {
            freed.push_back(entry.seq);
        }
    }
    for (const SeqId old : freed) {
        drop(old);
    }
    while (entries_.size() == limits_.texts || cells_ + text.size() > limits_.cells) {
        freed.push_back(*drop_oldest());
    }
    cells_ += text.size();
    entries_.push_front({seq, std::move(text)});
    return freed;
}

void PrefixCache::drop(SeqId seq) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry & e) { return e.seq == seq; });
    if (entry != entries_.end()) {
        cells_ -= entry->text.size();
        entries_.erase(entry);
    }
}

std::optional<SeqId> PrefixCache::drop_oldest() {
    if (entries_.empty()) {
        return std::nullopt;
    }
    const SeqId seq = entries_.back().seq;
    drop(seq);
    return seq;
}

}  // namespace foretoken
