/** What the published tokenizers have in common, and the texts that ours are learnt from. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import corpus from "../fixtures/multilingual.json" with { type: "json" };
import { type Bpe, learnBpe } from "./byte-level-bpe.js";

export interface HubTokenizer {
  /** tokenizer.json */
  json: Record<string, unknown> & { model: Bpe & Record<string, unknown> };
  /** tokenizer_config.json */
  config: Record<string, unknown>;
  /** Tokens, special and added ones included. */
  size: number;
}

/** Texts of many scripts, and what is in them. */
export const texts: readonly [what: string, text: string][] = Object.entries(corpus).flatMap(
  ([what, lines]) => lines.map((line, i): [string, string] => [`${what} ${i + 1}`, line]),
);

const GPT_2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

export const byteLevel = (regex: boolean) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: regex,
});
interface Traits {
  preTokenizer: unknown;
  special: string[];
  added?: string[];
  normalized?: boolean;
  normalizer?: unknown;
  /** Before every text. */
  begin?: string;
  model?: Record<string, unknown>;
  config: Record<string, unknown>;
}

let bpeOfTexts: Bpe | undefined;

/** Merges of digits are learnt too, so that it shows whether a tokenizer splits them. */
function learnt(): Bpe {
  if (bpeOfTexts === undefined) {
    bpeOfTexts = learnBpe(
      texts.map(([, text]) => text),
      new RegExp(GPT_2, "gu"),
      400,
    );
    // A word that no merges make, as Llama 3 has: a token where words are looked up first, and else its parts.
    bpeOfTexts.vocab.ĠXylophonmusik = Object.keys(bpeOfTexts.vocab).length;
  }
  return bpeOfTexts;
}

export function tokenizer(traits: Traits): HubTokenizer {
  const { preTokenizer, special, added = [], normalized = false, normalizer = null, begin } = traits;
  const bpe = structuredClone(learnt());
  const first = Object.keys(bpe.vocab).length;
  const tokens = [...added, ...special].map((content, i) => ({
    id: first + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: normalized && i < added.length,
    special: i >= added.length,
  }));
  const template = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: begin, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: {
      [begin ?? ""]: {
        id: begin,
        ids: [tokens.find(({ content }) => content === begin)?.id],
        tokens: [begin],
      },
    },
  };
  const offsets = { ...byteLevel(true), trim_offsets: false };
  return {
    json: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: tokens,
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor: begin === undefined ? offsets : { type: "Sequence", processors: [offsets, template] },
      decoder: byteLevel(true),
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        ...bpe,
        ...traits.model,
      },
    },
    config: { clean_up_tokenization_spaces: false, ...traits.config },
    size: first + tokens.length,
  };
}

/** tokenizer.json and tokenizer_config.json. */
export function writeTokenizer(
  folder: string,
  { json, config }: Pick<HubTokenizer, "json" | "config">,
): void {
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
}
