#include "ngram-drafter.h"

#include <algorithm>
#include <climits>
#include <cmath>

namespace foretoken {

namespace {

using Match = SuffixAutomaton::Match;

constexpr int kUnlimited = INT_MAX / 2;  // so that a sum with it is still an int
constexpr Token kBoundary = -1;          // between remembered texts
// When the history changes, running sequences find their place in it by this many of their last tokens.
constexpr size_t kLongestSearch = 256;

Match followed(const SuffixAutomaton & source, Match match) {
    while (match.length > 0 && source.followers(match).total == 0) {
        match = source.shorter(match);
    }
    return match;
}

// The chance that a match goes on with its likeliest follower. Each of its suffixes gives an estimate by its own
// counts,
//   p(n) = (count(n) + prior · p(n − 1)) / (total(n) + prior),   p(0) = 0,
// so that trust grows with the counts and with the match's length. Suffixes of one state share their counts, which
// makes their recurrence a geometric series; unrolled from the longest, short suffixes get what weight the longer ones
// left.
double chance_of_likeliest(const SuffixAutomaton & source, Match match, double prior) {
    const Token token = source.followers(match).likeliest;
    double chance = 0;
    double weight = 1;
    for (int i = 0; i < SuffixAutomaton::kCountedSuffixes && match.length > 0; ++i) {
        const Match shorter = source.shorter(match);
        const double total = source.followers(match).total;
        const double left = std::pow(prior / (total + prior), match.length - shorter.length);
        chance += weight * (1 - left) * source.count(match, token) / total;
        weight *= left;
        match = shorter;
    }
    return chance;
}

}  // namespace

void NgramDrafter::begin(SeqId seq, std::span<const Token> prompt) {
    texts_.insert_or_assign(seq, Text());
    commit(seq, prompt);
}

void NgramDrafter::commit(SeqId seq, std::span<const Token> tokens) {
    Text & text = texts_.at(seq);
    text.tokens.insert(text.tokens.end(), tokens.begin(), tokens.end());
    for (const Token token : tokens) {
        text.automaton.append(token);
        text.in_history = history_.advance(text.in_history, token);
    }
}

void NgramDrafter::remember(std::span<const Token> text) {
    add_to_history(text);
    for (auto & [id, running] : texts_) {
        running.in_history = match_history(running);
    }
}

DrafterView NgramDrafter::view(SeqId seq) const {
    const Walk walk = longest(texts_.at(seq));
    if (!proposes(walk)) {
        return {};
    }
    return {kUnlimited, 0, confidence(walk)};
}

void NgramDrafter::propose(std::span<DraftRequest> requests, BatchLoad & load) {
    for (DraftRequest & request : requests) {
        draft(request, load);
    }
}

void NgramDrafter::draft(DraftRequest & request, BatchLoad & load) const {
    Walk walk = longest(texts_.at(request.seq));
    while (!request.full() && proposes(walk)) {
        const Token token = walk.source->followers(walk.match).likeliest;
        const int drawn = static_cast<int>(request.tokens.size());
        if (!request.sampler->allows(token) || !request.policy->keep_going({request.seq, drawn, confidence(walk)})) {
            break;
        }
        request.sampler->accept(token);
        request.tokens.push_back(token);
        load.rows += 1;
        if (request.distributions) {
            request.drafted.push_back(Distribution::point(token));
        }
        walk.match = followed(*walk.source, walk.source->advance(walk.match, token));
    }
}

NgramDrafter::Walk NgramDrafter::longest(const Text & text) const {
    const Match own = text.automaton.match();
    const Match past = followed(history_, text.in_history);
    return past.length > own.length ? Walk{&history_, past} : Walk{&text.automaton, own};
}

bool NgramDrafter::proposes(const Walk & walk) const {
    return walk.match.length >= static_cast<uint32_t>(options_.min_match);
}

Confidence NgramDrafter::confidence(const Walk & walk) const {
    const double chance = chance_of_likeliest(*walk.source, walk.match, static_cast<double>(options_.prior));
    return {static_cast<float>(chance), walk.source->followers(walk.match).entropy};
}

void NgramDrafter::add_to_history(std::span<const Token> text) {
    const size_t limit = options_.history_limit;
    if (text.empty() || limit < 2) {
        return;
    }
    text = text.last(std::min(text.size(), limit - 1));
    const size_t room = limit - text.size() - 1;
    if (remembered_.size() > room) {
        const auto kept = static_cast<std::ptrdiff_t>(std::min(room, limit / 2));
        remembered_.erase(remembered_.begin(), remembered_.end() - kept);
        history_ = SuffixAutomaton();
        learn(remembered_);
    }
    const size_t before = remembered_.size();
    remembered_.push_back(kBoundary);
    remembered_.insert(remembered_.end(), text.begin(), text.end());
    learn(std::span(remembered_).subspan(before));
}

void NgramDrafter::learn(std::span<const Token> remembered) {
    for (const Token token : remembered) {
        if (token == kBoundary) {
            history_.separate();
        } else {
            history_.append(token);
        }
    }
}

NgramDrafter::Match NgramDrafter::match_history(const Text & text) const {
    Match match;
    for (const Token token : std::span(text.tokens).last(std::min(text.tokens.size(), kLongestSearch))) {
        match = history_.advance(match, token);
    }
    return match;
}

}  // namespace foretoken
