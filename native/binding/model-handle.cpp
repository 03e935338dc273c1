#include "model-handle.h"

#include "abort-flag.h"
#include "addon-data.h"
#include "convert.h"
#include "promise-worker.h"
#include "utf8-assembler.h"

namespace foretoken {

namespace {

using SharedModel = std::shared_ptr<const Model>;

Napi::Object from_header(Napi::Env env, const ModelHeader & header) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("architecture", header.architecture);
    object.Set("name", header.name.empty() ? env.Null() : Napi::String::New(env, header.name).As<Napi::Value>());
    object.Set("trainedContextSize", static_cast<double>(header.trained_context));
    object.Set("fileSize", static_cast<double>(header.file_size));
    object.Set("blocks", header.blocks);
    object.Set("canRollBack", header.can_roll_back);
    return object;
}

Napi::Object from_model(Napi::Env env, const Model & model) {
    Napi::Object info = from_header(env, model.header());
    info.Set("description", model.description());
    info.Set("parameters", static_cast<double>(model.parameters()));
    info.Set("weightBytes", static_cast<double>(model.weight_bytes()));
    info.Set("layers", model.layers());
    info.Set("embeddingSize", model.embedding_size());
    return info;
}

Napi::Object from_vocabulary(Napi::Env env, const VocabularyInfo & vocabulary) {
    Napi::Object info = Napi::Object::New(env);
    info.Set("type", vocabulary.type);
    info.Set("size", vocabulary.size);
    info.Set("bos", vocabulary.bos);
    info.Set("eos", vocabulary.eos);
    info.Set("eot", vocabulary.eot);
    info.Set("addBos", vocabulary.add_bos);
    info.Set("addEos", vocabulary.add_eos);
    info.Set("normalizer", vocabulary.normalizer);
    return info;
}

// Carries load progress from the loading thread to JS; JS that falls behind sees fewer, later values.
class Progress {
public:
    explicit Progress(const Napi::Function & callback)
        : call_js_(Napi::ThreadSafeFunction::New(callback.Env(), callback, "foretoken:progress", 0, 1)) {}
    ~Progress() { call_js_.Release(); }
    Progress(const Progress &) = delete;
    Progress & operator=(const Progress &) = delete;

    static void report(const std::shared_ptr<Progress> & progress, float fraction) {
        progress->fraction_ = fraction;
        if (!progress->pending_.exchange(true)) {
            progress->call_js_.NonBlockingCall([progress](Napi::Env env, Napi::Function callback) {
                progress->pending_ = false;
                callback.Call({Napi::Number::New(env, progress->fraction_)});
            });
        }
    }

private:
    Napi::ThreadSafeFunction call_js_;
    std::atomic<float> fraction_ = 0;
    std::atomic<bool> pending_ = false;
};

ModelOptions to_model_options(const Napi::Value & value) {
    const Napi::Object object = to_object(value, "options");
    ModelOptions options = to_placement(object);
    options.vocabulary_only = to_bool(object.Get("vocabularyOnly"), "vocabularyOnly");
    if (const Napi::Value callback = object.Get("onProgress"); !callback.IsUndefined()) {
        options.on_progress = [progress = std::make_shared<Progress>(to_function(callback, "onProgress"))](
                                  float fraction) { Progress::report(progress, fraction); };
    }
    if (const Napi::Value signal = object.Get("signal"); !signal.IsUndefined()) {
        options.aborted = AbortFlag::from(signal, "signal").flag();
    }
    return options;
}

}  // namespace

ModelOptions to_placement(const Napi::Object & object) {
    ModelOptions options;
    options.gpu_layers = to_int(object.Get("gpuLayers"), "gpuLayers", -1);
    options.extra_buffers = to_bool(object.Get("extraBuffers"), "extraBuffers");
    if (const Napi::Value device = object.Get("device"); !device.IsUndefined()) {
        options.device = to_string(device, "device");
    }
    if (const Napi::Value workers = object.Get("workers"); !workers.IsUndefined()) {
        options.workers = to_strings(workers, "workers");
    }
    if (const Napi::Value split = object.Get("splitRows"); !split.IsUndefined()) {
        options.split_rows = to_bool(split, "splitRows");
    }
    return options;
}

