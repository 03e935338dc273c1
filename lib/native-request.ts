import type { NativeRequest } from "./native.js";
import type { ResolvedGenerateOptions } from "./resolve-options.js";
import { VERIFICATIONS } from "./sampling-options.js";

/** A generation's options as the addon takes them. */
export function nativeRequest(prompt: Int32Array, options: ResolvedGenerateOptions): NativeRequest {
  const { draft, verification, signal: _, ...rest } = options;
  const matches = verification === "sample-match";
  return {
    ...rest,
    prompt,
    policy:
      draft === null
        ? { type: "off", maxTokens: 0, minConfidence: 0 }
        : { type: draft.policy, maxTokens: draft.maxTokens, minConfidence: draft.minConfidence },
    draftWithModel: draft !== null && draft.type !== "ngram",
    draftWithNgrams: draft !== null && draft.type !== "model",
    likeliestDraft: (draft?.choice ?? (matches ? "likeliest" : "sampled")) === "likeliest",
    verification: VERIFICATIONS.indexOf(verification),
  };
}
