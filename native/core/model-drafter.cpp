#include "model-drafter.h"

#include <algorithm>
#include <array>

#include "stopwatch.h"

namespace foretoken {

void ModelDrafter::begin(SeqId seq, std::span<const Token> prompt) {
    append_committed(texts_[seq] = Text(), prompt);
}

void ModelDrafter::append_committed(Text & text, std::span<const Token> tokens) const {
    text.committed.insert(text.committed.end(), tokens.begin(), tokens.end());
    text.foreign |= std::any_of(tokens.begin(), tokens.end(), [&](Token token) { return token >= shared_vocabulary_; });
}

DrafterView ModelDrafter::view(SeqId seq) const {
    const Text & text = texts_.at(seq);
    const int committed = static_cast<int>(text.committed.size());
    // The last draft token is proposed, never evaluated: k drafts need committed + k - 1 cells.
    const int room = text.foreign ? 0 : std::max(0, model_.limits().context - committed + 1);
    return {room, std::max(0, committed - 1 - static_cast<int>(text.cached.size())), std::nullopt};
}

void ModelDrafter::append_lacking(SeqId seq, Text & text, size_t end, size_t space, DraftWork & work) {
    const size_t begin = text.cached.size();
    end = std::min(end, begin + space);
    for (size_t i = begin; i < end; ++i) {
        const bool last = i + 1 == text.committed.size();
        batch_.push_back({seq, static_cast<Pos>(i), text.committed[i], last});
        text.cached.push_back(text.committed[i]);
    }
    work.passes += 1;
    work.tokens += static_cast<int>(end - begin);
}

Rows ModelDrafter::eval(std::span<DraftWork * const> shares) {
    Stopwatch watch;
    const Rows rows = model_.eval(batch_);
    const double ms = watch.lap();
    passes_.push_back({static_cast<int>(batch_.size()), ms});
    for (DraftWork * work : shares) {
        work->pass_ms += ms / static_cast<double>(shares.size());
    }
    return rows;
}

bool ModelDrafter::catch_up(SeqId seq, DraftWork & work) {
    Text & text = texts_.at(seq);
    const size_t end = text.committed.size() - 1;
    if (text.cached.size() >= end) {
        return false;
    }
    batch_.clear();
    append_lacking(seq, text, end, static_cast<size_t>(model_.limits().batch), work);
    eval(std::array{&work});
    return text.cached.size() < end;
}

void ModelDrafter::propose(std::span<DraftRequest> requests) {
    const size_t space = static_cast<size_t>(model_.limits().batch) / std::max<size_t>(1, requests.size());
    for (DraftRequest & request : requests) {
        const Text & text = texts_.at(request.seq);
        while (text.cached.size() + space < text.committed.size()) {
            catch_up(request.seq, request.work);
        }
    }

    batch_.clear();
    std::vector<DraftRequest *> drawing;  // in the order of the batch's rows
    for (DraftRequest & request : requests) {
        Text & text = texts_.at(request.seq);
        append_lacking(request.seq, text, text.committed.size(), space, request.work);
        drawing.push_back(&request);
    }
    while (!drawing.empty()) {
        std::vector<DraftWork *> shares;
        for (DraftRequest * request : drawing) {
            shares.push_back(&request->work);
        }
        const Rows rows = eval(shares);
        batch_.clear();
        std::vector<DraftRequest *> next;
        for (size_t row = 0; row < drawing.size(); ++row) {
            if (draw(*drawing[row], rows, row)) {
                next.push_back(drawing[row]);
            }
        }
        drawing.swap(next);
    }
}

bool ModelDrafter::draw(DraftRequest & request, const Rows & rows, size_t row) {
    const auto logits =
        rows.logits(row).first(std::min(rows.logits(row).size(), static_cast<size_t>(shared_vocabulary_)));
    Text & text = texts_.at(request.seq);
    Sampler & sampler = *request.sampler;
    Confidence confidence = sampler.distribution(logits, text.cached, distribution_);
    if (distribution_.empty()) {
        return false;
    }
    if (sampler.greedy() && request.policy->reads_confidence()) {
        confidence = confidence_of(logits);
    }
    const int drawn = static_cast<int>(request.tokens.size());
    if (!request.policy->keep_going({request.seq, drawn, confidence})) {
        return false;
    }
    const Token token =
        request.likeliest ? distribution_.mode() : sampler.random().choose(distribution_, Stream::Draft);
    sampler.accept(token);
    request.tokens.push_back(token);
    if (request.distributions) {
        request.drafted.push_back(request.likeliest ? Distribution::point(token) : distribution_);
    }
    if (request.full() || !request.policy->step_again(request.seq, drawn + 1)) {
        return false;
    }
    batch_.push_back({request.seq, static_cast<Pos>(text.cached.size()), token, true});
    text.cached.push_back(token);
    request.work.passes += 1;
    request.work.tokens += 1;
    return true;
}

void ModelDrafter::commit(SeqId seq, std::span<const Token> tokens) {
    replace(seq, texts_.at(seq).committed.size(), tokens);
}

void ModelDrafter::replace(SeqId seq, size_t kept, std::span<const Token> tokens) {
    Text & text = texts_.at(seq);
    text.committed.resize(kept);
    append_committed(text, tokens);
    // The last token's row is needed, even where a correction is by rounding the very token it corrects.
    const size_t comparable = std::min(text.cached.size(), std::max<size_t>(text.committed.size(), 1) - 1);
    size_t common = std::min(kept, comparable);
    while (common < comparable && text.cached[common] == text.committed[common]) {
        ++common;
    }
    if (common < text.cached.size()) {
        text.cached.resize(common);
        model_.truncate(seq, static_cast<Pos>(common));
    }
}

void ModelDrafter::end(SeqId seq) {
    texts_.erase(seq);
    model_.truncate(seq, 0);
}

}  // namespace foretoken
