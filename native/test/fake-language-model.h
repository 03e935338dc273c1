// A model without weights that drives the real scheduler and drafters. Its next token is a function of all that its
// cache holds, so that a stale or misplaced cell changes the text; anything a real context would abort on (a batch too
// large, a position that leaves a gap, a foreign token, too many rows) throws std::logic_error.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "language-model.h"
#include "scheduler.h"

namespace foretoken::test {

using Successor = std::function<Token(std::span<const Token>)>;

class FakeLanguageModel final : public LanguageModel {
public:
    FakeLanguageModel(int vocabulary, Successor successor, ModelLimits limits = {64, 64, 256})
        : vocabulary_(static_cast<size_t>(vocabulary)), successor_(std::move(successor)), limits_(limits) {}

    ModelLimits limits() const override { return limits_; }

    Rows eval(std::span<const BatchToken> batch) override {
        if (batch.empty() || batch.size() > static_cast<size_t>(limits_.batch)) {
            throw std::logic_error("batch of " + std::to_string(batch.size()) + " tokens");
        }
        if (before_eval) {
            before_eval();
        }
        passes += 1;
        tokens += static_cast<int>(batch.size());
        logits_.clear();
        size_t rows = 0;
        for (const BatchToken & token : batch) {
            std::vector<Token> & text = cache_[token.seq];
            if (token.pos != static_cast<Pos>(text.size()) || token.pos >= limits_.context) {
                throw std::logic_error("position " + std::to_string(token.pos) + " after " +
                                       std::to_string(text.size()));
            }
            if (token.token < 0 || static_cast<size_t>(token.token) >= vocabulary_) {
                throw std::logic_error("token " + std::to_string(token.token) + " of another vocabulary");
            }
            text.push_back(token.token);
            if (token.want_logits) {
                logits_.resize(logits_.size() + vocabulary_, 0.0F);
                logits_[rows * vocabulary_ + static_cast<size_t>(successor_(text))] = 1.0F;
                rows += 1;
            }
        }
        if (rows > static_cast<size_t>(limits_.rows)) {
            throw std::logic_error("asked for " + std::to_string(rows) + " rows");
        }
        return {logits_.data(), rows, vocabulary_};
    }

    bool truncate(SeqId seq, Pos n_past) override {
        std::vector<Token> & text = cache_[seq];
        if (static_cast<size_t>(n_past) > text.size()) {
            throw std::logic_error("truncate to " + std::to_string(n_past) + " of " + std::to_string(text.size()));
        }
        text.resize(static_cast<size_t>(n_past));
        return true;
    }

    void copy(SeqId from, SeqId to, Pos n) override {
        const std::vector<Token> text = cache_[from];
        cache_[to].assign(text.begin(), text.begin() + n);
    }

    const std::vector<Token> & cached(SeqId seq) { return cache_[seq]; }

    int passes = 0;
    int tokens = 0;
    std::function<void()> before_eval;

private:
    size_t vocabulary_;
    Successor successor_;
    ModelLimits limits_;
    std::map<SeqId, std::vector<Token>> cache_;
    std::vector<float> logits_;
};

// Tokens are single letters, 0 = 'a'; the last one ends the generation.
class Letters final : public TokenTable {
public:
    explicit Letters(int vocabulary = 26) : end_(vocabulary - 1) {}

    std::string_view piece(Token token) const override {
        piece_ = std::string(1, static_cast<char>('a' + token));
        return piece_;
    }
    bool ends_generation(Token token) const override { return token == end_; }

private:
    Token end_;
    mutable std::string piece_;
};

struct Recorder final : SequenceListener {
    void on_tokens(std::vector<EmittedToken> tokens) override {
        for (EmittedToken & token : tokens) {
            text += token.text;
            ids.push_back(token.id);
            origins += "DCBP"[static_cast<int>(token.origin)];
        }
    }
    void on_end(FinishReason why, const Statistics & counted, const std::string & failure) override {
        ends += 1;
        reason = why;
        statistics = counted;
        error = failure;
    }

    std::string text;
    std::vector<Token> ids;
    std::string origins;  // D draft, C correction, B bonus, P plain
    int ends = 0;
    FinishReason reason = FinishReason::Aborted;
    Statistics statistics;
    std::string error;
};

}  // namespace foretoken::test
