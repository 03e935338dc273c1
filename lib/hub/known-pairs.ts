import { readFile } from "node:fs/promises";
import { CallSite } from "../call-site.js";
import { embeddedFolder } from "../embedded-folder.js";
import { createError } from "../errors.js";
import * as is from "../is.js";
import { EMBEDDED_MODELS, resolveModel } from "../model-files.js";
import { defaultModelsFolder, findModel } from "../models-folder.js";

/** One model of a known pair. */
export interface KnownModel {
  /** What `loadPair` takes: a repository, once it was pulled, or an embedded name. */
  model: string;
  parameters: number;
  /** Bytes of the weights in GGUF f16. */
  bytes: number;
  licence: string;
  /** The licence must be accepted on the repository's page before it can be pulled. */
  gated: boolean;
  /** The file on this machine; null until it is pulled or, with an embedded name, `foretoken-models` is installed. */
  path: string | null;
}

/** A target with a draft that suits it. */
export interface KnownPair {
  name: string;
  /** config.json's model_type. */
  family: string;
  target: KnownModel;
  draft: KnownModel;
  note: string;
}

export interface KnownPairsOptions {
  /**
   * Where pulled models are.
   * @default $FORETOKEN_MODELS, or a folder where the system keeps users' data
   */
  modelsFolder?: string;
}

type Listed = Omit<KnownPair, "target" | "draft"> & Record<"target" | "draft", ListedModel>;
type ListedModel = Omit<KnownModel, "gated" | "path"> & { gated?: boolean };

const FILE = new URL("../../models/pairs.json", import.meta.url);

/** The pairs of models/pairs.json, and what of them is on this machine. Rejects with OPTION_INVALID, OPTION_UNKNOWN, MODEL_NAME_AMBIGUOUS. */
export function knownPairs(options: KnownPairsOptions = {}): Promise<KnownPair[]> {
  return new CallSite(knownPairs).wait(async () => {
    const given = is.record("options", options);
    is.onlyKnownKeys("", given, ["modelsFolder"]);
    const folder = modelsFolderOption(given.modelsFolder);
    return Promise.all(
      (await listedPairs()).map(async ({ name, family, target, draft, note }) => ({
        name,
        family,
        target: await located(target, folder),
        draft: await located(draft, folder),
        note,
      })),
    );
  });
}

/** The repositories of a pair, the target's first; none for an embedded pair. Rejects with PAIR_NAME_UNKNOWN. */
export async function pairRepositories(name: string): Promise<string[]> {
  const pairs = await listedPairs();
  const pair = pairs.find((one) => one.name === name);
  if (pair === undefined) {
    const names = pairs.map((one) => one.name);
    const meant = is.nearest(name, names);
    throw createError(
      "PAIR_NAME_UNKNOWN",
      `Expected one of ${names.join(", ")} but received ${JSON.stringify(name)}` +
        (meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`),
    );
  }
  return [pair.target.model, pair.draft.model].filter((model) => !Object.hasOwn(EMBEDDED_MODELS, model));
}

export function modelsFolderOption(value: unknown): string {
  return is.optional(value, (given) => is.nonEmptyString("modelsFolder", given)) ?? defaultModelsFolder();
}

/** The file is this package's own; a test holds it to this shape. */
async function listedPairs(): Promise<Listed[]> {
  return JSON.parse(await readFile(FILE, "utf8")).pairs;
}

async function located({ gated = false, ...model }: ListedModel, modelsFolder: string): Promise<KnownModel> {
  const isEmbedded = Object.hasOwn(EMBEDDED_MODELS, model.model);
  if (isEmbedded && embeddedFolder() === null) return { ...model, gated, path: null };
  const path = isEmbedded ? await resolveModel(model.model) : await findModel(model.model, modelsFolder);
  return { ...model, gated, path };
}
