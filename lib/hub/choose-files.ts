import { createError } from "../errors.js";
import type { Repository, RepositoryFile } from "./repository.js";

/** What of a repository becomes a model: one ready file, or a checkpoint to convert. */
export type Choice =
  | { kind: "gguf"; file: RepositoryFile }
  | {
      kind: "checkpoint";
      /** config.json and the tokenizer. */
      small: RepositoryFile[];
      /** The weights, or the list of their shards. */
      weights: RepositoryFile;
    };

/** In the order in which the converter looks for them. */
const WEIGHTS = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
];
const SETTINGS = ["generation_config.json", "special_tokens_map.json", "tokenizer_config.json"];
const SHARD = /-\d{5}-of-\d{5}\.gguf$/;
const LISTED = 20;

/** Throws REPOSITORY_UNSUITABLE, or HUB_NOT_FOUND for a named file that is not there. */
export function chooseFiles(repository: Repository, named: string | null): Choice {
  const byPath = new Map(repository.files.map((file) => [file.path, file]));
  if (named !== null) return { kind: "gguf", file: namedFile(repository, byPath.get(named), named) };
  const weights = WEIGHTS.map((path) => byPath.get(path)).find((file) => file !== undefined);
  const config = byPath.get("config.json");
  if (config === undefined || weights === undefined) return { kind: "gguf", file: readyFile(repository) };
  const tokenizer = byPath.has("tokenizer.json")
    ? ["tokenizer.json"]
    : ["vocab.json", "merges.txt", "added_tokens.json"];
  if (!tokenizer.slice(0, 2).every((path) => byPath.has(path)))
    throw unsuitable(
      repository,
      "tokenizer.json, or vocab.json with merges.txt, beside the weights",
      "neither",
    );
  const small = [...tokenizer, ...SETTINGS].flatMap((path) => byPath.get(path) ?? []);
  return { kind: "checkpoint", small: [config, ...small], weights };
}

/** The shards that an index names. Throws HUB_NOT_FOUND, or REPOSITORY_UNSUITABLE for an index that is none. */
export function chooseShards(repository: Repository, index: RepositoryFile, text: string): RepositoryFile[] {
  let names: unknown[];
  try {
    names = Object.values((JSON.parse(text) as { weight_map: object }).weight_map);
  } catch {
    throw unsuitable(repository, `a list of shards in ${index.path}`, "none");
  }
  return [...new Set(names)].map((name) => {
    const file = repository.files.find(({ path }) => path === name);
    if (file === undefined) throw absent(repository, String(name), `, which ${index.path} names,`);
    return file;
  });
}

function namedFile(repository: Repository, file: RepositoryFile | undefined, name: string): RepositoryFile {
  if (file !== undefined && name.endsWith(".gguf") && !SHARD.test(name)) return file;
  if (SHARD.test(name)) throw unsuitable(repository, "a GGUF file in one piece", name);
  const ready = ggufFiles(repository);
  if (file === undefined)
    throw absent(repository, name, ready.length === 0 ? "" : ` (its GGUF files: ${list(ready)})`);
  throw unsuitable(repository, "the name of a GGUF file", name);
}

function readyFile(repository: Repository): RepositoryFile {
  const files = ggufFiles(repository);
  const whole = files.filter(({ path }) => !SHARD.test(path) && !/mmproj/i.test(path));
  const half = whole.filter(({ path }) => /(^|[-._/])f16\.gguf$/i.test(path));
  const [file, another] = whole.length === 1 ? whole : half;
  if (file !== undefined && another === undefined) return file;
  const found = files.length === 0 ? "neither" : `several: ${list(files)}`;
  throw unsuitable(
    repository,
    "config.json with weights (safetensors or pytorch_model.bin), or one GGUF file",
    found,
  );
}

function ggufFiles({ files }: Repository): RepositoryFile[] {
  return files.filter(({ path }) => path.endsWith(".gguf"));
}

function list(files: readonly RepositoryFile[]): string {
  const names = files.slice(0, LISTED).map(({ path }) => path);
  return names.join(", ") + (files.length > LISTED ? ` and ${files.length - LISTED} more` : "");
}

function unsuitable({ id, revision, offline }: Repository, expected: string, found: string) {
  return offline
    ? createError(
        "HUB_OFFLINE",
        `Expected ${expected} of ${id} at ${revision} in the cache but found ${found}`,
      )
    : createError("REPOSITORY_UNSUITABLE", `Expected ${expected} in ${id} at ${revision} but found ${found}`);
}

function absent({ id, revision, offline }: Repository, path: string, more: string) {
  return offline
    ? createError(
        "HUB_OFFLINE",
        `Expected ${path}${more} of ${id} at ${revision} in the cache but it is not there`,
      )
    : createError("HUB_NOT_FOUND", `Expected ${path}${more} in ${id} at ${revision} but it is not there`);
}
