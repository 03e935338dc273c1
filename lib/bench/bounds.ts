import * as is from "../is.js";

/** What a benchmark may be asked for, on the command line and by `benchmark()`. Each throws OPTION_INVALID. */
export const maxTokens = (value: unknown) => is.integer("maxTokens", value, 1, 1048576);
export const repeat = (value: unknown) => is.integer("repeat", value, 1, 1000);
export const seed = (value: unknown) => is.integer("seed", value, 0, 4294967295);
