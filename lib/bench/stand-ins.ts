import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readDial } from "./dialled.js";

/** File names of scripts/dialled-pair.mjs's presets, by their names. */
const FILES: Record<string, { target: string; draft: string }> = {
  "pythia-1.4b/160m": { target: "pythia-1.4b", draft: "pythia-160m" },
  "opt-350m/125m": { target: "opt-350m", draft: "opt-125m" },
  "codegen-2b/350m": { target: "codegen-2b", draft: "codegen-350m" },
  "codegen-350m/60m": { target: "codegen-350m", draft: "codegen-60m" },
};

/** Dialled pairs of a preset in a folder, one for each draft: `<name>-dialled-s<seed>[-a<agreement>].f16.gguf`. */
export async function dialledPairs(
  preset: string,
  folder: string,
): Promise<{ id: string; target: string; draft: string }[]> {
  const names = FILES[preset];
  const files: string[] = await readdir(folder).catch(() => []);
  const target = names && `${names.target}-dialled-s1.f16.gguf`;
  if (names === undefined || target === undefined || !files.includes(target)) return [];
  const drafts = files.filter(
    (file) => file.startsWith(`${names.draft}-dialled-s1-a`) && file.endsWith(".f16.gguf"),
  );
  return Promise.all(
    drafts.sort().map(async (draft) => {
      const dial = await readDial(join(folder, draft));
      return {
        id: `${names.target} + ${names.draft} (dialled, agreement ${dial?.agreement ?? "unknown"})`,
        target: join(folder, target),
        draft: join(folder, draft),
      };
    }),
  );
}
