#include "engine.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <system_error>
#include <utility>

#include "error.h"
#include "exactness.h"

namespace foretoken {

namespace {

constexpr int kRowsOfMany = 8;
constexpr int kKeptBeside = 3;  // texts kept besides one for each running sequence
// Requests that come within this share of a pass over one token belong to one burst; but costs may be a file's.
constexpr double kBurstPause = 0.1;
constexpr double kLongestGatheringMs = 1000;

void require_rollback(const Model & model) {
    if (!model.header().can_roll_back) {
        throw Error("MODEL_CANNOT_ROLL_BACK",
                    "single tokens cannot be dropped from the state of a '" + model.header().architecture + "' model");
    }
}

void require_vocabulary(const Model & model) {
    if (!model.has_vocabulary()) {
        throw Error("MODEL_VOCABULARY_MISSING", "a file holds no tokenizer, so drafts cannot be retokenised");
    }
}

ContextOptions common_context(const EngineOptions & options, const ModelHeader & model) {
    ContextOptions context;
    context.context = options.context_size;
    context.batch = options.batch_size;
    context.max_sequences = options.max_sequences;
    context.kept_sequences = model.can_roll_back ? options.max_sequences + kKeptBeside : 0;
    context.flash_attention = options.flash_attention;
    context.device_logits = options.device_logits;
    return context;
}

}  // namespace

ContextOptions target_context(const EngineOptions & options, const Model & target) {
    const int trained = static_cast<int>(target.header().trained_context);
    if (trained > 0 && options.context_size > trained) {
        throw Error("CONTEXT_TOO_LARGE", "the model was trained with a context of " + std::to_string(trained) +
                                             " tokens, " + std::to_string(options.context_size) + " were asked for");
    }
    // One sequence alone may draft as far as it likes; each of many has room for the drafts that pay beside others.
    const int others = options.max_sequences - 1;
    const int rows = options.max_draft_tokens + 1 + others * std::min(options.max_draft_tokens + 1, kRowsOfMany);
    ContextOptions context = common_context(options, target.header());
    context.rows = std::min(rows, options.batch_size);
    if (needs_fixed_shape(options, target)) {
        context.filler = true;
        context.rows = std::max(context.rows, kFixedRows);
        context.batch = std::max(context.batch, kFixedRows);
        context.kept_sequences = 0;  // a sequence's cells begin at the first one
    }
    context.threads = options.threads;
    context.kv_type = options.kv_type;
    return context;
}

ContextOptions draft_context(const EngineOptions & options, const ModelHeader & draft) {
    // Sized for drafting: one row per sequence, and no further than the draft was trained for.
    const int trained = static_cast<int>(draft.trained_context);
    ContextOptions context = common_context(options, draft);
    context.context = trained > 0 ? std::min(context.context, trained) : context.context;
    context.rows = options.max_sequences;
    context.threads = options.draft_threads;
    context.kv_type = options.draft_kv_type;
    return context;
}

Engine::Engine(std::shared_ptr<const Model> target, std::shared_ptr<const Model> draft, const EngineOptions & options)
    : target_model_(std::move(target)), draft_model_(std::move(draft)), options_(options) {
    const auto aborted = [this] { return closing_.load(std::memory_order_relaxed) || scheduler_->all_aborted(); };
    const auto pool = std::make_shared<ThreadPool>(std::max(options.threads, options.draft_threads));
    const ContextOptions target_options = target_context(options, *target_model_);
    target_ = std::make_unique<LlamaLanguageModel>(target_model_, pool, target_options, aborted);
    context_bytes_ = target_->bytes();
    if (target_options.filler) {
        fixed_shape_ = std::make_unique<FixedShapeModel>(*target_, filler_of(target_options));
    }
    LanguageModel & verifier = fixed_shape_ ? static_cast<LanguageModel &>(*fixed_shape_) : *target_;
    tokenizer_ = std::make_unique<ModelTokenizer>(target_model_);
    Token vocabulary = target_model_->vocabulary().size;
    if (draft_model_) {
        require_rollback(*target_model_);
        require_rollback(*draft_model_);
        draft_ = std::make_unique<LlamaLanguageModel>(draft_model_, pool,
                                                      draft_context(options, draft_model_->header()), aborted);
        context_bytes_ += draft_->bytes();
        const int draft_vocabulary = draft_model_->vocabulary().size;
        if (options.cross_vocabulary) {
            require_vocabulary(*target_model_);
            require_vocabulary(*draft_model_);
            draft_tokenizer_ = std::make_unique<ModelTokenizer>(draft_model_);
            model_drafter_ =
                std::make_unique<RetokenizingDrafter>(*draft_, draft_vocabulary, *tokenizer_, *draft_tokenizer_);
        } else {
            model_drafter_ = std::make_unique<ModelDrafter>(*draft_, std::min(vocabulary, draft_vocabulary));
        }
        vocabulary = std::min(vocabulary, draft_vocabulary);
    }
    if (options.ngram) {
        require_rollback(*target_model_);
        ngram_drafter_ = std::make_unique<NgramDrafter>(*options.ngram);
    }
    meter_ = std::make_unique<PassMeter>(verifier, draft_.get(), vocabulary);
    std::vector<Drafter *> drafters;
    for (Drafter * drafter : {model_drafter_.get(), ngram_drafter_.get()}) {
        if (drafter) {
            drafters.push_back(drafter);
        }
    }
    experience_ = std::make_shared<PairExperience>();
    experience_->calibrations.resize(drafters.size());
    experience_->costs.drafters.resize(drafters.size());
    experience_->costs.frozen = options.deterministic;
    experience_->costs.alone = options.deterministic;
    guess_costs(experience_->costs, *target_model_, draft_model_.get(), options.profile);
    KeptLimits kept{static_cast<size_t>(target_options.kept_sequences)};
    if (options.kept_bytes) {
        const double cell = target_->cell_bytes() + (draft_ ? draft_->cell_bytes() : 0.0);
        kept.cells = static_cast<size_t>(static_cast<double>(*options.kept_bytes) / cell);
    }
    scheduler_ = std::make_unique<Scheduler>(verifier, drafters, *tokenizer_, options.max_sequences,
                                             std::shared_ptr<PairCosts>(experience_, &experience_->costs), kept);
    if (fixed_shape_) {
        require_same_bits(*fixed_shape_, target_model_->vocabulary().size);
    }
    if (!drafters.empty() && !options.deterministic && !options.profile) {
        warm_up(experience_->costs, *meter_, options.max_sequences, target_options.rows);
    }
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error & error) {
        throw Error("THREADS_UNAVAILABLE", std::string("the decode thread cannot be started: ") + error.what());
    }
}

