#include "sequence.h"

#include <algorithm>

#include "stopwatch.h"
#include "target-rows.h"

namespace foretoken {

Sequence::Sequence(Request what) : request(std::move(what)), text(request.stop), committed(request.prompt) {
    if (!request.sampler) {
        request.sampler = std::make_unique<Sampler>(SamplingOptions(), std::make_unique<SeededRandom>(0));
    }
    statistics.prompt_tokens = static_cast<int64_t>(committed.size());
}

std::optional<FinishReason> Sequence::accept(const Rows & rows, size_t first_row, const TokenTable & tokens,
                                             int context, std::vector<Distribution> & memory) {
    Verdict verdict;
    {
        const Timed timed(statistics.sample_ms);
        TargetRows target(*request.sampler, committed, draft, rows, first_row, memory);
        verdict = verify(request.verification, draft, drafted, target, request.sampler->random());
    }
    count(verdict);
    if (request.policy) {
        const auto drawn = [&](size_t kept) {
            return !draws ? static_cast<int>(kept) : kept == 0 ? 0 : (*draws)[kept - 1];
        };
        const size_t all = draws ? draws->size() : draft.size();
        request.policy->observe(
            {id, *plan, drawn(all), drawn(static_cast<size_t>(verdict.accepted)), verdict.accepted + 1});
    }
    plan.reset();
    return commit(verdict, rows, first_row, tokens, context);
}

void Sequence::count(const Verdict & verdict) {
    const int proposed = static_cast<int>(draft.size());
    statistics.rounds += 1;
    statistics.proposed += proposed;
    statistics.accepted += verdict.accepted;
    statistics.committed += verdict.accepted + 1;
    (verdict.accepted < proposed ? statistics.corrections : statistics.bonuses) += 1;
    auto & per_position = statistics.accepted_per_position;
    per_position.resize(std::max(per_position.size(), draft.size()));
    for (size_t i = 0; i < static_cast<size_t>(verdict.accepted); ++i) {
        per_position[i] += 1;
    }
}

std::optional<FinishReason> Sequence::commit(const Verdict & verdict, const Rows & rows, size_t first_row,
                                             const TokenTable & tokens, int context) {
    const size_t accepted = static_cast<size_t>(verdict.accepted);
    const size_t held = committed.size() + accepted;  // by the cache, once the rest of the draft is rolled back
    const Origin last = draft.empty() ? Origin::Plain : accepted < draft.size() ? Origin::Correction : Origin::Bonus;
    std::optional<FinishReason> reason;
    for (size_t i = 0; i <= accepted && !reason; ++i) {
        CommittedToken token{i < accepted ? draft[i] : verdict.next, i < accepted ? Origin::Draft : last};
        if (const int others = request.top_logprobs; others >= 0) {
            const Timed timed(statistics.sample_ms);
            token.has_logprob = true;
            token.logprob = logprob_of(rows[first_row + i].logits(), token.id);
            token.top_logprobs = top_logprobs(rows[first_row + i].logits(), static_cast<size_t>(others));
        }
        reason = append(std::move(token), tokens, context);
    }
    evaluated = static_cast<Pos>(std::min(held, committed.size()));
    return reason;
}

std::optional<FinishReason> Sequence::append(CommittedToken token, const TokenTable & tokens, int context) {
    const auto & stops = request.stop_tokens;
    if ((!request.ignore_end && tokens.ends_generation(token.id)) ||
        std::find(stops.begin(), stops.end(), token.id) != stops.end()) {
        return FinishReason::EndOfGeneration;
    }
    {
        const Timed timed(statistics.sample_ms);
        request.sampler->accept(token.id);
    }
    committed.push_back(token.id);
    generated += 1;
    const std::string_view bytes = tokens.piece(token.id);
    if (text.push(std::move(token), bytes)) {
        return FinishReason::StopString;
    }
    if (generated == request.max_tokens) {
        return FinishReason::Length;
    }
    if (static_cast<int>(committed.size()) == context) {
        return FinishReason::ContextFull;
    }
    return std::nullopt;
}

void Sequence::emit() {
    if (auto tokens = text.take(); !tokens.empty()) {
        request.listener->on_tokens(std::move(tokens));
    }
}

void Sequence::fail(const std::exception & error) {
    const auto * known = dynamic_cast<const Error *>(&error);
    failure = known ? *known : EvalFailed(error.what());
}

void Sequence::lose_slot() {
    id = kNoSlot;
    evaluated = 0;
    begun = false;
    plan.reset();
}

void Sequence::end(FinishReason reason, const Error * error) {
    text.finish();
    emit();
    Statistics & s = statistics;
    const SamplingCost & cost = request.sampler->cost();
    s.sampled_rows = cost.rows;
    s.constraint_ms = cost.constraint_ms;
    s.sample_ms = std::max(0.0, s.sample_ms - s.constraint_ms);
    s.total_ms = std::chrono::duration<double, std::milli>(Clock::now() - started_).count();
    s.other_ms = std::max(0.0, s.total_ms - s.prefill_ms - s.draft_ms - s.verify_ms - s.sample_ms - s.constraint_ms);
    request.listener->on_end(reason, s, error);
}

}  // namespace foretoken
