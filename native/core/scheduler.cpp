#include "scheduler.h"

#include <algorithm>

namespace foretoken {

namespace {

double milliseconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

// Time since construction or the last lap, shared out among the sequences it served.
class Stopwatch {
public:
    double lap(size_t shares = 1) {
        const auto now = std::chrono::steady_clock::now();
        const double elapsed = milliseconds(now - last_);
        last_ = now;
        return elapsed / static_cast<double>(shares);
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

Scheduler::Scheduler(LanguageModel & target, Drafter * drafter, const TokenTable & tokens, int max_sequences)
    : target_(target), drafter_(drafter), tokens_(tokens) {
    for (SeqId id = max_sequences - 1; id >= 0; --id) {
        free_.push_back(id);
    }
}

Scheduler::~Scheduler() = default;

bool Scheduler::all_aborted() const {
    return !idle() &&
           std::all_of(sequences_.begin(), sequences_.end(), [](const auto & s) { return is_aborted(s->request); });
}

void Scheduler::admit(Request request) {
    const SeqId id = free_.back();
    free_.pop_back();
    auto sequence = std::make_unique<Sequence>(Sequence{id, std::move(request), TextStream({}), {}});
    sequence->text = TextStream(sequence->request.stop);
    sequence->committed = sequence->request.prompt;
    sequence->statistics.prompt_tokens = static_cast<int64_t>(sequence->committed.size());
    if (drafter_) {
        drafter_->begin(id, sequence->committed);
    }
    sequences_.push_back(std::move(sequence));
}

void Scheduler::step() {
    end_aborted();
    try {
        advance();
    } catch (const EvalAborted &) {
        end_all(FinishReason::Aborted);
    } catch (const std::exception & error) {
        end_all(FinishReason::Aborted, error.what());
    }
}

void Scheduler::abort_all() {
    end_all(FinishReason::Aborted);
}

void Scheduler::advance() {
    Sequences active;
    for (const auto & sequence : sequences_) {
        if (!prefill(*sequence)) {
            active.push_back(sequence.get());
        }
    }
    if (active.empty()) {
        return;
    }

    Stopwatch watch;
    draft(active);
    for (const double share = watch.lap(active.size()); Sequence * sequence : active) {
        sequence->statistics.draft_ms += share;
    }
    std::erase_if(active, [](const Sequence * sequence) { return is_aborted(sequence->request); });
    if (active.empty()) {
        return;
    }

    const Rows rows = verify(active);
    for (const double share = watch.lap(active.size()); Sequence * sequence : active) {
        sequence->statistics.verify_ms += share;
    }
    size_t first_row = 0;
    for (Sequence * sequence : active) {
        const size_t n_rows = sequence->draft.size() + 1;
        accept(*sequence, rows, first_row);  // may end the sequence
        first_row += n_rows;
    }
}

bool Scheduler::prefill(Sequence & sequence) {
    Statistics & statistics = sequence.statistics;
    const Pos end = static_cast<Pos>(sequence.committed.size()) - 1;
    Stopwatch watch;
    bool more = false;
    if (sequence.evaluated < end) {
        const Pos chunk_end = std::min(end, sequence.evaluated + target_.limits().batch);
        batch_.clear();
        for (Pos pos = sequence.evaluated; pos < chunk_end; ++pos) {
            batch_.push_back({sequence.id, pos, sequence.committed[static_cast<size_t>(pos)], false});
        }
        target_.eval(batch_);
        statistics.target_passes += 1;
        statistics.target_tokens += static_cast<int64_t>(batch_.size());
        sequence.evaluated = chunk_end;
        more = true;
    } else if (statistics.rounds == 0 && draft_limit(sequence, 1) > 0) {
        // Later gaps are part of a draft's cost: propose() closes them.
        DraftWork work;
        more = drafter_->catch_up(sequence.id, work);
        statistics.draft_passes += work.passes;
        statistics.draft_tokens += work.tokens;
    }
    statistics.prefill_ms += watch.lap();
    return more;
}

int Scheduler::draft_limit(const Sequence & sequence, size_t active) const {
    if (!drafter_ || !sequence.request.policy) {
        return 0;
    }
    // Whatever a draft is worth, it must fit: the output and the context (a round adds one token to its draft), this
    // sequence's share of the verify batch, and the drafter's own context.
    const ModelLimits limits = target_.limits();
    const int left = sequence.request.max_tokens - sequence.generated;
    const int context = limits.context - static_cast<int>(sequence.committed.size());
    const int share = std::min(limits.batch, limits.rows) / static_cast<int>(active);
    const int room = std::min({left - 1, context - 1, share - 1, drafter_->room(sequence.id)});
    return std::max(0, std::min(room, sequence.request.policy->limit(sequence.id)));
}

void Scheduler::draft(const Sequences & active) {
    std::vector<DraftRequest> requests;
    Sequences drafting;
    for (Sequence * sequence : active) {
        sequence->draft.clear();
        if (const int limit = draft_limit(*sequence, active.size()); limit > 0) {
            requests.push_back({sequence->id, limit, sequence->request.policy.get()});
            drafting.push_back(sequence);
        }
    }
    if (requests.empty()) {
        return;
    }
    drafter_->propose(requests);
    for (size_t i = 0; i < requests.size(); ++i) {
        drafting[i]->draft = std::move(requests[i].tokens);
        drafting[i]->statistics.draft_passes += requests[i].work.passes;
        drafting[i]->statistics.draft_tokens += requests[i].work.tokens;
    }
}

Rows Scheduler::verify(const Sequences & active) {
    batch_.clear();
    for (Sequence * sequence : active) {
        Pos pos = sequence->evaluated;
        batch_.push_back({sequence->id, pos++, sequence->committed.back(), true});
        for (const Token token : sequence->draft) {
            batch_.push_back({sequence->id, pos++, token, true});
        }
        sequence->statistics.target_passes += 1;
        sequence->statistics.target_tokens += static_cast<int64_t>(sequence->draft.size()) + 1;
    }
    return target_.eval(batch_);
}

void Scheduler::accept(Sequence & sequence, const Rows & rows, size_t first_row) {
    Stopwatch watch;
    const Verdict verdict = verify_greedy(rows, first_row, sequence.draft);
    Statistics & statistics = sequence.statistics;
    const int proposed = static_cast<int>(sequence.draft.size());
    statistics.rounds += 1;
    statistics.proposed += proposed;
    statistics.accepted += verdict.accepted;
    statistics.committed += verdict.accepted + 1;
    (verdict.accepted < proposed ? statistics.corrections : statistics.bonuses) += 1;
    auto & per_position = statistics.accepted_per_position;
    per_position.resize(std::max(per_position.size(), sequence.draft.size()));
    for (size_t i = 0; i < static_cast<size_t>(verdict.accepted); ++i) {
        per_position[i] += 1;
    }
    if (sequence.request.policy) {
        sequence.request.policy->observe({sequence.id, proposed, verdict.accepted});
    }
    statistics.sample_ms += watch.lap();
    commit(sequence, verdict);
}

void Scheduler::commit(Sequence & sequence, const Verdict & verdict) {
    const size_t accepted = static_cast<size_t>(verdict.accepted);
    const size_t before = sequence.committed.size();
    const Origin last = sequence.draft.empty()             ? Origin::Plain
                        : accepted < sequence.draft.size() ? Origin::Correction
                                                           : Origin::Bonus;
    for (size_t i = 0; i < accepted; ++i) {
        if (const auto reason = append(sequence, sequence.draft[i], Origin::Draft)) {
            return end(sequence, *reason);
        }
    }
    if (const auto reason = append(sequence, verdict.next, last)) {
        return end(sequence, *reason);
    }

    sequence.evaluated = static_cast<Pos>(before + accepted);
    if (accepted < sequence.draft.size()) {
        target_.truncate(sequence.id, sequence.evaluated);
    }
    if (drafter_) {
        drafter_->commit(sequence.id, std::span(sequence.committed).subspan(before));
    }
    emit(sequence);
}

std::optional<FinishReason> Scheduler::append(Sequence & sequence, Token token, Origin origin) const {
    const Request & request = sequence.request;
    if (!request.ignore_end && tokens_.ends_generation(token)) {
        return FinishReason::EndOfGeneration;
    }
    sequence.committed.push_back(token);
    sequence.generated += 1;
    if (sequence.text.push(token, origin, tokens_.piece(token))) {
        return FinishReason::StopString;
    }
    if (sequence.generated == request.max_tokens) {
        return FinishReason::Length;
    }
    if (static_cast<int>(sequence.committed.size()) == target_.limits().context) {
        return FinishReason::ContextFull;
    }
    return std::nullopt;
}

void Scheduler::emit(Sequence & sequence) const {
    if (auto tokens = sequence.text.take(); !tokens.empty()) {
        sequence.request.listener->on_tokens(std::move(tokens));
    }
}

void Scheduler::end(Sequence & sequence, FinishReason reason, const std::string & error) {
    sequence.text.finish();
    emit(sequence);
    target_.truncate(sequence.id, 0);
    if (drafter_) {
        drafter_->end(sequence.id);
    }
    Statistics & s = sequence.statistics;
    s.total_ms = milliseconds(Clock::now() - sequence.started);
    s.other_ms = std::max(0.0, s.total_ms - s.prefill_ms - s.draft_ms - s.verify_ms - s.sample_ms);
    sequence.request.listener->on_end(reason, s, error);

    free_.push_back(sequence.id);
    std::erase_if(sequences_, [&](const auto & other) { return other.get() == &sequence; });
}

void Scheduler::end_all(FinishReason reason, const std::string & error) {
    while (!sequences_.empty()) {
        end(*sequences_.back(), reason, error);
    }
}

void Scheduler::end_aborted() {
    for (size_t i = sequences_.size(); i-- > 0;) {
        if (is_aborted(sequences_[i]->request)) {
            end(*sequences_[i], FinishReason::Aborted);
        }
    }
}

}  // namespace foretoken