Engine::~Engine() {
    close();
}

uint32_t Engine::drafters(bool model, bool ngram) const {
    // The model drafter comes first where there is one.
    const uint32_t model_bit = draft_model_ ? 1U : 0U;
    const uint32_t ngram_bit = options_.ngram ? (draft_model_ ? 2U : 1U) : 0U;
    return (model ? model_bit : 0U) | (ngram ? ngram_bit : 0U);
}

std::unique_ptr<DraftPolicy> Engine::adaptive_policy(int max_tokens) const {
    return std::make_unique<AdaptiveDraftLength>(experience_, max_tokens);
}

std::unique_ptr<TokenConstraint> Engine::grammar(const std::string & gbnf) const {
    return std::make_unique<Grammar>(target_model_, gbnf);
}

void Engine::validate(const Request & request) const {
    if (request.prompt.empty()) {
        throw Error("PROMPT_EMPTY", "the prompt has no tokens");
    }
    if (static_cast<int>(request.prompt.size()) >= options_.context_size) {
        throw Error("PROMPT_TOO_LONG", "the prompt has " + std::to_string(request.prompt.size()) +
                                           " tokens, a context of " + std::to_string(options_.context_size) +
                                           " leaves room for at most " + std::to_string(options_.context_size - 1));
    }
    validate(request.prompt);
    if (request.max_tokens < 1 || !request.listener) {
        throw Error("ARGUMENT_INVALID", "a request needs max_tokens of at least 1 and a listener");
    }
}

void Engine::validate(std::span<const Token> tokens) const {
    const int vocabulary = target_model_->vocabulary().size;
    for (const Token token : tokens) {
        if (token < 0 || token >= vocabulary) {
            throw Error("ARGUMENT_INVALID", "token " + std::to_string(token) + " is not one of the vocabulary's " +
                                                std::to_string(vocabulary));
        }
    }
}

void Engine::submit(Request request) {
    validate(request);
    const std::lock_guard lock(mutex_);
    if (closing_) {
        throw Error("ENGINE_CLOSED", "the engine is closed");
    }
    // The state of a model that cannot roll back is that of its whole text.
    request.share_prefix &= target_model_->header().can_roll_back;
    const auto behind = std::upper_bound(waiting_.begin(), waiting_.end(), request,
                                         [](const Request & a, const Request & b) { return a.priority > b.priority; });
    waiting_.insert(behind, std::move(request));
    wake_.notify_one();
}

void Engine::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wake_.notify_one();
}

