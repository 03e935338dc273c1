// What the core needs to know of a vocabulary.
#pragma once

#include <string_view>

#include "types.h"

namespace foretoken {

class TokenTable {
public:
    virtual ~TokenTable() = default;
    // The token's bytes; empty for control tokens. Valid until the next call.
    virtual std::string_view piece(Token token) const = 0;
    virtual bool ends_generation(Token token) const = 0;
};

}  // namespace foretoken
