#include "exactness.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "error.h"
#include "fixed-shape-model.h"
#include "llama-ext.h"

namespace foretoken {

namespace {

constexpr int kProbed = 2 * kFixedRows;  // tokens after each beginning
// Beginnings to probe behind: none, one before the first attention step, and a long one.
constexpr Pos kBeforeStep = 256 - kProbed + kProbed / 4;
constexpr Pos kLong = 1780;

bool is_row_invariant(const EngineOptions & options, const Model & target) {
#if defined(__x86_64__) || defined(_M_X64)
    const bool ours = target.header().has_own_kernels || !target.repacks();
    return ours && options.flash_attention && llama_model_n_devices(target.get()) == 0;
#else
    (void)options, (void)target;
    return false;
#endif
}

class Probe {
public:
    Probe(LanguageModel & model, int vocabulary) : model_(model), vocabulary_(vocabulary) {}

    void behind(Pos past) {
        const Pos end = std::min(past + kProbed, model_.limits().context);
        for (Pos pos = 0; pos < past; pos += model_.limits().batch) {
            eval(pos, std::min(model_.limits().batch, past - pos), false);
        }
        alone_.clear();
        for (Pos pos = past; pos < end; ++pos) {
            const auto row = eval(pos, 1, true)[0].logits();
            alone_.emplace_back(row.begin(), row.end());
        }
        for (const int width : {3, kFixedRows}) {
            together(past, end, width);
        }
        model_.truncate(0, 0);
    }

private:
    // The last token of every pass is rolled back, and evaluated again in the next one.
    void together(Pos past, Pos end, int width) {
        for (Pos pos = past; pos < end; pos += width - 1) {
            model_.truncate(0, pos);
            const int tokens = std::min(width, end - pos);
            const Rows rows = eval(pos, tokens, true);
            for (int row = 0; row < tokens; ++row) {
                compare(alone_[static_cast<size_t>(pos - past + row)], rows[static_cast<size_t>(row)].logits(),
                        pos + row, tokens);
            }
        }
        model_.truncate(0, past);
    }

    static void compare(const std::vector<float> & alone, std::span<const float> row, Pos pos, int tokens) {
        if (std::memcmp(alone.data(), row.data(), row.size_bytes()) != 0) {
            float largest = 0;
            for (size_t i = 0; i < row.size(); ++i) {
                largest = std::max(largest, std::abs(row[i] - alone[i]));
            }
            throw Error("EXACT_UNAVAILABLE", "on the target's device, logits at position " + std::to_string(pos) +
                                                 " in a pass of " + std::to_string(tokens) +
                                                 " tokens differ from those of a token alone by up to " +
                                                 std::to_string(largest) + ", even in passes of one shape");
        }
    }

    Rows eval(Pos from, int tokens, bool want_logits) {
        batch_.clear();
        for (Pos pos = from; pos < from + tokens; ++pos) {
            batch_.push_back({0, pos, (pos * 7919 + 13) % vocabulary_, want_logits});
        }
        return model_.eval(batch_);
    }

    LanguageModel & model_;
    int vocabulary_;
    std::vector<BatchToken> batch_;
    std::vector<std::vector<float>> alone_;
};

}  // namespace

bool needs_fixed_shape(const EngineOptions & options, const Model & target) {
    if (!options.exact || is_row_invariant(options, target)) {
        return false;
    }
    if (llama_model_n_expert(target.get()) > 0) {
        throw Error("EXACT_UNAVAILABLE",
                    "the target is a mixture of experts: what its other tokens are shapes each expert's passes");
    }
    if (options.max_sequences > 1) {
        throw Error("EXACT_UNAVAILABLE", "the target's passes need one shape here, which one sequence can have, but " +
                                             std::to_string(options.max_sequences) + " were asked for");
    }
    return true;
}

void require_same_bits(LanguageModel & model, int vocabulary) {
    Probe probe(model, vocabulary);
    const Pos last = std::max(0, model.limits().context - kProbed);
    for (const Pos past : {0, kBeforeStep, std::min(last, kLong)}) {
        if (past <= last) {
            probe.behind(past);
        }
    }
}

}  // namespace foretoken
