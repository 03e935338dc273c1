import { CallSite } from "./call-site.js";
import { type Compatibility, compareVocabularies } from "./compatibility.js";
import { createError } from "./errors.js";
import * as is from "./is.js";
import { resolveModel } from "./model-files.js";
import { type NativeModel, native } from "./native.js";

export interface CheckOptions {
  /** Path of a GGUF file, or the name of an embedded or pulled model. */
  target: string;
  /** Path of a GGUF file, or the name of an embedded or pulled model. */
  draft: string;
  /**
   * Differing token texts to list at most, 0…1048576; all are counted.
   * @default 16
   */
  limit?: number;
}

/** Whether a draft may propose tokens for a target. Reads both vocabularies, no weights. */
export function checkPair(options: CheckOptions): Promise<Compatibility> {
  return new CallSite(checkPair).wait(async () => {
    const given = is.record("options", options);
    is.onlyKnownKeys("", given, ["target", "draft", "limit"]);
    const target = await resolveModel(is.nonEmptyString("target", given.target));
    const draft = await resolveModel(is.nonEmptyString("draft", given.draft));
    return checkFiles(target, draft, is.integer("limit", given.limit ?? 16, 0, 1048576));
  });
}

/** The same for two files. Rejects with MODEL_CANNOT_ROLL_BACK for a target or draft that drafting is impossible with. */
export async function checkFiles(
  targetPath: string,
  draftPath: string,
  limit?: number,
): Promise<Compatibility> {
  const opened: NativeModel[] = [];
  const open = async (path: string, role: string) => {
    const model = await native.loadModel(path, { gpuLayers: 0, extraBuffers: false, vocabularyOnly: true });
    opened.push(model);
    if (!model.info.canRollBack) {
      throw createError(
        "MODEL_CANNOT_ROLL_BACK",
        `Expected a ${role} that can drop single tokens from its cache but ${path} is of the ${model.info.architecture} architecture, which cannot`,
      );
    }
    return model;
  };
  try {
    return compareVocabularies(await open(targetPath, "target"), await open(draftPath, "draft"), limit);
  } finally {
    for (const model of opened) model.close();
  }
}
