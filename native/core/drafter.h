// Proposes tokens for the target to check. Owns only proposer state: what is committed is told, never decided here.
// After an exception each sequence is as before the call but for what was evaluated of it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "draft-policy.h"
#include "sampler.h"
#include "token-table.h"
#include "types.h"

namespace foretoken {

struct DraftPass {
    int tokens;  // of all sequences in it
    double ms;
};

// What drafting for one sequence took.
struct DraftWork {
    int passes = 0;         // forward passes it took part in
    int tokens = 0;         // it had in them
    double pass_share = 0;  // its share of them
    double pass_ms = 0;     // and of their time
};

// A sequence whose drafter has yet to evaluate committed tokens.
struct CatchUp {
    SeqId seq;
    DraftWork work{};  // out
};

struct DraftRequest {
    SeqId seq;
    int max_tokens;  // ≥ 1 and ≤ the view's room
    DraftPolicy * policy;
    // Chooses the tokens. Its constraint goes on with each drawn token; the scheduler takes that back.
    Sampler * sampler;
    const TokenTable * ends;      // a draft goes no further than a token that ends the generation; null: it does
    bool likeliest;               // take the likeliest token instead of drawing one
    bool distributions;           // also say what each token was drawn from
    std::vector<Token> tokens{};  // out: the draft, possibly shorter
    std::vector<Distribution> drafted{};  // out: one for each token, where asked for
    DraftWork work{};                     // out
    // Out: of the policy's draws, how many it took up to each token, the last number all that count. Absent: one each.
    std::optional<std::vector<int>> draws{};

    // Nothing can follow the tokens drawn so far.
    bool full() const {
        return static_cast<int>(tokens.size()) == max_tokens ||
               (ends && !tokens.empty() && ends->ends_generation(tokens.back()));
    }
};

class Drafter {
public:
    virtual ~Drafter() = default;

    // Starts a sequence with its text so far; evaluates nothing.
    virtual void begin(SeqId seq, std::span<const Token> text) = 0;
    virtual DrafterView view(SeqId seq) const = 0;
    // One pass over what the sequences lack, in their order, `most` tokens at most; none where nothing is lacking.
    virtual void catch_up(std::span<CatchUp> sequences, int most) = 0;
    // Drafts for all sequences together, one forward pass per position. Asks the policy before each draw.
    virtual void propose(std::span<DraftRequest> requests, BatchLoad & load) = 0;
    // Appends committed tokens: the accepted part of the draft and the correction or bonus.
    virtual void commit(SeqId seq, std::span<const Token> tokens) = 0;
    virtual void end(SeqId seq) = 0;
    // Learns from the whole text of a sequence that has ended for good.
    virtual void remember(std::span<const Token>) {}

    // Takes over what was evaluated of the same beginning for other sequences, running or kept.
    virtual void share_prefix(SeqId) {}
    // Ends a sequence, but keeps what was evaluated of it to be shared until forget().
    virtual void keep(SeqId seq) { end(seq); }
    virtual void forget(SeqId) {}
    // What is kept of an ended sequence, in the drafter's own tokens.
    virtual std::span<const Token> kept(SeqId) const { return {}; }
    // Keeps such tokens, whose cells `fill` puts into the cache, as of an ended sequence. Leaves it empty where there
    // is no room, or `fill` says no.
    virtual void adopt(SeqId, std::vector<Token>, const std::function<bool()> &) {}

    // Forward passes since the last call, for whoever keeps account of costs.
    virtual std::vector<DraftPass> take_passes() { return {}; }
};

}  // namespace foretoken