Napi::Function ModelHandle::define(Napi::Env env) {
    return DefineClass(
        env, kName,
        {InstanceMethod<&ModelHandle::tokenize>("tokenize"), InstanceMethod<&ModelHandle::tokenize_on>("tokenizeOn"),
         InstanceMethod<&ModelHandle::detokenize>("detokenize"),
         InstanceMethod<&ModelHandle::token_texts>("tokenTexts"), InstanceMethod<&ModelHandle::close>("close")});
}

Napi::Value ModelHandle::read_header(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<ModelHeader>::run(
            info.Env(), [path = to_string(info[0], "path")] { return read_model_header(path); }, from_header);
    });
}

Napi::Value ModelHandle::load(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return PromiseWorker<SharedModel>::run(
            info.Env(),
            [path = to_string(info[0], "path"), options = to_model_options(info[1])]() -> SharedModel {
                return Model::load(path, options);
            },
            [](Napi::Env env, SharedModel & model) {
                return AddonData::of(env).model.New({Napi::External<SharedModel>::New(env, &model)});
            });
    });
}

ModelHandle::ModelHandle(const Napi::CallbackInfo & info)
    : Handle(info), model_(constructor_argument<SharedModel>(info)), memory_(info.Env(), model_->weight_bytes()) {
    Napi::Object self = info.This().As<Napi::Object>();
    self.Set("info", from_model(info.Env(), *model_));
    self.Set("vocabulary", from_vocabulary(info.Env(), model_->vocabulary()));
    self.Set("chatTemplate", model_->chat_template());
}

const SharedModel & ModelHandle::model() const {
    if (!model_) {
        throw Error("MODEL_CLOSED", "the model is closed");
    }
    return model_;
}

Napi::Value ModelHandle::tokenize(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        return from_tokens(info.Env(), model()->tokenize(to_string(info[0], "text"), to_bool(info[1], "addSpecial"),
                                                         to_bool(info[2], "parseSpecial")));
    });
}

Napi::Value ModelHandle::tokenize_on(const Napi::CallbackInfo & info) {
    return guarded(info.Env(),
                   [&] { return from_tokens(info.Env(), model()->tokenize_on(to_string(info[0], "text"))); });
}

Napi::Value ModelHandle::detokenize(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        const bool special = to_bool(info[1], "special");
        const int size = model()->vocabulary().size;
        std::string bytes;
        for (const Token token : to_tokens(info[0], "tokens")) {
            if (token < 0 || token >= size) {
                throw Error("ARGUMENT_INVALID", "token " + std::to_string(token) + " is not one of the vocabulary's " +
                                                    std::to_string(size));
            }
            bytes += model()->piece(token, special);
        }
        Utf8Assembler assembler;
        std::string text = assembler.push(bytes);
        text += assembler.finish();
        return Napi::String::New(info.Env(), text);
    });
}

Napi::Value ModelHandle::token_texts(const Napi::CallbackInfo & info) {
    return guarded(info.Env(), [&] {
        const int size = model()->vocabulary().size;
        const int to = to_int(info[1], "to", 0, size);
        const int from = to_int(info[0], "from", 0, to);
        Napi::Array texts = Napi::Array::New(info.Env(), static_cast<size_t>(to - from));
        for (Token token = from; token < to; ++token) {
            texts.Set(static_cast<uint32_t>(token - from), model()->token_text(token));
        }
        return texts;
    });
}

void ModelHandle::close(const Napi::CallbackInfo &) {
    model_.reset();
    memory_.release();
}

}  // namespace foretoken
