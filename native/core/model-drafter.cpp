#include "model-drafter.h"

#include <algorithm>
#include <array>

#include "prefix-cache.h"
#include "stopwatch.h"

namespace foretoken {

namespace {

// A sequence waits a pass for another that evaluates this much for both.
constexpr size_t kLeastShared = 16;

// Of a row's tokens, as BatchToken says. A greedy distribution is sure whatever the row says: only all of it tells.
int looked_at(const DraftRequest & request) {
    const Sampler & sampler = *request.sampler;
    return sampler.greedy() && request.policy->reads_confidence() ? 0 : sampler.likeliest();
}

}  // namespace

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

void ModelDrafter::share_prefix(SeqId seq) {
    Text & text = texts_.at(seq);
    text.shares = true;
    const size_t end = std::max<size_t>(text.committed.size(), 1) - 1;
    size_t longest = text.cached.size();
    SeqId source = seq;
    for (const auto & [other, its] : texts_) {
        const size_t common = std::min(end, common_prefix(text.committed, its.cached));
        if (its.shares && common > longest) {
            longest = common;
            source = other;
        }
    }
    if (source != seq) {
        model_.truncate(seq, 0);
        model_.copy(source, seq, static_cast<Pos>(longest));
        text.cached.assign(text.committed.begin(), text.committed.begin() + static_cast<std::ptrdiff_t>(longest));
    }
}

bool ModelDrafter::waits(const Text & text, std::span<const CatchUp> before) const {
    return text.shares && std::any_of(before.begin(), before.end(), [&](const CatchUp & other) {
               const Text & its = texts_.at(other.seq);
               return common_prefix(text.committed, its.committed) >= text.cached.size() + kLeastShared;
           });
}

void ModelDrafter::make_room(size_t tokens) {
    size_t cells = tokens;
    for (const auto & [seq, text] : texts_) {
        cells += text.cached.size();
    }
    while (cells > static_cast<size_t>(model_.limits().cells)) {
        const size_t given_up = drop_oldest();
        if (given_up == 0) {
            return;
        }
        cells -= given_up;
    }
}

size_t ModelDrafter::drop_oldest() {
    auto oldest = texts_.end();
    for (auto text = texts_.begin(); text != texts_.end(); ++text) {
        if (text->second.kept > 0 && !text->second.cached.empty() &&
            (oldest == texts_.end() || text->second.kept < oldest->second.kept)) {
            oldest = text;
        }
    }
    return oldest == texts_.end() ? 0 : empty(oldest->first);
}

size_t ModelDrafter::empty(SeqId seq) {
    std::vector<Token> & cached = texts_.at(seq).cached;
    const size_t cells = cached.size();
    cached.clear();
    model_.truncate(seq, 0);
    return cells;
}

Rows ModelDrafter::eval(std::span<DraftWork * const> shares) {
    Stopwatch watch;
    Rows rows;
    try {
        rows = eval_batch();
    } catch (const NoRoom &) {
        for (const BatchToken & token : batch_) {
            empty(token.seq);
        }
        throw;
    } catch (...) {
        for (const BatchToken & token : batch_) {
            std::vector<Token> & cached = texts_.at(token.seq).cached;
            if (cached.size() > static_cast<size_t>(token.pos)) {  // the sequence's first in the batch
                cached.resize(static_cast<size_t>(token.pos));
                model_.truncate(token.seq, token.pos);
            }
        }
        throw;
    }
    const double ms = watch.lap();
    passes_.push_back({static_cast<int>(batch_.size()), ms});
    for (DraftWork * work : shares) {
        work->pass_share += 1.0 / static_cast<double>(shares.size());
        work->pass_ms += ms / static_cast<double>(shares.size());
    }
    return rows;
}

Rows ModelDrafter::eval_batch() {
    for (;;) {
        try {
            return model_.eval(batch_);
        } catch (const NoRoom &) {
            for (size_t i = 0; i < batch_.size(); ++i) {
                if (i == 0 || batch_[i].seq != batch_[i - 1].seq) {
                    model_.truncate(batch_[i].seq, batch_[i].pos);
                }
            }
            if (drop_oldest() == 0) {
                throw;
            }
        }
    }
}

void ModelDrafter::catch_up(std::span<CatchUp> sequences, int most) {
    size_t space = static_cast<size_t>(std::min(most, model_.limits().batch));
    size_t lacking = 0;
    for (const CatchUp & sequence : sequences) {
        const Text & text = texts_.at(sequence.seq);
        if (text.shares && text.cached.size() + 1 < text.committed.size()) {
            share_prefix(sequence.seq);
        }
        lacking += std::max(text.committed.size(), text.cached.size()) - text.cached.size();
    }
    make_room(std::min(lacking, space));
    batch_.clear();
    std::vector<DraftWork *> shares;
    for (size_t i = 0; i < sequences.size(); ++i) {
        CatchUp & sequence = sequences[i];
        Text & text = texts_.at(sequence.seq);
        const size_t end = text.committed.size() - 1;
        if (text.cached.size() < end && space > 0 && !waits(text, sequences.first(i))) {
            const size_t before = batch_.size();
            append_lacking(sequence.seq, text, end, space, sequence.work);
            space -= batch_.size() - before;
            shares.push_back(&sequence.work);
        }
    }
    if (!batch_.empty()) {
        eval(shares);
    }
}

void ModelDrafter::propose(std::span<DraftRequest> requests, BatchLoad & load) {
    const size_t space = static_cast<size_t>(model_.limits().batch) / std::max<size_t>(1, requests.size());
    size_t tokens = 0;
    for (DraftRequest & request : requests) {
        const Text & text = texts_.at(request.seq);
        while (text.cached.size() + space < text.committed.size()) {
            CatchUp lacking{request.seq, request.work};
            catch_up({&lacking, 1}, model_.limits().batch);
            request.work = lacking.work;
        }
        tokens += text.committed.size() - text.cached.size() + static_cast<size_t>(request.max_tokens);
    }
    make_room(tokens);
    try {
        draw_all(requests, space, load);
    } catch (...) {
        for (const DraftRequest & request : requests) {
            commit(request.seq, {});  // takes the draft back
        }
        throw;
    }
}

void ModelDrafter::draw_all(std::span<DraftRequest> requests, size_t space, BatchLoad & load) {
    batch_.clear();
    std::vector<DraftRequest *> drawing;  // in the order of the batch's rows
    for (DraftRequest & request : requests) {
        Text & text = texts_.at(request.seq);
        append_lacking(request.seq, text, text.committed.size(), space, request.work);
        batch_.back().likeliest = looked_at(request);
        drawing.push_back(&request);
    }
    while (!drawing.empty()) {
        std::vector<DraftWork *> shares;
        for (DraftRequest * request : drawing) {
            shares.push_back(&request->work);
        }
        load.drafting = static_cast<int>(drawing.size());
        load.settled = load.rows;
        const Rows rows = eval(shares);
        batch_.clear();
        std::vector<DraftRequest *> next;
        for (size_t row = 0; row < drawing.size(); ++row) {
            if (draw(*drawing[row], rows[row], load)) {
                next.push_back(drawing[row]);
            }
        }
        drawing.swap(next);
    }
}

bool ModelDrafter::draw(DraftRequest & request, const Row & whole, BatchLoad & load) {
    const Row row = whole.first(static_cast<size_t>(shared_vocabulary_));
    Text & text = texts_.at(request.seq);
    Sampler & sampler = *request.sampler;
    Confidence confidence = sampler.distribution(row, text.cached, distribution_);
    if (distribution_.empty()) {
        return false;
    }
    if (sampler.greedy() && request.policy->reads_confidence()) {
        confidence = confidence_of(row.logits());
    }
    const int drawn = static_cast<int>(request.tokens.size());
    if (!request.policy->keep_going({request.seq, drawn, confidence})) {
        return false;
    }
    const Token token =
        request.likeliest ? distribution_.mode() : sampler.random().choose(distribution_, Stream::Draft);
    sampler.accept(token);
    request.tokens.push_back(token);
    load.rows += 1;
    if (request.distributions) {
        request.drafted.push_back(request.likeliest ? Distribution::point(token) : distribution_);
    }
    if (request.full() || !request.policy->step_again(request.seq, drawn + 1)) {
        return false;
    }
    batch_.push_back({request.seq, static_cast<Pos>(text.cached.size()), token, true, looked_at(request)});
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

void ModelDrafter::keep(SeqId seq) {
    Text & text = texts_.at(seq);
    text.committed.clear();
    text.kept = ++last_kept_;
}

std::span<const Token> ModelDrafter::kept(SeqId seq) const {
    const auto text = texts_.find(seq);
    return text == texts_.end() ? std::span<const Token>() : text->second.cached;
}

void ModelDrafter::adopt(SeqId seq, std::vector<Token> tokens, const std::function<bool()> & fill) {
    if (tokens.size() > static_cast<size_t>(model_.limits().context)) {
        return;
    }
    make_room(tokens.size());
    if (!fill()) {
        model_.truncate(seq, 0);
        return;
    }
    Text text;
    text.cached = std::move(tokens);
    text.shares = true;
    text.kept = ++last_kept_;
    texts_.insert_or_assign(seq, std::move(text));
}

void ModelDrafter::end(SeqId seq) {
    texts_.erase(seq);
    model_.truncate(seq, 0);
}

}  // namespace foretoken
