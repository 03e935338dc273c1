// @ts-check
// A tokenizer for models without words, so that programs that take texts can run them: bytes, then a written-out name for each
// token. Needs nothing.

const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTES = 256;

/** The text that stands for a token beyond the bytes. @param {number} token */
export function tokenName(token) {
  return `<t${token}>`;
}

/**
 * @param {number} vocabulary
 * @param {number} end the token that ends a text
 * @returns {import("./gguf-writer.mjs").Metadata[]} of a model too small to have the bytes: none
 */
export function tokenizerMetadata(vocabulary, end) {
  if (vocabulary <= BYTES) return [["tokenizer.ggml.model", "string", "no_vocab"]];
  const tokens = Array.from({ length: vocabulary }, (_, token) => token);
  return [
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", "gpt-2"],
    [
      "tokenizer.ggml.tokens",
      "string[]",
      tokens.map((token) => (token < BYTES ? letter(token) : tokenName(token))),
    ],
    [
      "tokenizer.ggml.token_type",
      "i32[]",
      tokens.map((token) => (token === end ? CONTROL : token < BYTES ? NORMAL : USER_DEFINED)),
    ],
    // One that never applies: some readers want the list.
    ["tokenizer.ggml.merges", "string[]", [`${letter(0)} ${letter(0)}`]],
    ["tokenizer.ggml.bos_token_id", "u32", end],
    ["tokenizer.ggml.eos_token_id", "u32", end],
    ["tokenizer.ggml.add_bos_token", "bool", false],
  ];
}

/** GPT-2's letter for a byte: printable ones are themselves, the others follow from U+0100 on. @param {number} byte */
function letter(byte) {
  /** @param {number} code */
  const prints = (code) =>
    (code >= 0x21 && code <= 0x7e) || (code >= 0xa1 && code <= 0xac) || (code >= 0xae && code <= 0xff);
  if (prints(byte)) return String.fromCodePoint(byte);
  let place = 0;
  for (let other = 0; other < byte; other++) place += prints(other) ? 0 : 1;
  return String.fromCodePoint(0x100 + place);
}
