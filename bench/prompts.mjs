import { readFileSync } from "node:fs";

const prompts = JSON.parse(readFileSync(new URL("prompts.json", import.meta.url), "utf8"));

/** The six named prompts of the demo and the benchmark. */
export const demoPrompts = prompts.sets.stories;
