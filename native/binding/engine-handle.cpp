#include "engine-handle.h"

#include <optional>
#include <variant>

#include "addon-data.h"
#include "convert.h"
#include "kv-type.h"
#include "memory-estimate.h"
#include "model-handle.h"
#include "promise-worker.h"
#include "request.h"

namespace foretoken {

namespace {

using SharedEngine = std::shared_ptr<Engine>;

constexpr int kMaxThreads = 512;

EngineOptions to_engine_options(const Napi::Object & object) {
    EngineOptions options;
    options.context_size = to_int(object.Get("contextSize"), "contextSize", 2);
    options.batch_size = to_int(object.Get("batchSize"), "batchSize", 1);
    options.max_draft_tokens = to_int(object.Get("maxDraftTokens"), "maxDraftTokens", 0, kMaxDraftTokens);
    options.max_sequences = to_int(object.Get("maxSequences"), "maxSequences", 1, kMaxSequences);
    options.threads = to_int(object.Get("threads"), "threads", 1, kMaxThreads);
    options.draft_threads = to_int(object.Get("draftThreads"), "draftThreads", 1, kMaxThreads);
    options.kv_type = to_kv_type(to_string(object.Get("kvType"), "kvType"));
    options.draft_kv_type = to_kv_type(to_string(object.Get("draftKvType"), "draftKvType"));
    options.flash_attention = to_bool(object.Get("flashAttention"), "flashAttention");
    options.exact = to_bool(object.Get("exact"), "exact");
    options.cross_vocabulary = to_bool(object.Get("crossVocabulary"), "crossVocabulary");
    options.deterministic = to_bool(object.Get("deterministic"), "deterministic");
    if (const Napi::Value value = object.Get("promptCacheBytes"); !value.IsNull()) {
        options.kept_bytes = static_cast<uint64_t>(to_number(value, "promptCacheBytes", 0, kMaxSafeInteger));
    }
    if (const Napi::Value value = object.Get("ngram"); !value.IsNull()) {
        const Napi::Object ngram = to_object(value, "ngram");
        options.ngram = NgramOptions();
        options.ngram->min_match = to_int(ngram.Get("minMatch"), "ngram.minMatch", 1);
        options.ngram->history_limit =
            static_cast<size_t>(to_int(ngram.Get("historyTokens"), "ngram.historyTokens", 0));
    }
    if (const Napi::Value value = object.Get("profile"); !value.IsNull()) {
        const Napi::Object profile = to_object(value, "profile");
        options.profile = CostProfile{to_curve(profile.Get("target"), "profile.target"),
                                      to_curve(profile.Get("draft"), "profile.draft")};
    }
    return options;
}

std::vector<Pass> to_passes(const Napi::Value & value) {
    return to_list(value, "passes", [](const Napi::Value & element) {
        const Napi::Object pass = to_object(element, "pass");
        const bool draft = to_string(pass.Get("model"), "pass.model") == "draft";
        return Pass{draft ? Pass::Draft : Pass::Target, to_int(pass.Get("tokens"), "pass.tokens", 1)};
    });
}

Steering to_steering(const Napi::Value & value) {
    const std::string to = to_string(value, "to");
    if (to == "abort") {
        return Steering::Abort;
    }
    if (to == "pause") {
        return Steering::Pause;
    }
    if (to == "resume") {
        return Steering::Resume;
    }
    throw Error("ARGUMENT_INVALID", "expected abort, pause or resume for to");
}

PlacedModel to_placed_model(const Napi::Value & value, const char * name) {
    const Napi::Object object = to_object(value, name);
    return {to_string(object.Get("path"), "path"), to_placement(object)};
}

Napi::Object from_use(Napi::Env env, const MemoryUse & use) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("weights", static_cast<double>(use.weights));
    object.Set("cache", static_cast<double>(use.cache));
    object.Set("compute", static_cast<double>(use.compute));
    return object;
}

Napi::Array from_curve(Napi::Env env, const CostProfile::Curve & curve) {
    Napi::Array array = Napi::Array::New(env, curve.size());
    for (uint32_t i = 0; i < curve.size(); ++i) {
        Napi::Array point = Napi::Array::New(env, 2);
        point.Set(0U, static_cast<double>(curve[i].first));
        point.Set(1U, curve[i].second);
        array.Set(i, point);
    }
    return array;
}

Napi::Object from_cells(Napi::Env env, const SavedCells & cells) {
    const auto & [tokens, state] = cells;
    Napi::Object object = Napi::Object::New(env);
    object.Set("tokens", from_tokens(env, tokens));
    object.Set("state", Napi::Buffer<uint8_t>::Copy(env, state.data(), state.size()));
    return object;
}

SavedText to_saved(const Napi::Value & value) {
    const Napi::Object saved = to_object(value, "saved");
    const auto cells = [&](const char * name) {
        const Napi::Object object = to_object(saved.Get(name), name);
        return SavedCells{to_tokens(object.Get("tokens"), "tokens"), to_bytes(object.Get("state"), "state")};
    };
    return {cells("target"), cells("draft")};
}

}  // namespace

