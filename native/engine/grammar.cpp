#include "grammar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "backend.h"
#include "error.h"

namespace foretoken {

namespace {

// A round takes back no more than a draft, of at most 64 tokens.
constexpr size_t kStates = 130;
// llama.cpp recurses into parentheses when it parses, and into rules that begin with rules when it checks them.
constexpr int kDeepest = 256;
constexpr int kMostRules = 10000;

[[noreturn]] void refuse(const std::string & reason) {
    throw Error("GRAMMAR_INVALID", "the grammar " + reason);
}

// {m,n} with n below m makes llama.cpp repeat without end.
void validate_repetition(const std::string & gbnf, size_t brace) {
    const size_t comma = gbnf.find_first_not_of("0123456789 \t", brace + 1);
    if (comma == std::string::npos || gbnf[comma] != ',') {
        return;
    }
    const unsigned long long low = std::strtoull(gbnf.c_str() + brace + 1, nullptr, 10);
    const char * high = gbnf.c_str() + gbnf.find_first_not_of(" \t", comma + 1);
    if (*high >= '0' && *high <= '9' && std::strtoull(high, nullptr, 10) < low) {
        refuse("repeats at least " + std::to_string(low) + " times and at most fewer");
    }
}

// Refuses what llama.cpp would not end with, or end the process with.
void validate(const std::string & gbnf) {
    if (gbnf.find('\0') != std::string::npos) {
        refuse("contains a null character");
    }
    int depth = 0;
    int rules = 0;
    char quote = 0;
    for (size_t i = 0; i < gbnf.size(); ++i) {
        const char c = gbnf[i];
        if (c == '\\') {
            ++i;
        } else if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '#') {
            i = std::min(gbnf.find('\n', i), gbnf.size());
        } else if (c == '"' || c == '[') {
            quote = c == '"' ? '"' : ']';
        } else if (c == '(') {
            if (++depth > kDeepest) {
                refuse("nests more than " + std::to_string(kDeepest) + " parentheses");
            }
        } else if (c == ')') {
            --depth;
        } else if (c == '{') {
            validate_repetition(gbnf, i);
        } else if (c == '=' && ++rules > kMostRules) {
            refuse("has more than " + std::to_string(kMostRules) + " rules");
        }
    }
}

}  // namespace

Grammar::Grammar(std::shared_ptr<const Model> model, const std::string & gbnf) : model_(std::move(model)) {
    if (!model_->has_vocabulary()) {
        throw Error("MODEL_VOCABULARY_MISSING", "the file holds no tokenizer, so no grammar can restrict its texts");
    }
    validate(gbnf);
    const ErrorLog log;
    // llama.cpp makes a sampler that restricts nothing of an empty text.
    State state(gbnf.empty() ? nullptr
                             : llama_sampler_init_grammar(llama_model_get_vocab(model_->get()), gbnf.c_str(), "root"));
    if (!state) {
        throw Error("GRAMMAR_INVALID", "llama.cpp cannot read the grammar: " + log.text("it is empty"));
    }
    states_.push_back(std::move(state));
}

void Grammar::apply(std::vector<llama_token_data> & candidates) {
    llama_token_data_array array{candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(states_.back().get(), &array);
}

bool Grammar::allows(Token token) {
    std::vector<llama_token_data> one = {{token, 0, 0}};
    apply(one);
    return std::isfinite(one[0].logit);
}

void Grammar::mask(std::span<float> logits) {
    constexpr float kBanned = -std::numeric_limits<float>::infinity();
    candidates_.clear();
    for (size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] > kBanned) {
            candidates_.push_back({static_cast<Token>(i), logits[i], 0});
        }
    }
    apply(candidates_);
    for (const llama_token_data & candidate : candidates_) {
        logits[static_cast<size_t>(candidate.id)] = candidate.logit;
    }
}

void Grammar::accept(Token token) {
    // llama.cpp ends the process when a text that may not end here does.
    if (!allows(token)) {
        throw Error("GRAMMAR_FAILED", "token " + std::to_string(token) + " does not fit the grammar here");
    }
    State next(llama_sampler_clone(states_.back().get()));
    try {
        llama_sampler_accept(next.get(), token);
    } catch (const std::exception & error) {
        throw Error("GRAMMAR_FAILED", error.what());
    }
    states_.push_back(std::move(next));
    if (states_.size() > kStates) {
        states_.pop_front();
    }
}

void Grammar::rewind(int n) {
    states_.erase(states_.end() - n, states_.end());
}

}  // namespace foretoken