void Engine::close() {
    const std::lock_guard close_lock(close_mutex_);
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Engine::next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] {
        const bool admits = !waiting_.empty() && scheduler_->has_room(waiting_.front().priority);
        return called() || admits || scheduler_->runnable();
    });
    if (scheduler_->idle()) {
        gather(lock);
    }
    while (!tasks_.empty()) {
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
    if (std::exchange(woken_, false)) {
        std::erase_if(waiting_, [](const Request & request) {
            const bool aborted = is_aborted(request);
            if (aborted) {
                request.listener->on_end(FinishReason::Aborted, {}, nullptr);
            }
            return aborted;
        });
    }
    while (!closing_ && !waiting_.empty() && scheduler_->has_room(waiting_.front().priority)) {
        scheduler_->admit(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return !closing_;
}

void Engine::gather(std::unique_lock<std::mutex> & lock) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const auto longest = std::chrono::steady_clock::now() + Milliseconds(kLongestGatheringMs);
    const Milliseconds pause(std::min(kBurstPause * experience_->costs.target.ms(1), kLongestGatheringMs));
    const auto sequences = static_cast<size_t>(options_.max_sequences);
    for (size_t seen = 0; seen < waiting_.size() && waiting_.size() < sequences && !called();) {
        seen = waiting_.size();
        const auto until = std::min(std::chrono::steady_clock::now() + pause, longest);
        wake_.wait_until(lock, until, [&] { return called() || waiting_.size() > seen; });
    }
}

void Engine::run() {
    while (next()) {
        scheduler_->step();
    }
    scheduler_->abort_all();
    for (const Request & request : waiting_) {
        request.listener->on_end(FinishReason::Aborted, {}, nullptr);
    }
    waiting_.clear();
    scheduler_.reset();
    ngram_drafter_.reset();
    model_drafter_.reset();
    meter_.reset();
    draft_.reset();
    fixed_shape_.reset();
    target_.reset();
}

void Engine::on_decode_thread(const std::function<void()> & work) {
    std::promise<void> promise;
    auto done = promise.get_future();
    {
        const std::lock_guard lock(mutex_);
        if (closing_) {
            throw Error("ENGINE_CLOSED", "the engine is closed");
        }
        tasks_.push_back([&] {
            try {
                work();
                promise.set_value();
            } catch (const EvalAborted &) {  // only close() aborts a pass that is not a sequence's
                promise.set_exception(std::make_exception_ptr(Error("ENGINE_CLOSED", "the engine was closed")));
            } catch (...) {
                promise.set_exception(std::current_exception());
            }
        });
    }
    wake_.notify_one();
    done.get();
}

std::vector<double> Engine::measure(const std::vector<Pass> & passes, int past, int repeats) {
    std::vector<double> times;
    on_decode_thread([&] {
        if (!scheduler_->idle()) {
            throw Error("ENGINE_BUSY", "forward passes cannot be measured while a generation runs");
        }
        scheduler_->forget_kept();
        times = meter_->measure(passes, past, repeats);
    });
    return times;
}

CostProfile Engine::profile() {
    CostProfile profile;
    on_decode_thread([&] {
        profile.target = experience_->costs.target.curve();
        if (draft_model_) {
            profile.draft = experience_->costs.drafters[0].curve();
        }
    });
    return profile;
}

SavedText Engine::save(const std::vector<Token> & text) {
    SavedText saved;
    on_decode_thread([&] {
        const size_t kept = scheduler_->read_kept(text, [&](SeqId seq) {
            saved.target.state = target_->state(seq);
            const auto drafted = model_drafter_ ? model_drafter_->kept(seq) : std::span<const Token>();
            if (!drafted.empty()) {
                saved.draft = {{drafted.begin(), drafted.end()}, draft_->state(seq)};
            }
        });
        saved.target.tokens.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(kept));
    });
    return saved;
}

bool Engine::restore(const SavedText & saved) {
    const auto & [target, draft] = saved;
    validate(target.tokens);
    bool restored = false;
    on_decode_thread([&] {
        const auto fill = [](LlamaLanguageModel & model, SeqId seq, const SavedCells & cells) {
            return model.set_state(seq, cells.state, static_cast<Pos>(cells.tokens.size()));
        };
        restored = !target.tokens.empty() && target.tokens.size() < static_cast<size_t>(options_.context_size) &&
                   scheduler_->keep(target.tokens, [&](SeqId seq) {
                       if (!fill(*target_, seq, target)) {
                           return false;
                       }
                       if (model_drafter_ && !draft.tokens.empty()) {
                           model_drafter_->adopt(seq, draft.tokens, [&] { return fill(*draft_, seq, draft); });
                       }
                       return true;
                   });
    });
    return restored;
}

}  // namespace foretoken
