import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a preset says of the dialled pairs that stand in for one that is not on disk. */
export interface StandIn {
  /** A preset of scripts/dialled-pair.mjs. */
  shape: string;
  /** Of each pair. */
  agreements: number[];
  /** What else is to be known of them. */
  remark?: string;
}

/** One of them: null where its files are not in the folder. */
export interface DialledPair {
  id: string;
  files: { target: string; draft: string } | null;
  /** What makes the files; FOLDER is where they are looked for. */
  command: string;
}

/** File names of scripts/dialled-pair.mjs's presets, by their names. */
const FILES: Record<string, { target: string; draft: string }> = {
  "pythia-1.4b/160m": { target: "pythia-1.4b", draft: "pythia-160m" },
  "opt-350m/125m": { target: "opt-350m", draft: "opt-125m" },
  "codegen-2b/350m": { target: "codegen-2b", draft: "codegen-350m" },
  "codegen-350m/60m": { target: "codegen-350m", draft: "codegen-60m" },
};

/** A pair for each agreement: `<name>-dialled-s1[-a<agreement>].f16.gguf`. Others in the folder are not looked at. */
export async function standIns(
  { shape, agreements, remark }: StandIn,
  folder: string | undefined,
): Promise<DialledPair[]> {
  const names = FILES[shape];
  if (names === undefined) throw new Error(`No files of the shape ${shape} are known`);
  const present: string[] = folder === undefined ? [] : await readdir(folder).catch(() => []);
  const target = present.find((file) => file === `${names.target}-dialled-s1.f16.gguf`);
  return agreements.map((agreement) => {
    const draft = present.find((file) => agreementOf(file, names.draft) === agreement);
    const found = folder !== undefined && target !== undefined && draft !== undefined;
    const remarks = remark === undefined ? "" : `, ${remark}`;
    return {
      id: `${names.target} + ${names.draft} (dialled, agreement ${agreement}${remarks})`,
      files: found ? { target: join(folder, target), draft: join(folder, draft) } : null,
      command: `node scripts/dialled-pair.mjs --preset ${shape} --agreement ${agreement} --out FOLDER`,
    };
  });
}

/** What a draft's file name says; NaN for other files. */
function agreementOf(file: string, draft: string): number {
  const start = `${draft}-dialled-s1-a`;
  if (!file.startsWith(start)) return Number.NaN;
  const [, agreement] = /^(\d\.\d+)\.f16\.gguf$/.exec(file.slice(start.length)) ?? [];
  return Number(agreement);
}
