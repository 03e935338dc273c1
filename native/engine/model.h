// Weights and vocabulary of one GGUF file. Immutable once loaded: shared by engines and threads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend.h"
#include "llama.h"
#include "model-header.h"
#include "types.h"

namespace foretoken {

struct ModelOptions {
    // Layers on devices, the output being one; -1 is all. With 0 the CPU does everything, whatever other devices there
    // are.
    int gpu_layers = -1;
    // "host:port" of those whose devices hold the layers, and the CPU the rest; empty: this machine's GPUs.
    std::vector<std::string> workers;
    std::string device;         // ggml's name of the one that holds the layers; empty: all of them, or the workers'
    bool split_rows = false;    // several devices divide each matrix among them instead of the layers
    bool extra_buffers = true;  // repacked weights (AMX, …) where the CPU has them
    bool vocabulary_only = false;
    bool no_alloc = false;                             // lay weights out without reading them: for accounting only
    std::function<void(float)> on_progress;            // 0…1, on the loading thread
    std::shared_ptr<const std::atomic<bool>> aborted;  // null cannot be aborted
};

struct VocabularyInfo {
    std::string type;
    int size;
    Token bos, eos, eot;  // -1 where there is none
    bool add_bos, add_eos;
    std::string
        normalizer;  // what texts are put into before they are tokenised, as our converter notes it; empty: nothing
};

class Model {
public:
    // Throws what read_model_header and worker_devices throw, and Error DEVICE_UNKNOWN, MODEL_ARCHITECTURE_UNSUPPORTED,
    // MODEL_CANNOT_GENERATE, MODEL_LOAD_FAILED, ABORTED.
    static std::shared_ptr<Model> load(const std::string & path, const ModelOptions & options);

    const ModelHeader & header() const { return header_; }
    std::string description() const;
    uint64_t parameters() const { return llama_model_n_params(model_.get()); }
    uint64_t weight_bytes() const { return llama_model_size(model_.get()); }
    int layers() const { return llama_model_n_layer(model_.get()); }
    int embedding_size() const { return llama_model_n_embd(model_.get()); }

    VocabularyInfo vocabulary() const;
    // False for files without a tokenizer: token ids work, texts are empty.
    bool has_vocabulary() const { return llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_NONE; }
    // Throws Error MODEL_VOCABULARY_MISSING. add_special: BOS and EOS where the model wants them; parse_special: texts
    // of special tokens become them.
    std::vector<Token> tokenize(const std::string & text, bool add_special, bool parse_special) const;
    // Bytes of one token; control tokens are empty unless `special`.
    std::string piece(Token token, bool special) const;
    std::string token_text(Token token) const;
    // The Jinja template that chats are written with; empty where the file has none.
    std::string chat_template() const { return metadata_text("tokenizer.chat_template"); }
    bool ends_generation(Token token) const;

    // Those that divide each matrix among them; empty where each layer is one's.
    const std::vector<ggml_backend_dev_t> & dividers() const { return dividers_; }

    // Whether the CPU's weights may be in layouts of its matrix units.
    bool repacks() const { return repacks_; }

    llama_model * get() const { return model_.get(); }

private:
    Model() = default;

    // Empty where there is none.
    std::string metadata_text(const char * key) const;

    std::shared_ptr<Backend> backend_;
    ModelHeader header_;
    std::vector<ggml_backend_dev_t> dividers_;
    bool repacks_ = false;
    std::unique_ptr<llama_model, decltype(&llama_model_free)> model_{nullptr, llama_model_free};
    const llama_vocab * vocab_ = nullptr;
};

}  // namespace foretoken
