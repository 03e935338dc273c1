import * as is from "../is.js";
import { readJson } from "./checkpoint.js";
import { damaged, unsupported } from "./checkpoint-error.js";
import { preTokenizerName } from "./pre-tokenizer.js";
import { toAddedToken, toMerge, type Vocabulary, vocabularyTexts } from "./vocabulary.js";

/** Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED. */
export async function readTokenizerJson(file: string): Promise<Vocabulary> {
  const json = await readJson(file);
  const model = is.isRecord(json.model) ? json.model : {};
  if (model.type !== "BPE") {
    throw unsupported(
      file,
      `its model is ${JSON.stringify(model.type ?? json.model)}; byte-level BPE is what can be converted`,
    );
  }
  if (model.byte_fallback === true) {
    throw unsupported(
      file,
      "its BPE falls back to bytes (SentencePiece); byte-level BPE is what can be converted",
    );
  }
  for (const key of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (typeof model[key] === "string" && model[key] !== "")
      throw unsupported(file, `its BPE has a ${key}; byte-level BPE is what can be converted`);
  }
  const { merges } = model;
  const added = json.added_tokens ?? [];
  if (!Array.isArray(merges)) throw damaged(file, "a list of merges", typeof merges);
  if (!Array.isArray(added)) throw damaged(file, "a list of added tokens", typeof added);
  return {
    file,
    texts: vocabularyTexts(file, model.vocab),
    merges: merges.map((merge: unknown) => toMerge(file, merge)),
    added: added.map((token: unknown) => toAddedToken(file, is.isRecord(token) ? token.id : null, token)),
    preTokenizer: preTokenizerName(file, json.pre_tokenizer, model.ignore_merges === true),
    normalizer: normalizerOf(file, json.normalizer),
    frame: frameOf(file, json.post_processor),
  };
}

function normalizerOf(file: string, normalizer: unknown): Vocabulary["normalizer"] {
  if (normalizer === undefined || normalizer === null) return null;
  const { type, normalizers } = is.isRecord(normalizer) ? normalizer : {};
  if (type === "Sequence" && Array.isArray(normalizers))
    return normalizers.map((one) => normalizerOf(file, one)).includes("NFC") ? "NFC" : null;
  if (type === "NFC") return type;
  throw unsupported(file, `it changes text before splitting in a way that has no counterpart here: ${type}`);
}

/** The tokens around every text. The steps that only concern offsets or pairs of texts say nothing of them. */
function frameOf(file: string, processor: unknown): Vocabulary["frame"] {
  const { type, processors, single } = is.isRecord(processor) ? processor : {};
  if (type === "Sequence" && Array.isArray(processors)) {
    return processors.map((one) => frameOf(file, one)).find((frame) => frame !== undefined);
  }
  if (type !== "TemplateProcessing") return undefined;
  const parts: unknown[] = Array.isArray(single) ? single : [];
  const text = parts.findIndex((part) => is.isRecord(part) && "Sequence" in part);
  const tokens = parts.map((part) =>
    is.isRecord(part) && is.isRecord(part.SpecialToken) ? String(part.SpecialToken.id) : "",
  );
  if (text < 0 || text > 1 || parts.length > text + 2)
    throw unsupported(
      file,
      `it frames texts with other than one token before and after: ${tokens.join(" ")}`,
    );
  return { before: tokens[text - 1] ?? null, after: tokens[text + 1] ?? null };
}
