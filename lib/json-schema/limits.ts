/** Nesting of schemas, constants, references and a pattern's groups: more is refused before the stack ends. */
export const MAX_DEPTH = 64;

/** Items, characters and repetitions: llama.cpp copies each out when it loads a grammar. */
export const MAX_COUNT = 100_000;

/** Branches of an anyOf, or combinations of branches where several hold together. */
export const MAX_ALTERNATIVES = 2000;

/** Rules of a grammar, which combinations of combinations could drive to any number. */
export const MAX_RULES = 20_000;
