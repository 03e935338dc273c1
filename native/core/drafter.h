// Proposes tokens for the target to check. Owns only proposer state: what is committed is told, never decided here.
#pragma once

#include <span>
#include <vector>

#include "draft-policy.h"
#include "types.h"

namespace foretoken {

// Forward passes spent on a sequence and the tokens it had in them.
struct DraftWork {
    int passes = 0;
    int tokens = 0;
};

struct DraftRequest {
    SeqId seq;
    int max_tokens;  // ≥ 1 and ≤ room(seq)
    DraftPolicy * policy;
    std::vector<Token> tokens{};  // out: the draft, possibly shorter
    DraftWork work{};             // out
};

class Drafter {
public:
    virtual ~Drafter() = default;

    // Starts a sequence with its prompt; evaluates nothing.
    virtual void begin(SeqId seq, std::span<const Token> prompt) = 0;
    // Evaluates one chunk of what the sequence's cache lacks, all but its last committed token; adds to work.
    // Returns whether more is lacking.
    virtual bool catch_up(SeqId seq, DraftWork & work) = 0;
    // How many tokens can be drafted before the drafter's own context ends.
    virtual int room(SeqId seq) const = 0;
    // Drafts for all sequences together, one forward pass per position.
    virtual void propose(std::span<DraftRequest> requests) = 0;
    // Appends committed tokens: the accepted part of the draft and the correction or bonus.
    virtual void commit(SeqId seq, std::span<const Token> tokens) = 0;
    virtual void end(SeqId seq) = 0;
};

}  // namespace foretoken