Napi::Function EngineHandle::define(Napi::Env env) {
    return DefineClass(
        env, kName,
        {InstanceMethod<&EngineHandle::generate>("generate"), InstanceMethod<&EngineHandle::steer>("steer"),
         InstanceMethod<&EngineHandle::measure>("measure"), InstanceMethod<&EngineHandle::profile>("profile"),
         InstanceMethod<&EngineHandle::save>("save"), InstanceMethod<&EngineHandle::restore>("restore"),
         InstanceMethod<&EngineHandle::close>("close")});
}

Napi::Value EngineHandle::create(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        const Napi::Object object = to_object(info[0], "options");
        const EngineOptions options = to_engine_options(object);
        const auto target = ModelHandle::from(object.Get("target"), "target").model();
        const Napi::Value draft_value = object.Get("draft");
        const auto draft = draft_value.IsNull() ? nullptr : ModelHandle::from(draft_value, "draft").model();
        return PromiseWorker<SharedEngine>::run(
            info.Env(), [=] { return std::make_shared<Engine>(target, draft, options); },
            [](Napi::Env env, SharedEngine & engine) {
                return AddonData::of(env).engine.New({Napi::External<SharedEngine>::New(env, &engine)});
            });
    });
}

Napi::Value EngineHandle::estimate(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        const Napi::Object object = to_object(info[0], "options");
        std::optional<PlacedModel> draft;
        if (const Napi::Value value = object.Get("draft"); !value.IsNull()) {
            draft = to_placed_model(value, "draft");
        }
        return PromiseWorker<std::vector<DeviceMemory>>::run(
            info.Env(),
            [draft = std::move(draft), target = to_placed_model(object.Get("target"), "target"),
             shares_weights = to_bool(object.Get("sharesWeights"), "sharesWeights"),
             options = to_engine_options(object)] { return estimate_memory(target, draft, shares_weights, options); },
            [](Napi::Env env, std::vector<DeviceMemory> & devices) -> Napi::Value {
                Napi::Array array = Napi::Array::New(env, devices.size());
                for (uint32_t i = 0; i < devices.size(); ++i) {
                    Napi::Object device = from_device(env, devices[i].device);
                    device.Set("target", from_use(env, devices[i].target));
                    device.Set("draft", from_use(env, devices[i].draft));
                    array.Set(i, device);
                }
                return array;
            });
    });
}

EngineHandle::EngineHandle(const Napi::CallbackInfo & info)
    : Handle(info),
      env_(info.Env()),
      engine_(constructor_argument<SharedEngine>(info)),
      hub_(std::make_shared<StreamHub>(info.Env(),
                                       [engine = std::weak_ptr(engine_)] {
                                           if (const auto open = engine.lock()) {
                                               open->wake();
                                           }
                                       })),
      memory_(info.Env(), engine_->context_bytes()),
      // Added after the hub's thread-safe function, hence run before that is freed.
      teardown_(env_.AddCleanupHook(
          +[](EngineHandle * handle) { handle->tear_down(); }, this)) {
    AddonData::of(env_).open_engines.push_back(this);
}

