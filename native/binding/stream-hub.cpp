#include "stream-hub.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "convert.h"

namespace foretoken {

namespace {

struct End {
    FinishReason reason;
    Statistics statistics;
    std::optional<Error> error;
};

Napi::Object from_statistics(Napi::Env env, const Statistics & s) {
    Napi::Object object = Napi::Object::New(env);
    const auto set = [&](const char * name, auto value) { object.Set(name, static_cast<double>(value)); };
    set("promptTokens", s.prompt_tokens);
    set("cachedTokens", s.cached_tokens);
    set("rounds", s.rounds);
    set("proposed", s.proposed);
    set("accepted", s.accepted);
    set("corrections", s.corrections);
    set("bonuses", s.bonuses);
    set("committed", s.committed);
    set("targetPasses", s.target_passes);
    set("draftPasses", s.draft_passes);
    set("targetPassShare", s.target_pass_share);
    set("draftPassShare", s.draft_pass_share);
    set("targetTokens", s.target_tokens);
    set("draftTokens", s.draft_tokens);
    set("sampledRows", s.sampled_rows);
    set("prefillMs", s.prefill_ms);
    set("draftMs", s.draft_ms);
    set("verifyMs", s.verify_ms);
    set("sampleMs", s.sample_ms);
    set("grammarMs", s.constraint_ms);
    set("otherMs", s.other_ms);
    set("totalMs", s.total_ms);
    Napi::Array positions = Napi::Array::New(env, s.accepted_per_position.size());
    for (uint32_t i = 0; i < s.accepted_per_position.size(); ++i) {
        positions.Set(i, static_cast<double>(s.accepted_per_position[i]));
    }
    object.Set("acceptedPerPosition", positions);
    return object;
}

Napi::Object from_end(Napi::Env env, const End & end) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("finishReason", static_cast<double>(end.reason));
    object.Set("stats", from_statistics(env, end.statistics));
    if (end.error) {
        Napi::Object error = Napi::Object::New(env);
        error.Set("code", end.error->code());
        error.Set("message", end.error->what());
        object.Set("error", error);
    }
    return object;
}

Napi::Object from_token(Napi::Env env, const EmittedToken & token) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("id", token.id);
    object.Set("origin", static_cast<int>(token.origin));
    object.Set("text", token.text);
    if (token.has_logprob) {
        Napi::Array top = Napi::Array::New(env, token.top_logprobs.size());
        for (uint32_t i = 0; i < token.top_logprobs.size(); ++i) {
            Napi::Object other = Napi::Object::New(env);
            other.Set("id", token.top_logprobs[i].token);
            other.Set("logprob", token.top_logprobs[i].logprob);
            top.Set(i, other);
        }
        object.Set("logprob", token.logprob);
        object.Set("topLogprobs", top);
    }
    return object;
}

Napi::Object from_pass(Napi::Env env, PassSize pass) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("requests", pass.requests);
    object.Set("tokens", pass.tokens);
    return object;
}

Napi::Object from_batch(Napi::Env env, const std::vector<EmittedToken> & tokens, PassSize pass,
                        const std::optional<End> & end) {
    Napi::Array array = Napi::Array::New(env, tokens.size());
    for (uint32_t i = 0; i < tokens.size(); ++i) {
        array.Set(i, from_token(env, tokens[i]));
    }
    Napi::Object batch = Napi::Object::New(env);
    batch.Set("tokens", array);
    batch.Set("pass", from_pass(env, pass));
    if (end) {
        batch.Set("end", from_end(env, *end));
    }
    return batch;
}

}  // namespace

class StreamHub::Stream final : public SequenceListener {
public:
    Stream(uint64_t id, std::shared_ptr<StreamHub> hub, const Napi::Function & on_batch, const Napi::Object & owner)
        : id_(id), hub_(std::move(hub)), on_batch_(Napi::Persistent(on_batch)), owner_(Napi::Persistent(owner)) {}

    void on_pass(PassSize pass) override { running_ = pass; }

    void on_tokens(std::vector<EmittedToken> tokens) override {
        {
            const std::lock_guard lock(hub_->mutex_);
            tokens_.insert(tokens_.end(), std::make_move_iterator(tokens.begin()),
                           std::make_move_iterator(tokens.end()));
            undelivered_ = tokens_.size();
            pass_ = running_;
        }
        wake(std::exchange(began_, true) ? DeliveryPace::Piece::Later : DeliveryPace::Piece::First);
    }

    void on_step_end() override {
        hub_->wake_if([&](auto now) { return hub_->pace_.wakes_after_step(now); });
    }

    uint64_t id() const { return id_; }
    // Its place among the ends of the hub's streams, from 1 on; 0: it has not ended.
    uint64_t ended() const { return ended_; }
    std::shared_ptr<const std::atomic<bool>> aborted() const { return aborted_; }
    bool paused() const { return paused_; }
    bool congested() const override { return paused() || undelivered_ >= kMostUndelivered; }

