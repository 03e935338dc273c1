#include "scheduler.h"

#include <algorithm>

#include "stopwatch.h"
#include "target-rows.h"

namespace foretoken {

Scheduler::Scheduler(LanguageModel & target, std::vector<Drafter *> drafters, const TokenTable & tokens,
                     int max_sequences, std::shared_ptr<PairCosts> costs)
    : target_(target), drafters_(std::move(drafters)), tokens_(tokens), costs_(std::move(costs)) {
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
    if (!request.sampler) {
        request.sampler = std::make_unique<Sampler>(SamplingOptions(), std::make_unique<SeededRandom>(0));
    }
    const SeqId id = free_.back();
    free_.pop_back();
    auto sequence = std::make_unique<Sequence>(Sequence{id, std::move(request), TextStream({}), {}});
    sequence->text = TextStream(sequence->request.stop);
    sequence->committed = sequence->request.prompt;
    sequence->statistics.prompt_tokens = static_cast<int64_t>(sequence->committed.size());
    for (Drafter * drafter : drafters_) {
        drafter->begin(id, sequence->committed);
    }
    sequences_.push_back(std::move(sequence));
}

void Scheduler::step() {
    end_aborted();
    try {
        advance();
    } catch (const EvalAborted &) {
        end_all(FinishReason::Aborted);
    } catch (const Error & error) {
        end_all(FinishReason::Aborted, &error);
    } catch (const std::exception & error) {
        const EvalFailed failed(error.what());
        end_all(FinishReason::Aborted, &failed);
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

    draft(active);
    std::erase_if(active, [](const Sequence * sequence) { return is_aborted(sequence->request); });
    if (active.empty()) {
        return;
    }

    Stopwatch watch;
    const Rows rows = evaluate(active);
    const double verify_ms = watch.lap();
    if (costs_ && !costs_->frozen) {
        costs_->target.observe(static_cast<int>(batch_.size()), verify_ms);
    }
    size_t first_row = 0;
    for (Sequence * sequence : active) {
        sequence->statistics.verify_ms += verify_ms / static_cast<double>(active.size());
        const size_t n_rows = sequence->draft.size() + 1;
        try {
            if (const auto reason = accept(*sequence, rows, first_row)) {
                end(*sequence, *reason);
            }
        } catch (const Error & error) {
            end(*sequence, FinishReason::Aborted, &error);  // its constraint failed: the others go on
        }
        first_row += n_rows;
    }
}

bool Scheduler::prefill(Sequence & sequence) {
    Statistics & statistics = sequence.statistics;
    const Pos end = static_cast<Pos>(sequence.committed.size()) - 1;
    const Timed timed(statistics.prefill_ms);
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
        return true;
    }
    if (statistics.rounds > 0) {
        return false;  // later gaps are part of a draft's cost: propose() closes them
    }
    const DraftPlan & first = plan(sequence);
    if (first.max_tokens == 0) {
        return false;
    }
    DraftWork work;
    const bool more = drafters_[static_cast<size_t>(first.drafter)]->catch_up(sequence.id, work);
    statistics.draft_passes += work.passes;
    statistics.draft_tokens += work.tokens;
    return more;
}

int Scheduler::room(const Sequence & sequence) const {
    // The output and the context (a round adds one token to its draft), and this sequence's share of the verify batch.
    const ModelLimits limits = target_.limits();
    const int left = sequence.request.max_tokens - sequence.generated;
    const int context = limits.context - static_cast<int>(sequence.committed.size());
    const int share = std::min(limits.batch, limits.rows) / static_cast<int>(sequences_.size());
    return std::max(0, std::min({left, context, share}) - 1);
}

const DraftPlan & Scheduler::plan(Sequence & sequence) {
    if (sequence.plan) {
        return *sequence.plan;
    }
    sequence.plan = DraftPlan();
    if (!sequence.request.policy) {
        return *sequence.plan;
    }
    std::vector<DrafterView> views;
    for (size_t i = 0; i < drafters_.size(); ++i) {
        const bool allowed = (sequence.request.drafters >> i & 1) != 0;
        views.push_back(allowed ? drafters_[i]->view(sequence.id) : DrafterView());
    }
    sequence.plan =
        sequence.request.policy->plan({sequence.id, room(sequence), sequence.request.max_tokens - sequence.generated,
                                       static_cast<int>(sequences_.size()) - 1, views});
    return *sequence.plan;
}

void Scheduler::draft(const Sequences & active) {
    std::vector<Sequences> drafting(drafters_.size());
    for (Sequence * sequence : active) {
        sequence->draft.clear();
        sequence->drafted.clear();
        sequence->draws.reset();
        const DraftPlan & wanted = plan(*sequence);
        if (std::min(wanted.max_tokens, room(*sequence)) > 0) {
            drafting[static_cast<size_t>(wanted.drafter)].push_back(sequence);
        }
    }
    for (size_t i = 0; i < drafters_.size(); ++i) {
        if (!drafting[i].empty()) {
            draft_with(i, drafting[i]);
        }
    }
}

void Scheduler::draft_with(size_t drafter, const Sequences & drafting) {
    Stopwatch watch;
    std::vector<DraftRequest> requests;
    for (Sequence * sequence : drafting) {
        Request & request = sequence->request;
        requests.push_back({sequence->id, std::min(sequence->plan->max_tokens, room(*sequence)), request.policy.get(),
                            request.sampler.get(), request.ignore_end ? nullptr : &tokens_, request.likeliest_draft,
                            request.verification != Verification::SampleMatch});
    }
    drafters_[drafter]->propose(requests);
    for (const DraftPass & pass : drafters_[drafter]->take_passes()) {
        if (costs_ && !costs_->frozen) {
            costs_->drafters[drafter].observe(pass.tokens, pass.ms);
        }
    }
    double pass_ms = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
        DraftRequest & request = requests[i];
        request.sampler->rewind(static_cast<int>(request.tokens.size()));
        Statistics & statistics = drafting[i]->statistics;
        statistics.draft_passes += request.work.passes;
        statistics.draft_tokens += request.work.tokens;
        statistics.draft_ms += request.work.pass_ms;
        pass_ms += request.work.pass_ms;
        drafting[i]->draft = std::move(request.tokens);
        drafting[i]->drafted = std::move(request.drafted);
        drafting[i]->draws = std::move(request.draws);
    }
    for (const double outside = watch.lap() - pass_ms; Sequence * sequence : drafting) {
        sequence->statistics.sample_ms += outside / static_cast<double>(drafting.size());
    }
}

