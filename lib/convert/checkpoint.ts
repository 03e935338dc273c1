import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createError } from "../errors.js";
import { exists } from "../exists.js";
import * as is from "../is.js";
import { damaged } from "./checkpoint-error.js";
import { readSafetensors } from "./safetensors.js";
import type { StoredTensor } from "./stored-tensor.js";
import { readTorchCheckpoint } from "./torch-checkpoint.js";

/** A model in the hub's layout: config.json and weights, whole or in shards. */
export interface Checkpoint {
  folder: string;
  config: Config;
  tensors: ReadonlyMap<string, StoredTensor>;
}

const FORMATS = [
  { file: "model.safetensors", read: readSafetensors },
  { file: "pytorch_model.bin", read: readTorchCheckpoint },
] as const;

/**
 * Reads everything but the weights. Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const config = await readConfig(folder);
  for (const { file, read } of FORMATS) {
    const path = join(folder, file);
    if (await exists(path)) return { folder, config, tensors: await read(path) };
    if (await exists(`${path}.index.json`))
      return { folder, config, tensors: await readShards(folder, file, read) };
  }
  throw createError(
    "CHECKPOINT_NOT_FOUND",
    `Expected ${FORMATS.map(({ file }) => file).join(" or ")}, whole or in shards, in ${folder} but found none`,
  );
}

export async function readConfig(folder: string): Promise<Config> {
  const file = join(folder, "config.json");
  return new Config(file, await readJson(file));
}

async function readShards(
  folder: string,
  file: string,
  read: (path: string) => Promise<Map<string, StoredTensor>>,
): Promise<Map<string, StoredTensor>> {
  const index = join(folder, `${file}.index.json`);
  const { weight_map: places } = await readJson(index);
  if (!is.isRecord(places)) throw damaged(index, "a weight_map", typeof places);
  const shards = new Map<string, Map<string, StoredTensor>>();
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shard] of Object.entries(places)) {
    if (typeof shard !== "string" || /[/\\]|^\.\.?$/.test(shard))
      throw damaged(index, `a file's name for ${name}`, String(shard));
    const path = join(folder, shard);
    if (!(await exists(path))) {
      throw createError(
        "CHECKPOINT_NOT_FOUND",
        `Expected ${path}, which ${index} names for ${name}, but found none`,
      );
    }
    const found = shards.get(shard) ?? (await read(path));
    shards.set(shard, found);
    const tensor = found.get(name);
    if (tensor === undefined) throw damaged(path, `${name}, which ${index} promises`, "none");
    tensors.set(name, tensor);
  }
  return tensors;
}

/** An object read from a JSON file. */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw createError(
      "CHECKPOINT_NOT_FOUND",
      `Expected a readable file ${path} but got ${error.code ?? error.message}`,
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, "JSON", error instanceof Error ? error.message : String(error));
  }
  if (!is.isRecord(value)) throw damaged(path, "an object", Array.isArray(value) ? "an array" : typeof value);
  return value;
}

/** Values of a config.json, checked as they are asked for. Every getter throws CHECKPOINT_INVALID. */
export class Config {
  constructor(
    readonly file: string,
    readonly values: Record<string, unknown>,
  ) {}

  get modelType(): string {
    return this.text("model_type");
  }

  text(key: string, otherwise?: string): string {
    return this.#value(key, otherwise, "text", (value): value is string => typeof value === "string");
  }
  size(key: string, otherwise?: number): number {
    return this.#value(
      key,
      otherwise,
      "a positive integer",
      (value): value is number => Number.isSafeInteger(value) && (value as number) > 0,
    );
  }
  number(key: string, otherwise?: number): number {
    return this.#value(
      key,
      otherwise,
      "a number",
      (value): value is number => typeof value === "number" && Number.isFinite(value),
    );
  }
  flag(key: string, otherwise?: boolean): boolean {
    return this.#value(
      key,
      otherwise,
      "true or false",
      (value): value is boolean => typeof value === "boolean",
    );
  }
  /** A token id, or null. */
  token(key: string): number | null {
    const value = this.values[key];
    const first = Array.isArray(value) ? value[0] : value;
    return Number.isSafeInteger(first) && (first as number) >= 0 ? (first as number) : null;
  }
  section(key: string): Config | null {
    const value = this.values[key];
    return is.isRecord(value) ? new Config(this.file, value) : null;
  }
  /** Throws where two values contradict each other. */
  require(holds: boolean, expected: string, actual: string): void {
    if (!holds) throw damaged(this.file, expected, actual);
  }

  #value<T>(
    key: string,
    otherwise: T | undefined,
    expected: string,
    fits: (value: unknown) => value is T,
  ): T {
    const value = this.values[key] ?? otherwise;
    if (!fits(value)) throw damaged(this.file, `${expected} for ${key}`, JSON.stringify(value) ?? "nothing");
    return value;
  }
}
