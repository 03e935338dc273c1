#include "retokenizing-drafter.h"

#include <algorithm>

#include "utf8-assembler.h"

namespace foretoken {

namespace {

// Committed tokens of the target that its tokenizer sees before a draft: it splits numbers and runs of spaces by what
// comes before them.
constexpr size_t kContext = 4;

}  // namespace

RetokenizingDrafter::RetokenizingDrafter(LanguageModel & model, Token vocabulary, const Tokenizer & target,
                                         const Tokenizer & draft)
    : drafter_(model, vocabulary),
      likeliest_(SamplingOptions(), std::make_unique<SeededRandom>(0)),
      target_(target),
      draft_(draft) {}

void RetokenizingDrafter::begin(SeqId seq, std::span<const Token> prompt) {
    texts_.insert_or_assign(seq, Text{RetokenizedText(draft_)});
    drafter_.begin(seq, {});
    commit(seq, prompt);
}

void RetokenizingDrafter::commit(SeqId seq, std::span<const Token> tokens) {
    Text & text = texts_.at(seq);
    std::string bytes;
    for (const Token token : tokens) {
        bytes += target_.written(token);
    }
    text.recent.insert(text.recent.end(), tokens.begin(), tokens.end());
    text.recent.erase(text.recent.begin(),
                      text.recent.end() - static_cast<std::ptrdiff_t>(std::min(kContext, text.recent.size())));
    const size_t kept = text.text.append(bytes);
    drafter_.replace(seq, kept, std::span(text.text.tokens()).subspan(kept));
}

void RetokenizingDrafter::end(SeqId seq) {
    texts_.erase(seq);
    drafter_.end(seq);
}

void RetokenizingDrafter::keep(SeqId seq) {
    texts_.erase(seq);
    drafter_.keep(seq);
}

DrafterView RetokenizingDrafter::view(SeqId seq) const {
    const RetokenizedText & text = texts_.at(seq).text;
    return text.complete() && !text.tokens().empty() ? drafter_.view(seq) : DrafterView{};
}

void RetokenizingDrafter::propose(std::span<DraftRequest> requests, BatchLoad & load) {
    std::vector<DraftRequest> drawing;
    for (const DraftRequest & request : requests) {
        drawing.push_back({.seq = request.seq,
                           .max_tokens = request.max_tokens,
                           .policy = request.policy,
                           .sampler = &likeliest_,
                           .ends = &draft_,
                           .likeliest = true,
                           .distributions = false});
    }
    drafter_.propose(drawing, load);
    for (size_t i = 0; i < requests.size(); ++i) {
        requests[i].work = drawing[i].work;
        translate(requests[i], drawing[i].tokens);
        load.rows += static_cast<int>(requests[i].tokens.size()) - static_cast<int>(drawing[i].tokens.size());
    }
}

void RetokenizingDrafter::translate(DraftRequest & request, std::span<const Token> drawn) const {
    std::string text;
    std::vector<size_t> ends;  // where each drawn token ends in text
    bool ended = false;
    for (const Token token : drawn) {
        ended = draft_.ends_generation(token);
        const std::string_view piece = draft_.piece(token);
        if (ended || piece.empty()) {
            break;  // what else has no text means nothing to the target
        }
        text += piece;
        ends.push_back(text.size());
    }
    const size_t whole = whole_characters(text);
    ended &= whole == text.size();
    text.resize(whole);

    std::vector<Token> tokens = continuation(texts_.at(request.seq).recent, text);
    if (ended && target_.end() >= 0) {
        tokens.push_back(target_.end());
    }
    std::string said;
    std::vector<int> & draws = request.draws.emplace();
    for (const Token token : tokens) {
        said += target_.ends_generation(token) ? "" : target_.written(token);
        if (!text.starts_with(said) || request.full() || !request.sampler->allows(token)) {
            break;
        }
        request.sampler->accept(token);
        request.tokens.push_back(token);
        if (request.distributions) {
            request.drafted.push_back(Distribution::point(token));
        }
        const auto spoken = std::upper_bound(ends.begin(), ends.end(), said.size()) - ends.begin();
        draws.push_back(static_cast<int>(spoken) + (target_.ends_generation(token) ? 1 : 0));
    }
    if (draws.empty() && !drawn.empty()) {
        draws.push_back(1);  // it came to nothing
    }
}

std::vector<Token> RetokenizingDrafter::continuation(std::span<const Token> recent, const std::string & text) const {
    std::string before;
    for (const Token token : recent) {
        before += target_.written(token);
    }
    if (text.empty() || !begins_character(before, 0)) {
        return text.empty() ? std::vector<Token>() : target_.tokenize(text, false);
    }
    const std::vector<Token> all = target_.tokenize(before + text, false);
    if (all.size() >= recent.size() && std::equal(recent.begin(), recent.end(), all.begin())) {
        return {all.begin() + static_cast<std::ptrdiff_t>(recent.size()), all.end()};
    }
    // The text goes on in the middle of a token: what is committed stays as it is.
    return target_.tokenize(text, false);
}

}  // namespace foretoken