Rows Scheduler::evaluate(const Sequences & active) {
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

std::optional<FinishReason> Scheduler::accept(Sequence & sequence, const Rows & rows, size_t first_row) {
    const Request & request = sequence.request;
    Verdict verdict;
    {
        const Timed timed(sequence.statistics.sample_ms);
        TargetRows target(*request.sampler, sequence.committed, sequence.draft, rows, first_row, distributions_);
        verdict = verify(request.verification, sequence.draft, sequence.drafted, target, request.sampler->random());
    }
    count(sequence, verdict);
    if (request.policy) {
        const auto draws = [&](size_t tokens) {
            return !sequence.draws ? static_cast<int>(tokens) : tokens == 0 ? 0 : (*sequence.draws)[tokens - 1];
        };
        const size_t all = sequence.draws ? sequence.draws->size() : sequence.draft.size();
        request.policy->observe(
            {sequence.id, *sequence.plan, draws(all), draws(static_cast<size_t>(verdict.accepted))});
    }
    sequence.plan.reset();
    return commit(sequence, verdict, rows, first_row);
}

void Scheduler::count(Sequence & sequence, const Verdict & verdict) const {
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
}

std::optional<FinishReason> Scheduler::commit(Sequence & sequence, const Verdict & verdict, const Rows & rows,
                                              size_t first_row) {
    const size_t accepted = static_cast<size_t>(verdict.accepted);
    const size_t before = sequence.committed.size();
    const Origin last = sequence.draft.empty()             ? Origin::Plain
                        : accepted < sequence.draft.size() ? Origin::Correction
                                                           : Origin::Bonus;
    for (size_t i = 0; i <= accepted; ++i) {
        CommittedToken token{i < accepted ? sequence.draft[i] : verdict.next, i < accepted ? Origin::Draft : last};
        if (const int others = sequence.request.top_logprobs; others >= 0) {
            const Timed timed(sequence.statistics.sample_ms);
            token.has_logprob = true;
            token.logprob = logprob_of(rows.logits(first_row + i), token.id);
            token.top_logprobs = top_logprobs(rows.logits(first_row + i), static_cast<size_t>(others));
        }
        if (const auto reason = append(sequence, std::move(token))) {
            return reason;
        }
    }

    sequence.evaluated = static_cast<Pos>(before + accepted);
    if (accepted < sequence.draft.size()) {
        target_.truncate(sequence.id, sequence.evaluated);
    }
    for (Drafter * drafter : drafters_) {
        drafter->commit(sequence.id, std::span(sequence.committed).subspan(before));
    }
    emit(sequence);
    return std::nullopt;
}

std::optional<FinishReason> Scheduler::append(Sequence & sequence, CommittedToken token) const {
    const Request & request = sequence.request;
    if (!request.ignore_end && tokens_.ends_generation(token.id)) {
        return FinishReason::EndOfGeneration;
    }
    {
        const Timed timed(sequence.statistics.sample_ms);
        request.sampler->accept(token.id);
    }
    sequence.committed.push_back(token.id);
    sequence.generated += 1;
    const std::string_view bytes = tokens_.piece(token.id);
    if (sequence.text.push(std::move(token), bytes)) {
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

void Scheduler::end(Sequence & sequence, FinishReason reason, const Error * error) {
    sequence.text.finish();
    emit(sequence);
    target_.truncate(sequence.id, 0);
    for (Drafter * drafter : drafters_) {
        drafter->end(sequence.id);
    }
    Statistics & s = sequence.statistics;
    const SamplingCost & cost = sequence.request.sampler->cost();
    s.sampled_rows = cost.rows;
    s.constraint_ms = cost.constraint_ms;
    s.sample_ms = std::max(0.0, s.sample_ms - s.constraint_ms);
    s.total_ms = std::chrono::duration<double, std::milli>(Clock::now() - sequence.started).count();
    s.other_ms = std::max(0.0, s.total_ms - s.prefill_ms - s.draft_ms - s.verify_ms - s.sample_ms - s.constraint_ms);
    sequence.request.listener->on_end(reason, s, error);

    free_.push_back(sequence.id);
    std::erase_if(sequences_, [&](const auto & other) { return other.get() == &sequence; });
}

void Scheduler::end_all(FinishReason reason, const Error * error) {
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
