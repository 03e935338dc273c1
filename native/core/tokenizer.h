// What translating a text from one vocabulary into another needs of each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "token-table.h"

namespace foretoken {

class Tokenizer : public TokenTable {
public:
    // The token's bytes, special tokens written out. Empty for BOS, which the other model has its own of.
    virtual std::string written(Token token) const = 0;
    // Tokens of whole characters. `at_start`: the text begins there, with what the model wants before it.
    virtual std::vector<Token> tokenize(std::string_view text, bool at_start) const = 0;
    // The token that ends a text; −1 where there is none.
    virtual Token end() const = 0;
};

}  // namespace foretoken
