#include "scheduler.h"

#include <algorithm>

#include "prefill-budget.h"
#include "stopwatch.h"

namespace foretoken {

namespace {

// Beside running streams, a chunk of prompts may take as long as their own rows: at worst they flow half as fast.
constexpr double kLongestPass = 2;
// A sequence waits for another that evaluates this much more of the same prefix.
constexpr size_t kLeastShared = 16;

}  // namespace

Scheduler::Scheduler(LanguageModel & target, std::vector<Drafter *> drafters, const TokenTable & tokens,
                     int max_sequences, std::shared_ptr<PairCosts> costs, KeptLimits kept)
    : target_(target),
      tokens_(tokens),
      max_sequences_(static_cast<size_t>(max_sequences)),
      costs_(std::move(costs)),
      drafting_(std::move(drafters), tokens, target.limits(), max_sequences, costs_),
      kept_(target, drafting_, max_sequences_, kept) {}

Scheduler::~Scheduler() = default;

bool Scheduler::has_room(int priority) const {
    const auto takes_one = [&](const auto & s) {
        return s->has_slot() ? !gives_slot(*s) : !s->paused() && s->request.priority >= priority;
    };
    return static_cast<size_t>(std::count_if(sequences_.begin(), sequences_.end(), takes_one)) < max_sequences_;
}

bool Scheduler::runnable() const {
    return std::any_of(sequences_.begin(), sequences_.end(), [](const auto & s) { return !s->paused(); });
}

bool Scheduler::gives_slot(const Sequence & sequence) const {
    return sequence.has_slot() && sequence.paused() && sequence.request.share_prefix && kept_.keeps();
}

bool Scheduler::all_aborted() const {
    return !idle() &&
           std::all_of(sequences_.begin(), sequences_.end(), [](const auto & s) { return is_aborted(s->request); });
}

void Scheduler::admit(Request request) {
    const auto behind = std::find_if(sequences_.begin(), sequences_.end(),
                                     [&](const auto & other) { return other->request.priority < request.priority; });
    sequences_.insert(behind, std::make_unique<Sequence>(std::move(request)));
}

size_t Scheduler::read_kept(std::span<const Token> text, const std::function<void(SeqId)> & read) {
    return kept_.read(text, read);
}

bool Scheduler::keep(std::vector<Token> text, const std::function<bool(SeqId)> & fill) {
    return kept_.keep(std::move(text), running_cells(), fill);
}

void Scheduler::step() {
    end_aborted();
    give_slots();
    try {
        advance();
    } catch (const EvalAborted &) {
        abort_all();
    } catch (const std::exception & error) {
        for (const auto & sequence : sequences_) {
            sequence->fail(error);
        }
    }
    end_failed();
    for (const auto & sequence : sequences_) {
        if (sequence->has_slot()) {
            sequence->request.listener->on_step_end();
        }
    }
}

void Scheduler::forget_kept() {
    kept_.drop_all();
}

void Scheduler::give_slots() {
    size_t taken = static_cast<size_t>(
        std::count_if(sequences_.begin(), sequences_.end(), [](const auto & s) { return s->has_slot(); }));
    for (const auto & sequence : sequences_) {
        if (sequence->has_slot() || sequence->paused()) {
            continue;
        }
        if (taken == max_sequences_) {
            const auto idle =
                std::find_if(sequences_.rbegin(), sequences_.rend(), [&](const auto & s) { return gives_slot(*s); });
            if (idle == sequences_.rend()) {
                return;
            }
            take_slot(**idle, true);
            taken -= 1;
        }
        sequence->id = kept_.take();
        taken += 1;
    }
}

void Scheduler::take_slot(Sequence & sequence, bool keeps) {
    if (sequence.has_slot()) {
        kept_.give_back(sequence, keeps && sequence.begun && sequence.request.share_prefix);
        sequence.lose_slot();
    }
}

void Scheduler::advance() {
    Sequences decoding;
    Sequences prompts;
    for (const auto & sequence : sequences_) {
        if (sequence->has_slot() && !sequence->paused() && (sequence->begun || begin(*sequence))) {
            (sequence->prefilled() ? decoding : prompts).push_back(sequence.get());
        }
    }
    const std::vector<Part> chunks = this->chunks(decoding, prompts);
    int prefill = 0;
    for (const auto & [sequence, end] : chunks) {
        prefill += end - sequence->evaluated;
    }
    drafting_.begin_round(decoding, prefill);
    drafting_.catch_up(decoding);
    drafting_.draft(decoding);
    std::vector<Part> parts;
    for (Sequence * sequence : decoding) {
        if (sequence->goes_on()) {
            parts.push_back({sequence});
        }
    }
    parts.insert(parts.end(), chunks.begin(), chunks.end());
    if (!parts.empty()) {
        evaluate(parts);
    }
}

bool Scheduler::begin(Sequence & sequence) {
    PrefixCache::Match best{sequence.id, 0, false};
    if (sequence.request.share_prefix) {
        const auto text = std::span(sequence.committed).first(sequence.committed.size() - 1);
        best = kept_.find(text).value_or(best);
        size_t soon = best.length;
        for (const auto & other : sequences_) {
            if (other->begun && other->request.share_prefix) {
                const size_t common = common_prefix(text, other->committed);
                const size_t now = std::min(common, static_cast<size_t>(other->evaluated));
                if (now > best.length) {
                    best = {other->id, now, false};
                }
                // Of those below it the text may wait for ever: others' prompts are read first.
                const bool reads_on =
                    !other->prefilled() && !other->paused() && other->request.priority >= sequence.request.priority;
                soon = std::max(soon, reads_on ? common : now);
            }
        }
        if (soon >= best.length + kLeastShared) {
            return false;
        }
    }
    if (best.length > 0) {
        target_.copy(best.seq, sequence.id, static_cast<Pos>(best.length));
        sequence.evaluated = static_cast<Pos>(best.length);
        if (sequence.generated == 0) {
            sequence.statistics.cached_tokens = static_cast<int64_t>(best.length);
        }
    }
    drafting_.begin(sequence);
    if (best.whole) {
        kept_.drop(best.seq);
    }
    // Before its first token has a cell: kept texts that give way now leave it the lowest ones.
    kept_.make_room(running_cells() + sequence.committed.size() - static_cast<size_t>(sequence.evaluated));
    sequence.begun = true;
    return true;
}

std::vector<Scheduler::Part> Scheduler::chunks(const Sequences & decoding, const Sequences & prompts) const {
    const int batch = target_.limits().batch;
    const int sequences = static_cast<int>(decoding.size());
    int left = batch;
    if (sequences > 0) {
        left = std::min(std::max(1, batch / 2), batch - sequences);
        if (costs_) {
            int rows = sequences;
            for (const Sequence * sequence : decoding) {
                rows += static_cast<int>(sequence->draft.size());
            }
            left = affordable_chunk(costs_->target, rows, kLongestPass * costs_->target.ms(rows), left);
        }
    }
    std::vector<Part> chunks;
    for (Sequence * sequence : prompts) {
        const Pos end = static_cast<Pos>(sequence->committed.size()) - 1;
        if (const int chunk = std::min(left, end - sequence->evaluated); chunk > 0) {
            chunks.push_back({sequence, sequence->evaluated + chunk});
            left -= chunk;
        }
    }
    return chunks;
}

void Scheduler::evaluate(const std::vector<Part> & parts) {
    batch_.clear();
    bool reads = false;
    for (const auto & [sequence, end] : parts) {
        Pos pos = sequence->evaluated;
        for (; pos < end; ++pos) {
            batch_.push_back({sequence->id, pos, sequence->committed[static_cast<size_t>(pos)], false});
        }
        reads |= end > 0;
        if (end == 0) {
            const int likeliest = sequence->looked_at();
            batch_.push_back({sequence->id, pos++, sequence->committed.back(), true, likeliest});
            for (const Token token : sequence->draft) {
                batch_.push_back({sequence->id, pos++, token, true, likeliest});
            }
        }
    }
    kept_.make_room(running_cells() + batch_.size());
    Stopwatch watch;
    Rows rows;
    try {
        rows = eval(parts);
    } catch (const EvalAborted &) {
        throw;
    } catch (const std::exception & error) {
        take_back(parts);
        if (parts.size() == 1) {
            failed(*parts.front().sequence, error);
        }
        for (size_t i = 0; i < parts.size() && parts.size() > 1; ++i) {
            evaluate({parts[i]});
        }
        return;
    }
    const double ms = watch.lap();
    if (costs_ && !costs_->frozen) {
        const int tokens = static_cast<int>(batch_.size());
        reads ? costs_->target.observe_reading(tokens, ms) : costs_->target.observe(tokens, ms);
    }
    const double ms_per_token = ms / static_cast<double>(batch_.size());
    const PassSize size{static_cast<int>(parts.size()), static_cast<int>(batch_.size())};
    size_t first_row = 0;
    for (const Part & part : parts) {
        part.sequence->request.listener->on_pass(size);
        const size_t n_rows = part.end > 0 ? 0 : part.sequence->draft.size() + 1;
        part.sequence->statistics.target_pass_share += 1.0 / static_cast<double>(parts.size());
        complete(part, ms_per_token, rows, first_row);
        first_row += n_rows;
    }
}

Rows Scheduler::eval(const std::vector<Part> & parts) {
    for (;;) {
        try {
            return target_.eval(batch_);
        } catch (const NoRoom &) {
            take_back(parts);
            if (!kept_.drop_oldest()) {
                throw;
            }
        }
    }
}

void Scheduler::take_back(const std::vector<Part> & parts) {
    for (const Part & part : parts) {
        target_.truncate(part.sequence->id, part.sequence->evaluated);
    }
}

void Scheduler::failed(Sequence & sequence, const std::exception & error) {
    if (!dynamic_cast<const NoRoom *>(&error) || sequence.evaluated == 0) {
        sequence.fail(error);
        return;
    }
    // Read again it takes the lowest free cells, and all that are left lie behind them.
    target_.truncate(sequence.id, 0);
    sequence.evaluated = 0;
    drafting_.commit(sequence, sequence.committed.size());
}

void Scheduler::complete(const Part & part, double ms_per_token, const Rows & rows, size_t first_row) {
    Sequence & sequence = *part.sequence;
    Statistics & statistics = sequence.statistics;
    const size_t before = sequence.committed.size();
    const Pos held = part.end > 0 ? part.end : static_cast<Pos>(before + sequence.draft.size());
    const int tokens = held - sequence.evaluated;
    statistics.target_passes += 1;
    statistics.target_tokens += tokens;
    (part.end > 0 ? statistics.prefill_ms : statistics.verify_ms) += ms_per_token * tokens;
    if (part.end > 0) {
        sequence.evaluated = held;
        return;
    }
    std::optional<FinishReason> reason;
    try {
        reason = sequence.accept(rows, first_row, tokens_, target_.limits().context, distributions_);
    } catch (const std::exception & error) {
        sequence.fail(error);  // its constraint failed: the others go on
        return;
    }
    if (reason) {
        end(sequence, *reason);
        return;
    }
    if (sequence.evaluated < held) {
        target_.truncate(sequence.id, sequence.evaluated);
    }
    drafting_.commit(sequence, before);
    sequence.emit();
}

size_t Scheduler::running_cells() const {
    size_t cells = 0;
    for (const auto & sequence : sequences_) {
        cells += static_cast<size_t>(sequence->evaluated);
    }
    return cells;
}

void Scheduler::end(Sequence & sequence, FinishReason reason, const Error * error) {
    take_slot(sequence, !error);
    drafting_.remember(sequence);
    sequence.end(reason, error);
    std::erase_if(sequences_, [&](const auto & other) { return other.get() == &sequence; });
}

void Scheduler::abort_all() {
    while (!sequences_.empty()) {
        end(*sequences_.back(), FinishReason::Aborted);
    }
}

void Scheduler::end_aborted() {
    for (size_t i = sequences_.size(); i-- > 0;) {
        if (is_aborted(sequences_[i]->request)) {
            end(*sequences_[i], FinishReason::Aborted);
        }
    }
}

void Scheduler::end_failed() {
    for (size_t i = sequences_.size(); i-- > 0;) {
        if (const auto failure = sequences_[i]->failure) {
            end(*sequences_[i], FinishReason::Aborted, &*failure);
        }
    }
}

}  // namespace foretoken
