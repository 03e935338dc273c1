import { join } from "node:path";
import { exists } from "../exists.js";
import type { Checkpoint } from "./checkpoint.js";
import { damaged, unsupported } from "./checkpoint-error.js";
import type { Metadata } from "./plan.js";
import { readTokenizerJson } from "./tokenizer-json.js";
import { readTokenizerSettings, tokenText } from "./tokenizer-settings.js";
import { readVocabularyAndMerges } from "./vocabulary-and-merges.js";

/** GGUF's kinds of tokens. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/**
 * The keys of a byte-level BPE tokenizer, from tokenizer.json or from vocab.json and merges.txt. `size` is the number of rows
 * of the model's token matrix; rows beyond the tokenizer's tokens become unused tokens.
 * Rejects with CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED.
 */
export async function tokenizerMetadata(checkpoint: Checkpoint, size: number): Promise<Metadata[]> {
  const { folder, config } = checkpoint;
  const settings = await readTokenizerSettings(folder);
  const whole = join(folder, "tokenizer.json");
  const { file, ...vocabulary } = (await exists(whole))
    ? await readTokenizerJson(whole)
    : await readVocabularyAndMerges(folder, settings, config.modelType);
  const texts: string[] = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(UNUSED);
  const place = (id: number, text: string, type: number) => {
    if (id >= size)
      throw damaged(file, `token ids below vocab_size, ${size}`, `${id} (${JSON.stringify(text)})`);
    texts[id] = text;
    types[id] = type;
  };
  for (const [id, text] of vocabulary.texts) place(id, text, NORMAL);
  for (const { id, text, special } of vocabulary.added) place(id, text, special ? CONTROL : USER_DEFINED);

  const idOf = (name: string): number | null => {
    const text = tokenText(settings.values[`${name}_token`]);
    const named = text === null ? -1 : texts.indexOf(text);
    const id = named >= 0 ? named : config.token(`${name}_token_id`);
    return id !== null && id < size ? id : null;
  };
  const eos = idOf("eos");
  // Llama.cpp would take token 11.
  if (eos === null)
    throw damaged(config.file, "an eos_token_id, or the tokenizer's settings an eos_token", "none");
  const ids = { bos: idOf("bos") ?? eos, eos, unknown: idOf("unk"), padding: idOf("pad") };
  for (const id of [ids.bos, ids.eos, ids.padding]) {
    // Generation ends there, or never comes there, so it is not text.
    if (id !== null && types[id] === NORMAL) types[id] = CONTROL;
  }
  const adds = (which: "bos" | "eos", token: string | null | undefined): boolean => {
    const setting = settings.values[`add_${which}_token`];
    if (typeof setting === "boolean") return setting;
    if (typeof token === "string" && token !== texts[ids[which]])
      throw unsupported(
        file,
        `it frames texts with ${token}, which is not the ${which} token, ${texts[ids[which]]}`,
      );
    return typeof token === "string";
  };
  // OPT's tokenizer begins every text with </s>, whatever its settings leave unsaid.
  const addsBos = adds("bos", vocabulary.frame?.before);
  const opt = config.modelType === "opt" && settings.values.add_bos_token === undefined;
  return [
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", vocabulary.preTokenizer],
    ...(vocabulary.normalizer === null
      ? []
      : [["foretoken.tokenizer.normalizer", "string", vocabulary.normalizer] satisfies Metadata]),
    ["tokenizer.ggml.tokens", "string[]", texts],
    ["tokenizer.ggml.token_type", "i32[]", types],
    ["tokenizer.ggml.merges", "string[]", vocabulary.merges],
    ...Object.entries(ids).flatMap(([name, id]): Metadata[] =>
      id === null ? [] : [[`tokenizer.ggml.${name}_token_id`, "u32", id]],
    ),
    ["tokenizer.ggml.add_bos_token", "bool", addsBos || opt],
    ["tokenizer.ggml.add_eos_token", "bool", adds("eos", vocabulary.frame?.after)],
  ];
}
