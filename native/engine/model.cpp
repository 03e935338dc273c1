#include "model.h"

#include <algorithm>
#include <array>
#include <span>
#include <thread>

#include "abort-guard.h"
#include "error.h"
#include "rpc.h"
#include "thread-probe.h"

namespace foretoken {

namespace {

const char * vocabulary_type(enum llama_vocab_type type) {
    switch (type) {
    case LLAMA_VOCAB_TYPE_SPM: return "spm";
    case LLAMA_VOCAB_TYPE_BPE: return "bpe";
    case LLAMA_VOCAB_TYPE_WPM: return "wpm";
    case LLAMA_VOCAB_TYPE_UGM: return "ugm";
    case LLAMA_VOCAB_TYPE_RWKV: return "rwkv";
    case LLAMA_VOCAB_TYPE_PLAMO2: return "plamo2";
    default: return "none";
    }
}

[[noreturn]] void refuse_generation(const std::string & path, const std::string & architecture) {
    throw Error("MODEL_CANNOT_GENERATE",
                path + " is a '" + architecture + "' model, which does not write on from tokens");
}

// What llama.cpp aborts for when the first text is tokenised.
void require_special_tokens(const llama_vocab * vocab, const std::string & path) {
    const auto require = [&](bool is_added, llama_token token, const char * name) {
        if (is_added && token == LLAMA_TOKEN_NULL) {
            throw Error("MODEL_HEADER_INVALID",
                        "the tokenizer of " + path + " adds a token " + name + " to texts but has none");
        }
    };
    const bool is_word_piece = llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_WPM;
    require(is_word_piece || llama_vocab_get_add_bos(vocab), llama_vocab_bos(vocab), "BOS");
    require(!is_word_piece && llama_vocab_get_add_eos(vocab), llama_vocab_eos(vocab), "EOS");
    require(is_word_piece, llama_vocab_sep(vocab), "SEP");
}

// llama.cpp takes the trained context from a 32-bit number only; the header has read it from any integer.
std::array<llama_model_kv_override, 2> header_overrides(const ModelHeader & header) {
    std::array<llama_model_kv_override, 2> overrides{};  // ends with an empty key
    if (header.trained_context > 0) {
        const std::string key = header.architecture + ".context_length";
        key.copy(overrides[0].key, sizeof(overrides[0].key) - 1);
        overrides[0].tag = LLAMA_KV_OVERRIDE_TYPE_INT;
        overrides[0].val_i64 = header.trained_context;
    }
    return overrides;
}

// As llama.cpp takes them, with a null at the end; empty: it takes all GPUs of this machine.
std::vector<ggml_backend_dev_t> layer_devices(const ModelOptions & options) {
    if (options.gpu_layers == 0) {
        return {nullptr};
    }
    if (!options.device.empty()) {
        const ggml_backend_dev_t device = ggml_backend_dev_by_name(options.device.c_str());
        if (!device) {
            throw Error("DEVICE_UNKNOWN", "no device is named " + options.device);
        }
        // The CPU's own layers need no place on a device.
        return ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_CPU
                   ? std::vector<ggml_backend_dev_t>{nullptr}
                   : std::vector<ggml_backend_dev_t>{device, nullptr};
    }
    std::vector<ggml_backend_dev_t> devices = worker_devices(options.workers);
    if (!devices.empty()) {
        devices.push_back(nullptr);
    }
    return devices;
}

// GPUs of this machine, of one backend: another may list the same card.
std::vector<ggml_backend_dev_t> local_gpus() {
    std::vector<ggml_backend_dev_t> gpus;
    for (size_t i = 0; i < ggml_backend_dev_count(); ++i) {
        const ggml_backend_dev_t device = ggml_backend_dev_get(i);
        if (ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_GPU &&
            (gpus.empty() || ggml_backend_dev_backend_reg(device) == ggml_backend_dev_backend_reg(gpus.front()))) {
            gpus.push_back(device);
        }
    }
    return gpus;
}

// One device alone has nothing to divide.
std::vector<ggml_backend_dev_t> dividing_devices(const ModelOptions & options) {
    if (!options.split_rows || options.gpu_layers == 0) {
        return {};
    }
    const std::vector<ggml_backend_dev_t> devices =
        options.workers.empty() ? local_gpus() : worker_devices(options.workers);
    return devices.size() > 1 ? devices : std::vector<ggml_backend_dev_t>();
}

bool continue_loading(float progress, void * data) {
    const ModelOptions & options = *static_cast<const ModelOptions *>(data);
    if (options.on_progress) {
        options.on_progress(progress);
    }
    return !(options.aborted && options.aborted->load(std::memory_order_relaxed));
}

}  // namespace

std::shared_ptr<Model> Model::load(const std::string & path, const ModelOptions & options) {
    const std::shared_ptr<Model> model(new Model());
    model->backend_ = Backend::acquire();
    model->header_ = read_model_header(path);
    if (!model->header_.can_generate) {
        refuse_generation(path, model->header_.architecture);
    }
    const auto overrides = header_overrides(model->header_);

    model->dividers_ = dividing_devices(options);
    std::vector<ggml_backend_dev_t> devices = model->dividers_;
    if (devices.empty()) {
        devices = layer_devices(options);
    } else {
        devices.push_back(nullptr);
    }

    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = options.gpu_layers;
    params.split_mode = model->dividers_.empty() ? LLAMA_SPLIT_MODE_LAYER : LLAMA_SPLIT_MODE_TENSOR;
    params.devices = devices.empty() ? nullptr : devices.data();
    // Some repack with a thread for each processor.
    params.use_extra_bufts =
        options.extra_buffers && !options.vocabulary_only && can_start_threads(std::thread::hardware_concurrency());
    model->repacks_ = params.use_extra_bufts;
    params.vocab_only = options.vocabulary_only;
    params.no_alloc = options.no_alloc;
    if (options.no_alloc) {
        params.load_mode = LLAMA_LOAD_MODE_NONE;
    }
    params.kv_overrides = overrides.data();
    params.progress_callback = continue_loading;
    params.progress_callback_user_data = const_cast<ModelOptions *>(&options);

    const ErrorLog log;
    const AbortGuard guard;
    model->model_.reset(llama_model_load_from_file(path.c_str(), params));
    if (!model->model_) {
        if (options.aborted && options.aborted->load()) {
            throw Error("ABORTED", "loading " + path + " was aborted");
        }
        const std::string reason = log.text("llama.cpp gives no reason");
        if (reason.find("unknown model architecture") != std::string::npos) {
            throw Error("MODEL_ARCHITECTURE_UNSUPPORTED", path + " has the architecture '" +
                                                              model->header_.architecture +
                                                              "', which llama.cpp does not know");
        }
        if (reason.find("SPLIT_MODE_TENSOR not implemented") != std::string::npos) {
            throw Error("MODEL_ARCHITECTURE_UNSUPPORTED",
                        "llama.cpp cannot divide the matrices of a '" + model->header_.architecture +
                            "' model among devices, only its layers (splitMode: \"layer\"): " + path);
        }
        if (reason.find("error loading model hyperparameters") != std::string::npos ||
            reason.find("error loading model vocabulary") != std::string::npos) {
            throw Error("MODEL_HEADER_INVALID", "the GGUF header of " + path + " is wrong: " + reason);
        }
        throw Error("MODEL_LOAD_FAILED", "cannot load " + path + ": " + reason);
    }
    if (llama_model_has_encoder(model->get()) || llama_model_is_diffusion(model->get())) {
        refuse_generation(path, model->header_.architecture);
    }
    model->vocab_ = llama_model_get_vocab(model->model_.get());
    if (model->has_vocabulary()) {
        require_special_tokens(model->vocab_, path);
    }
    if (llama_model_is_recurrent(model->get()) || llama_model_is_hybrid(model->get())) {
        model->header_.can_roll_back = false;
    }
    return model;
}

std::string Model::description() const {
    std::string text(256, '\0');
    const int length = llama_model_desc(model_.get(), text.data(), text.size());
    text.resize(static_cast<size_t>(std::clamp(length, 0, static_cast<int>(text.size()) - 1)));
    return text;
}

VocabularyInfo Model::vocabulary() const {
    return {vocabulary_type(llama_vocab_type(vocab_)),
            llama_vocab_n_tokens(vocab_),
            llama_vocab_bos(vocab_),
            llama_vocab_eos(vocab_),
            llama_vocab_eot(vocab_),
            llama_vocab_get_add_bos(vocab_),
            llama_vocab_get_add_eos(vocab_),
            metadata_text("foretoken.tokenizer.normalizer")};
}

std::string Model::metadata_text(const char * key) const {
    const int length = llama_model_meta_val_str(model_.get(), key, nullptr, 0);
    std::string text(static_cast<size_t>(std::max(0, length)) + 1, '\0');
    llama_model_meta_val_str(model_.get(), key, text.data(), text.size());
    text.pop_back();
    return text;
}

std::vector<Token> Model::tokenize(const std::string & text, bool add_special, bool parse_special) const {
    if (!has_vocabulary()) {
        throw Error("MODEL_VOCABULARY_MISSING", "the file holds no tokenizer, so texts cannot become tokens");
    }
    std::vector<Token> tokens(text.size() + 2);
    const auto attempt = [&] {
        const AbortGuard guard;
        return llama_tokenize(vocab_, text.data(), static_cast<int>(text.size()), tokens.data(),
                              static_cast<int>(tokens.size()), add_special, parse_special);
    };
    try {
        int n = attempt();
        if (n < 0) {
            tokens.resize(static_cast<size_t>(-n));
            n = attempt();
        }
        tokens.resize(static_cast<size_t>(std::max(0, n)));
    } catch (const std::exception & error) {  // say, a byte that the vocabulary has no token for
        throw Error("MODEL_HEADER_INVALID",
                    std::string("the file's tokenizer cannot take the text apart: ") + error.what());
    }
    return tokens;
}

std::vector<Token> Model::tokenize_on(const std::string & text) const {
    const auto say = [&](std::span<const Token> tokens) {
        std::string said;
        for (const Token token : tokens) {
            said += piece(token, true);
        }
        return said == text;
    };
    const std::vector<Token> own = tokenize(text, false, true);
    if (llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_SPM || say(own)) {
        return own;
    }
    // SentencePiece put a space before it, as before every text, but not behind a line break that is a token of its
    // own.
    std::vector<Token> tokens = tokenize("\n" + text, false, true);
    std::string before;
    const auto begin = std::find_if(tokens.begin(), tokens.end(), [&](Token token) {
        const bool past = before.ends_with('\n');
        before += piece(token, true);
        return past;
    });
    tokens.erase(tokens.begin(), begin);
    return say(tokens) ? tokens : own;
}

std::string Model::piece(Token token, bool special) const {
    if (!has_vocabulary()) {
        return {};
    }
    std::string bytes(32, '\0');
    int n = llama_token_to_piece(vocab_, token, bytes.data(), static_cast<int>(bytes.size()), 0, special);
    if (n < 0) {
        bytes.resize(static_cast<size_t>(-n));
        n = llama_token_to_piece(vocab_, token, bytes.data(), -n, 0, special);
    }
    bytes.resize(static_cast<size_t>(std::max(0, n)));
    return bytes;
}

std::string Model::token_text(Token token) const {
    return has_vocabulary() ? llama_vocab_get_text(vocab_, token) : "";
}

bool Model::ends_generation(Token token) const {
    return has_vocabulary() && llama_vocab_is_eog(vocab_, token);
}

}  // namespace foretoken
