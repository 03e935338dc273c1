// What the engine throws: a stable code from the table in lib/errors.ts and a sentence.
#pragma once

#include <stdexcept>
#include <string>

namespace foretoken {

class Error : public std::runtime_error {
public:
    Error(const char * code, const std::string & message) : std::runtime_error(message), code_(code) {}
    // A string literal.
    const char * code() const { return code_; }

private:
    const char * code_;
};

}  // namespace foretoken