EngineHandle::~EngineHandle() {
    if (hub_) {
        engine_->close();
        hub_->release();
        forget();
    }
}

void EngineHandle::close_now() {
    engine_->close();
    finish_closing();
}

void EngineHandle::tear_down() {
    engine_->close();
    if (hub_) {
        hub_->drop_streams();
        hub_.reset();
        std::erase(AddonData::of(env_).open_engines, this);
    }
}

void EngineHandle::forget() {
    memory_.release();
    hub_.reset();
    teardown_.Remove(env_);
    std::erase(AddonData::of(env_).open_engines, this);
}

void EngineHandle::finish_closing() {
    if (const auto hub = hub_) {
        hub->drain();
        hub->release();
        forget();
    }
}

Napi::Value EngineHandle::close(const Napi::CallbackInfo & info) {
    return PromiseWorker<std::monostate>::run(
        env_,
        [engine = engine_] {
            engine->close();
            return std::monostate();
        },
        [this, self = std::make_shared<Napi::ObjectReference>(Napi::Persistent(info.This().As<Napi::Object>()))](
            Napi::Env env, std::monostate &) {
            finish_closing();
            self->Reset();
            return env.Undefined();
        });
}

Napi::Value EngineHandle::generate(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
        if (!hub_) {
            throw Error("ENGINE_CLOSED", "the engine is closed");
        }
        Request request = to_request(*engine_, to_object(info[0], "request"));
        const StreamHub::Opened opened = hub_->open(to_function(info[1], "onBatch"), info.This().As<Napi::Object>());
        request.listener = opened.listener;
        request.aborted = opened.aborted;
        try {
            engine_->submit(std::move(request));
        } catch (...) {
            hub_->close_last();
            throw;
        }
        return Napi::Number::New(env_, static_cast<double>(opened.id));
    });
}

Napi::Value EngineHandle::steer(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        const double id = to_number(info[0], "id", 0, kMaxSafeInteger);
        const Steering to = to_steering(info[1]);
        if (hub_) {
            hub_->steer(static_cast<uint64_t>(id), to);
        }
        return env_.Undefined();
    });
}

Napi::Value EngineHandle::measure(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<std::vector<double>>::run(
            env_,
            [engine = engine_, passes = to_passes(info[0]), past = to_int(info[1], "past", 0),
             repeats = to_int(info[2], "repeats", 1)] { return engine->measure(passes, past, repeats); },
            [](Napi::Env env, std::vector<double> & times) -> Napi::Value {
                Napi::Array array = Napi::Array::New(env, times.size());
                for (uint32_t i = 0; i < times.size(); ++i) {
                    array.Set(i, times[i]);
                }
                return array;
            });
    });
}

Napi::Value EngineHandle::profile(const Napi::CallbackInfo & info) {
    return PromiseWorker<CostProfile>::run(
        info.Env(), [engine = engine_] { return engine->profile(); },
        [](Napi::Env env, CostProfile & profile) -> Napi::Value {
            Napi::Object object = Napi::Object::New(env);
            object.Set("target", from_curve(env, profile.target));
            object.Set("draft", from_curve(env, profile.draft));
            return object;
        });
}

Napi::Value EngineHandle::save(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<SavedText>::run(
            env_, [engine = engine_, text = to_tokens(info[0], "tokens")] { return engine->save(text); },
            [](Napi::Env env, SavedText & saved) -> Napi::Value {
                Napi::Object object = Napi::Object::New(env);
                object.Set("target", from_cells(env, saved.target));
                object.Set("draft", from_cells(env, saved.draft));
                return object;
            });
    });
}

Napi::Value EngineHandle::restore(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<bool>::run(
            env_, [engine = engine_, saved = to_saved(info[0])] { return engine->restore(saved); },
            [](Napi::Env env, bool & restored) -> Napi::Value { return Napi::Boolean::New(env, restored); });
    });
}

}  // namespace foretoken
