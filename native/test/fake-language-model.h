// A model without weights that drives the real scheduler and drafters. Its next token is a function of all that its
// cache holds, so that a stale or misplaced cell changes the text; anything a real context would abort on (a batch too
// large, a position that leaves a gap, a foreign token, too many rows) throws std::logic_error.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake-device-rows.h"
#include "language-model.h"
#include "scheduler.h"

namespace foretoken::test {

using Successor = std::function<Token(std::span<const Token>)>;
using Logits = std::function<std::vector<float>(std::span<const Token>)>;

class FakeLanguageModel final : public LanguageModel {
public:
    FakeLanguageModel(int vocabulary, Successor successor, ModelLimits limits = {64, 64, 256})
        : FakeLanguageModel(vocabulary,
                            Logits([vocabulary, successor = std::move(successor)](std::span<const Token> text) {
                                std::vector<float> logits(static_cast<size_t>(vocabulary), 0.0F);
                                logits[static_cast<size_t>(successor(text))] = 1.0F;
                                return logits;
                            }),
                            limits) {}
    FakeLanguageModel(int vocabulary, Logits logits, ModelLimits limits = {64, 64, 256})
        : vocabulary_(static_cast<size_t>(vocabulary)), row_(std::move(logits)), limits_(limits) {}

    ModelLimits limits() const override { return limits_; }

    Rows eval(std::span<const BatchToken> batch) override {
        if (batch.empty() || batch.size() > static_cast<size_t>(limits_.batch)) {
            throw std::logic_error("batch of " + std::to_string(batch.size()) + " tokens");
        }
        if (before_eval) {
            before_eval();
        }
        if (fails && fails(batch)) {
            throw EvalFailed("this batch fails");
        }
        place(batch);
        batches.push_back(static_cast<int>(batch.size()));
        passes += 1;
        tokens += static_cast<int>(batch.size());
        logits_.clear();
        size_t rows = 0;
        int likeliest = 0;
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
            if (++cells_ > limits_.cells) {
                throw std::logic_error("no room in the cache");
            }
            if (token.want_logits) {
                const std::vector<float> row = row_(text);
                logits_.insert(logits_.end(), row.begin(), row.end());
                rows += 1;
                likeliest = std::max(likeliest, token.likeliest);
            }
        }
        if (rows > static_cast<size_t>(limits_.rows)) {
            throw std::logic_error("asked for " + std::to_string(rows) + " rows");
        }
        if (finds_beyond >= 0 && likeliest > 0) {
            device.set(logits_, vocabulary_, static_cast<size_t>(likeliest > 1 ? likeliest + finds_beyond : 1));
            return {device, rows, vocabulary_};
        }
        return {logits_.data(), rows, vocabulary_};
    }

    bool truncate(SeqId seq, Pos n_past) override {
        std::vector<Token> & text = cache_[seq];
        if (static_cast<size_t>(n_past) > text.size()) {
            throw std::logic_error("truncate to " + std::to_string(n_past) + " of " + std::to_string(text.size()));
        }
        cells_ -= static_cast<int>(text.size()) - n_past;
        text.resize(static_cast<size_t>(n_past));
        release(seq, static_cast<size_t>(n_past));
        return true;
    }

    void copy(SeqId from, SeqId to, Pos n) override {
        const std::vector<Token> text = cache_[from];
        if (static_cast<size_t>(n) > text.size() || !cache_[to].empty()) {
            throw std::logic_error("copy of " + std::to_string(n) + " of " + std::to_string(text.size()));
        }
        cache_[to].assign(text.begin(), text.begin() + n);
        places_[to].assign(places_[from].begin(), places_[from].begin() + n);
        hold(to, 0, 1);
        cells_ += n;
    }

    const std::vector<Token> & cached(SeqId seq) { return cache_[seq]; }

    int passes = 0;
    int tokens = 0;
    int refusals = 0;          // passes for which a sequence had no cell behind its last one
    std::vector<int> batches;  // tokens of each pass
    // As if rows stayed on a device, which finds so many more of the likeliest tokens than are asked for; −1: they
    // don't.
    int finds_beyond = -1;
    FakeDeviceRows device;
    std::function<void()> before_eval;
    std::function<bool(std::span<const BatchToken>)> fails;  // before anything of the batch is evaluated

private:
    // Each token takes the first free cell behind its sequence's last one, as native/arch/ascending-cells.cpp has it.
    void place(std::span<const BatchToken> batch) {
        std::map<SeqId, size_t> held;
        for (const BatchToken & token : batch) {
            held.try_emplace(token.seq, places_[token.seq].size());
            std::vector<int> & own = places_[token.seq];
            size_t cell = own.empty() ? 0 : static_cast<size_t>(own.back()) + 1;
            while (cell < holders_.size() && holders_[cell] > 0) {
                ++cell;
            }
            own.push_back(static_cast<int>(cell));
            hold(token.seq, own.size() - 1, 1);
            if (own.back() >= limits_.cells) {
                for (const auto & [seq, n] : held) {
                    release(seq, n);
                }
                refusals += 1;
                throw NoRoom("no cell behind the last one of sequence " + std::to_string(token.seq));
            }
        }
    }

    // From the n-th cell of a sequence on.
    void hold(SeqId seq, size_t n, int change) {
        for (const std::vector<int> & own = places_[seq]; n < own.size(); ++n) {
            const size_t cell = static_cast<size_t>(own[n]);
            holders_.resize(std::max(holders_.size(), cell + 1));
            holders_[cell] += change;
        }
    }

    void release(SeqId seq, size_t n) {
        hold(seq, n, -1);
        places_[seq].resize(n);
    }

    size_t vocabulary_;
    Logits row_;
    ModelLimits limits_;
    std::map<SeqId, std::vector<Token>> cache_;
    std::map<SeqId, std::vector<int>> places_;  // the cells of each text
    std::vector<int> holders_;                  // texts in each cell
    int cells_ = 0;                             // as if nothing were shared
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
    bool congested() const override { return full; }
    void on_tokens(std::vector<EmittedToken> tokens) override {
        for (EmittedToken & token : tokens) {
            text += token.text;
            ids.push_back(token.id);
            origins += "DCBP"[static_cast<int>(token.origin)];
            emitted.push_back(token);
        }
    }
    void on_end(FinishReason why, const Statistics & counted, const Error * failure) override {
        ends += 1;
        reason = why;
        statistics = counted;
        error = failure ? failure->what() : "";
        code = failure ? failure->code() : "";
    }

    bool full = false;  // as if nobody read
    std::string text;
    std::vector<Token> ids;
    std::string origins;  // D draft, C correction, B bonus, P plain
    int ends = 0;
    FinishReason reason = FinishReason::Aborted;
    Statistics statistics;
    std::string error;
    std::string code;
    std::vector<EmittedToken> emitted;
};

}  // namespace foretoken::test
