#include "model-drafter.h"

#include <algorithm>

namespace foretoken {

void ModelDrafter::begin(SeqId seq, std::span<const Token> prompt) {
    append_committed(texts_[seq] = Text(), prompt);
}

void ModelDrafter::append_committed(Text & text, std::span<const Token> tokens) const {
    text.committed.insert(text.committed.end(), tokens.begin(), tokens.end());
    text.foreign |= std::any_of(tokens.begin(), tokens.end(), [&](Token token) { return token >= shared_vocabulary_; });
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

bool ModelDrafter::catch_up(SeqId seq, DraftWork & work) {
    Text & text = texts_.at(seq);
    const size_t end = text.committed.size() - 1;
    if (text.cached.size() >= end) {
        return false;
    }
    batch_.clear();
    append_lacking(seq, text, end, static_cast<size_t>(model_.limits().batch), work);
    model_.eval(batch_);
    return text.cached.size() < end;
}

int ModelDrafter::room(SeqId seq) const {
    const Text & text = texts_.at(seq);
    if (text.foreign) {
        return 0;
    }
    // The last draft token is proposed, never evaluated: k drafts need committed + k - 1 cells.
    const int committed = static_cast<int>(text.committed.size());
    return std::max(0, model_.limits().context - committed + 1);
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
        const Rows rows = model_.eval(batch_);
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
    const int drawn = static_cast<int>(request.tokens.size());
    if (!request.policy->keep_going({request.seq, drawn})) {
        return false;
    }
    const Token token = rows.argmax(row, static_cast<size_t>(shared_vocabulary_));
    request.tokens.push_back(token);
    if (drawn + 1 == request.max_tokens) {
        return false;
    }
    Text & text = texts_.at(request.seq);
    batch_.push_back({request.seq, static_cast<Pos>(text.cached.size()), token, true});
    text.cached.push_back(token);
    request.work.passes += 1;
    request.work.tokens += 1;
    return true;
}

void ModelDrafter::commit(SeqId seq, std::span<const Token> tokens) {
    Text & text = texts_.at(seq);
    const size_t before = text.committed.size();
    append_committed(text, tokens);
    // Before this round cached was a prefix of committed; only the draft behind it can differ.
    size_t common = std::min(before, text.cached.size());
    while (common < text.cached.size() && common < text.committed.size() &&
           text.cached[common] == text.committed[common]) {
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
