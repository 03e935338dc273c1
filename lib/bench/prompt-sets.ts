import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createError } from "../errors.js";
import * as is from "../is.js";
import type { BenchmarkPrompt } from "./types.js";

const SETS: Record<string, BenchmarkPrompt[]> = JSON.parse(
  readFileSync(new URL("../../bench/prompts.json", import.meta.url), "utf8"),
).sets;

export const PROMPT_SETS = Object.keys(SETS);

/**
 * A set by its name, or one from a file: a JSON array, or a line of JSON for each prompt, with `text` or `prompt` or `turns` (whose
 * first counts, as in Spec-Bench's and SPEED-Bench's files), and where known `name` (or `question_id`) and `domain` (or `category`).
 * Rejects with PROMPTS_INVALID.
 */
export async function promptSet(nameOrFile: string): Promise<BenchmarkPrompt[]> {
  const known = Object.hasOwn(SETS, nameOrFile) ? SETS[nameOrFile] : undefined;
  if (known !== undefined) return known;
  const text = await readFile(nameOrFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw createError(
      "PROMPTS_INVALID",
      `Expected one of ${PROMPT_SETS.join(", ")} or a readable file of prompts but received ${JSON.stringify(nameOrFile)}: ${error.code ?? error.message}`,
    );
  });
  const prompts = parse(nameOrFile, text).map((entry, i) => toPrompt(nameOrFile, entry, i));
  if (prompts.length === 0)
    throw createError("PROMPTS_INVALID", `Expected prompts in ${nameOrFile} but found none`);
  return uniquelyNamed(prompts);
}

function parse(file: string, text: string): unknown[] {
  const lines = text.trimStart().startsWith("[")
    ? [text]
    : text.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line, i) => {
    try {
      return JSON.parse(line);
    } catch (error) {
      const what = error instanceof Error ? error.message : error;
      throw createError("PROMPTS_INVALID", `Expected JSON in line ${i + 1} of ${file} but got ${what}`);
    }
  });
}

function toPrompt(file: string, entry: unknown, i: number): BenchmarkPrompt {
  const { name, question_id: id, domain, category, text, prompt, turns } = is.isRecord(entry) ? entry : {};
  const found = text ?? prompt ?? (Array.isArray(turns) ? turns[0] : undefined);
  if (typeof found !== "string" || found === "") {
    throw createError(
      "PROMPTS_INVALID",
      `Expected text, prompt or turns of prompt ${i + 1} in ${file} but found ${JSON.stringify(entry)?.slice(0, 80)}`,
    );
  }
  const kind = domain ?? category;
  return {
    name: String(name ?? id ?? i + 1),
    ...(typeof kind === "string" && kind !== "" ? { domain: kind } : {}),
    text: found,
  };
}

/** Reports find a prompt by its name: one that came before gets a number. */
function uniquelyNamed(prompts: readonly BenchmarkPrompt[]): BenchmarkPrompt[] {
  const taken = new Set<string>();
  return prompts.map((prompt) => {
    let { name } = prompt;
    for (let i = 2; taken.has(name); i++) name = `${prompt.name} (${i})`;
    taken.add(name);
    return { ...prompt, name };
  });
}

/** The starts of a dialled model, which writes no text. */
export function dialledPrompts(starts: readonly number[], count: number): BenchmarkPrompt[] {
  // It looks at the last token only, so that whatever stands before one leads to the same walk.
  const before = Array.from({ length: 15 }, (_, i) => (i * 7919 + 11) % 997);
  return starts.slice(0, count).map((start, i) => ({ name: `walk ${i + 1}`, text: [...before, start] }));
}