    void on_end(FinishReason reason, const Statistics & statistics, const Error * error) override {
        {
            const std::lock_guard lock(hub_->mutex_);
            end_ = End{reason, statistics, error ? std::optional(*error) : std::nullopt};
            ended_ = ++hub_->ends_;
        }
        wake(DeliveryPace::Piece::End);
    }

    // JS thread.
    void steer(Steering to) {
        if (to == Steering::Abort) {
            *aborted_ = true;
        }
        // An aborted one's end waits for no reader.
        paused_ = to == Steering::Pause && !*aborted_;
    }

    // JS thread. Returns whether the stream has ended; its references are then gone, since the decode thread may be the
    // last to let go of the stream itself.
    bool deliver(Napi::Env env) {
        std::vector<EmittedToken> tokens;
        std::optional<End> end;
        PassSize pass;
        {
            const std::lock_guard lock(hub_->mutex_);
            pass = pass_;
            tokens.swap(tokens_);
            end.swap(end_);
            undelivered_ = 0;
        }
        if (tokens.size() >= kMostUndelivered) {
            hub_->resume_();
        }
        if (tokens.empty() && !end) {
            return false;
        }
        const Napi::Function on_batch = on_batch_.Value();
        if (end) {
            on_batch_.Reset();
            owner_.Reset();
        }
        on_batch.Call({from_batch(env, tokens, pass, end)});
        return end.has_value();
    }

private:
    void wake(DeliveryPace::Piece piece) {
        hub_->wake_if([&](auto now) { return hub_->pace_.wakes(piece, now); });
    }

    const uint64_t id_;
    std::shared_ptr<StreamHub> hub_;
    Napi::FunctionReference on_batch_;
    Napi::ObjectReference owner_;
    std::shared_ptr<std::atomic<bool>> aborted_ = std::make_shared<std::atomic<bool>>(false);
    std::atomic<bool> paused_ = false;
    std::vector<EmittedToken> tokens_;
    std::atomic<size_t> undelivered_ = 0;  // tokens_.size(), for reading without the lock
    std::optional<End> end_;
    std::atomic<uint64_t> ended_ = 0;
    PassSize pass_;       // that brought the last of tokens_
    PassSize running_;    // decode thread
    bool began_ = false;  // decode thread
};

StreamHub::StreamHub(Napi::Env env, std::function<void()> resume)
    : env_(env),
      resume_(std::move(resume)),
      wake_js_(Napi::ThreadSafeFunction::New(env, Napi::Function(), "foretoken:tokens", 0, 1)) {
    wake_js_.Unref(env);
}

StreamHub::Opened StreamHub::open(const Napi::Function & on_batch, const Napi::Object & owner) {
    auto stream = std::make_shared<Stream>(++last_id_, shared_from_this(), on_batch, owner);
    streams_.push_back(stream);
    regulate();
    return {stream->id(), stream, stream->aborted()};
}

void StreamHub::steer(uint64_t id, Steering to) {
    const auto stream = std::find_if(streams_.begin(), streams_.end(), [&](const auto & s) { return s->id() == id; });
    if (stream == streams_.end()) {
        return;
    }
    (*stream)->steer(to);
    regulate();
    if (!(*stream)->paused()) {
        resume_();
    }
}

void StreamHub::wake_if(const std::function<bool(DeliveryPace::Clock::time_point)> & wakes) {
    {
        const std::lock_guard lock(mutex_);
        if (!wakes(DeliveryPace::Clock::now())) {
            return;
        }
    }
    wake_js_.NonBlockingCall([hub = shared_from_this()](Napi::Env, Napi::Function) {
        {
            const std::lock_guard lock(hub->mutex_);
            hub->pace_.reading();
        }
        hub->drain();
    });
}

void StreamHub::close_last() {
    streams_.pop_back();
    regulate();
}

void StreamHub::drain() {
    const Napi::HandleScope scope(env_);
    std::vector<std::pair<uint64_t, std::shared_ptr<Stream>>> streams;  // callbacks may open more
    for (const auto & stream : streams_) {
        streams.emplace_back(stream->ended(), stream);
    }
    // Whoever has ended first is told first.
    std::stable_sort(streams.begin(), streams.end(), [](const auto & a, const auto & b) { return a.first < b.first; });
    for (const auto & [ended, stream] : streams) {
        if (stream->deliver(env_)) {
            std::erase(streams_, stream);
        }
    }
    regulate();
}

void StreamHub::regulate() {
    const bool runs = std::any_of(streams_.begin(), streams_.end(), [](const auto & s) { return !s->paused(); });
    runs ? wake_js_.Ref(env_) : wake_js_.Unref(env_);
}

void StreamHub::release() {
    drop_streams();
    wake_js_.Release();
}

}  // namespace foretoken
