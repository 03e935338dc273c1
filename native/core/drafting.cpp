#include "drafting.h"

#include <algorithm>

#include "prefill-budget.h"
#include "stopwatch.h"

namespace foretoken {

void Drafting::begin(const Sequence & sequence) {
    for (Drafter * drafter : drafters_) {
        drafter->begin(sequence.id, sequence.committed);
        if (sequence.request.share_prefix) {
            drafter->share_prefix(sequence.id);
        }
    }
}

void Drafting::commit(const Sequence & sequence, size_t before) {
    for (Drafter * drafter : drafters_) {
        drafter->commit(sequence.id, std::span(sequence.committed).subspan(before));
    }
}

void Drafting::end(const Sequence & sequence, bool kept) {
    for (Drafter * drafter : drafters_) {
        kept ? drafter->keep(sequence.id) : drafter->end(sequence.id);
    }
}

void Drafting::forget(SeqId seq) {
    for (Drafter * drafter : drafters_) {
        drafter->forget(seq);
    }
}

void Drafting::remember(const Sequence & sequence) {
    for (Drafter * drafter : drafters_) {
        drafter->remember(sequence.committed);
    }
}

void Drafting::share(SeqId seq, std::span<const Token> text) {
    for (Drafter * drafter : drafters_) {
        drafter->begin(seq, text);
        drafter->share_prefix(seq);
        drafter->keep(seq);
    }
}

void Drafting::begin_round(const Sequences & decoding, int prefill) {
    const auto drafts = [](const Sequence * sequence) { return sequence->request.policy != nullptr; };
    decoding_ = static_cast<int>(decoding.size());
    prefill_ = prefill;
    const int rows = decoding_ + prefill_;
    load_ = {rows, static_cast<int>(std::count_if(decoding.begin(), decoding.end(), drafts)), rows};
}

int Drafting::room(const Sequence & sequence) const {
    // The output and the context (a round adds one token to its draft), and this sequence's share of the verify batch.
    const int left = sequence.request.max_tokens - sequence.generated;
    const int context = target_.context - static_cast<int>(sequence.committed.size());
    const bool any = costs_ && costs_->alone && max_sequences_ > 1;  // the same whoever else is there
    const int space = any ? target_.batch / 2 : target_.batch - prefill_;
    const int share = std::min(space, target_.rows) / (any ? max_sequences_ : std::max(1, decoding_));
    return std::max(0, std::min({left, context, share}) - 1);
}

const DraftPlan & Drafting::plan(Sequence & sequence) {
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
    sequence.plan = sequence.request.policy->plan(
        {sequence.id, room(sequence), sequence.request.max_tokens - sequence.generated, load_, views});
    return *sequence.plan;
}

void Drafting::catch_up(Sequences & decoding) {
    std::vector<Sequences> lagging(drafters_.size());
    for (Sequence * sequence : decoding) {
        // Later gaps are part of a draft's cost: propose() closes them, unless the others would wait for it.
        const bool first = sequence->statistics.rounds == 0;
        if (plan(*sequence).max_tokens > 0 && (first || decoding_ > 1)) {
            const size_t drafter = static_cast<size_t>(sequence->plan->drafter);
            if (drafters_[drafter]->view(sequence->id).lacking > (first ? 0 : kLeastChunk)) {
                lagging[drafter].push_back(sequence);
            }
        }
    }
    for (size_t i = 0; i < drafters_.size(); ++i) {
        if (lagging[i].empty()) {
            continue;
        }
        int most = target_.context;
        if (costs_ && static_cast<int>(lagging[i].size()) < decoding_) {  // streams wait: no longer than their own pass
            most = affordable_chunk(costs_->drafters[i], 0, costs_->target.ms(decoding_), most);
        }
        catch_up_with(i, lagging[i], most);
        for (Sequence * sequence : lagging[i]) {
            if (drafters_[i]->view(sequence->id).lacking > 0 || sequence->failure) {
                std::erase(decoding, sequence);
                sequence->plan.reset();
                load_.rows -= 1;
                load_.settled -= 1;
                load_.drafting -= 1;
            }
        }
    }
}

void Drafting::catch_up_with(size_t drafter, const Sequences & lagging, int most) {
    std::vector<CatchUp> works;
    for (const Sequence * sequence : lagging) {
        works.push_back({sequence->id});
    }
    try {
        drafters_[drafter]->catch_up(works, most);
    } catch (const EvalAborted &) {
        throw;
    } catch (const NoRoom &) {
        return;  // they begin anew with the next round
    } catch (const std::exception & error) {
        if (lagging.size() == 1) {
            lagging.front()->fail(error);
        }
        for (size_t i = 0; i < lagging.size() && lagging.size() > 1; ++i) {
            catch_up_with(drafter, {lagging[i]}, most);
        }
        return;
    }
    for (size_t i = 0; i < works.size(); ++i) {
        Statistics & statistics = lagging[i]->statistics;
        statistics.draft_passes += works[i].work.passes;
        statistics.draft_tokens += works[i].work.tokens;
        statistics.draft_pass_share += works[i].work.pass_share;
        (statistics.rounds == 0 ? statistics.prefill_ms : statistics.draft_ms) += works[i].work.pass_ms;
    }
}

void Drafting::draft(const Sequences & decoding) {
    std::vector<Sequences> drafting(drafters_.size());
    for (Sequence * sequence : decoding) {
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

void Drafting::draft_with(size_t drafter, const Sequences & drafting) {
    Stopwatch watch;
    std::vector<DraftRequest> requests;
    for (Sequence * sequence : drafting) {
        Request & request = sequence->request;
        requests.push_back({sequence->id, std::min(sequence->plan->max_tokens, room(*sequence)), request.policy.get(),
                            request.sampler.get(), request.ignore_end ? nullptr : &tokens_, request.likeliest_draft,
                            request.verification != Verification::SampleMatch});
    }
    const auto rewind = [](DraftRequest & request) {
        request.sampler->rewind(static_cast<int>(request.tokens.size()));
    };
    try {
        drafters_[drafter]->propose(requests, load_);
    } catch (const EvalAborted &) {
        throw;
    } catch (const NoRoom &) {  // a round without a draft; the drafter begins anew with the next one
        std::for_each(requests.begin(), requests.end(), rewind);
        for (const DraftRequest & request : requests) {
            load_.rows -= static_cast<int>(request.tokens.size());
        }
        return;
    } catch (const std::exception & error) {
        std::for_each(requests.begin(), requests.end(), rewind);
        if (drafting.size() == 1) {
            drafting.front()->fail(error);
        }
        for (size_t i = 0; i < drafting.size() && drafting.size() > 1; ++i) {
            load_.rows -= static_cast<int>(requests[i].tokens.size());
            drafting[i]->plan.reset();
            draft({drafting[i]});
        }
        return;
    }
    std::for_each(requests.begin(), requests.end(), rewind);
    double pass_ms = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
        DraftRequest & request = requests[i];
        Statistics & statistics = drafting[i]->statistics;
        statistics.draft_passes += request.work.passes;
        statistics.draft_tokens += request.work.tokens;
        statistics.draft_pass_share += request.work.pass_share;
        statistics.draft_ms += request.work.pass_ms;
        pass_ms += request.work.pass_ms;
        drafting[i]->draft = std::move(request.tokens);
        drafting[i]->drafted = std::move(request.drafted);
        drafting[i]->draws = std::move(request.draws);
    }
    const double outside = watch.lap() - pass_ms;
    for (Sequence * sequence : drafting) {
        sequence->statistics.sample_ms += outside / static_cast<double>(drafting.size());
    }
    const auto passes = drafters_[drafter]->take_passes();
    for (const DraftPass & pass : passes) {
        if (costs_ && !costs_->frozen) {
            costs_->drafters[drafter].observe(pass.tokens, pass.ms + outside / static_cast<double>(passes.size()));
        }
    }
}

}  // namespace foretoken
