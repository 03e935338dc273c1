import { stat } from "node:fs/promises";
import { embeddedFolder as installedFolder, MODELS_PACKAGE } from "./embedded-folder.js";
import { createError } from "./errors.js";
import { isMissing } from "./exists.js";
import { fileHash } from "./file-hash.js";
import { isRepositoryId } from "./hub/repository-id.js";
import { nearest } from "./is.js";
import { defaultModelsFolder, findModel, listModels, modelNames } from "./models-folder.js";

interface EmbeddedModel {
  file: string;
  sha256: string;
}

/** The models of the package foretoken-models; the hashes are those of models/SHA256SUMS. */
export const EMBEDDED_MODELS: Readonly<Record<string, EmbeddedModel>> = {
  "fable-17m": {
    file: "fable-17m.f16.gguf",
    sha256: "5873ca9dd57b46da658f8929798f81ad88d8ca42bbeb417fc26073591534865a",
  },
  "fable-5m": {
    file: "fable-5m.f16.gguf",
    sha256: "e311eeff0ef0f4fba4209d04210ded28d40ac566968497d00b6025ace3b3f4fe",
  },
  "fable-1m": {
    file: "fable-1m.f16.gguf",
    sha256: "fc829b27006abdf2e6bfce29a3683e93de7ce3c08aad19a57ef7d32f119e3700",
  },
};

/**
 * The file a model argument means: an embedded name's file, whose hash is checked, the path as it is, or a file of the models
 * folder. Rejects with OPTION_INVALID, MODEL_NAME_UNKNOWN, MODEL_NAME_AMBIGUOUS, MODEL_NOT_PULLED, MODELS_NOT_INSTALLED,
 * MODEL_HASH_MISMATCH, or MODEL_NOT_FOUND and MODEL_NOT_READABLE for an embedded model; a path that cannot be read is left to the loader.
 */
export async function resolveModel(
  argument: string,
  { embeddedFolder = installedFolder(), modelsFolder = defaultModelsFolder() } = {},
): Promise<string> {
  if (argument.includes("\0")) {
    throw createError(
      "OPTION_INVALID",
      `Expected a model's name or path without null bytes but received ${JSON.stringify(argument)}`,
    );
  }
  const embedded = Object.hasOwn(EMBEDDED_MODELS, argument) ? EMBEDDED_MODELS[argument] : undefined;
  if (embedded !== undefined) {
    if (embeddedFolder === null) {
      throw createError(
        "MODELS_NOT_INSTALLED",
        `Expected the package ${MODELS_PACKAGE}, which carries ${argument}, but it is not installed`,
      );
    }
    const path = embeddedFolder + embedded.file;
    await verifyHash(argument, path, embedded.sha256);
    return path;
  }
  if (!(await isMissing(argument))) return argument;
  const pulled = await findModel(argument, modelsFolder);
  if (pulled !== null) return pulled;
  if (isRepositoryId(argument) && !/\.gguf$/i.test(argument)) {
    throw createError(
      "MODEL_NOT_PULLED",
      `Expected a file or a model in ${modelsFolder} but found no ${argument}: \`foretoken pull ${argument}\` would fetch that repository`,
    );
  }
  if (!/[/\\]|\.gguf$/i.test(argument)) {
    const pulledNames = (await listModels(modelsFolder)).map((file) => modelNames(file)[0] ?? file);
    const names = [...Object.keys(EMBEDDED_MODELS), ...pulledNames];
    const meant = nearest(argument, names);
    throw createError(
      "MODEL_NAME_UNKNOWN",
      `Expected a path or one of ${names.join(", ")} but received ${JSON.stringify(argument)}` +
        (meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`),
    );
  }
  return argument;
}

/** Files already verified in this process, by path, size and time of change. */
const verified = new Set<string>();

async function verifyHash(name: string, path: string, expected: string): Promise<void> {
  const unreadable = (error: NodeJS.ErrnoException) =>
    error.code === "ENOENT"
      ? createError(
          "MODEL_NOT_FOUND",
          `Expected the embedded model ${name} at ${path} but there is no such file`,
        )
      : createError(
          "MODEL_NOT_READABLE",
          `Expected the embedded model ${name} at ${path} but it cannot be read: ${error.message}`,
        );
  const { size, mtimeMs } = await stat(path).catch((error) => {
    throw unreadable(error);
  });
  const key = `${path}\0${size}\0${mtimeMs}`;
  if (verified.has(key)) return;
  const actual = await fileHash(path).catch((error) => {
    throw unreadable(error);
  });
  if (actual !== expected) {
    throw createError(
      "MODEL_HASH_MISMATCH",
      `Expected SHA-256 ${expected} for ${name} but ${path} has ${actual}`,
    );
  }
  verified.add(key);
}
