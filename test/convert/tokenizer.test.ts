/** Converted tokenizers on texts of many scripts: the ids and texts that the published tokenizers' own library gives. */
import { Tokenizer } from "@huggingface/tokenizers";
import t from "tap";
import { type HubTokenizer, texts, writeTokenizer } from "../helpers/hub-tokenizer.js";
import { HUB_TOKENIZERS } from "../helpers/hub-tokenizers.js";
import { loadConverted } from "../helpers/load-converted.js";

/** Rows of the model's matrix beyond the tokens. */
const PADDING = 7;

for (const [name, { family, tokenizer }] of Object.entries(HUB_TOKENIZERS)) {
  t.test(name, async (t) => {
    const published = tokenizer();
    const pair = await loadConverted(t.testdir(), family, published.size + PADDING, (to) =>
      writeTokenizer(to, published),
    );
    t.teardown(() => pair.close());
    const reference = new Tokenizer(withAllDigits(published.json), published.config);
    const cases = [...texts, ...aroundTokens(published)];
    for (const [what, text] of cases) {
      const { ids } = reference.encode(text);
      const tokens = pair.tokenize(text);
      t.strictSame([...tokens], ids, what);
      // The reference decodes no empty list.
      const decoded = ids.length === 0 ? "" : reference.decode(ids, { skip_special_tokens: false });
      t.equal(pair.detokenize(tokens, { special: true }), decoded, `${what}, decoded`);
    }
  });
}

/** The special and the added tokens, alone and in text. */
function aroundTokens({ json }: HubTokenizer): [what: string, text: string][] {
  return (json.added_tokens as { id: number; content: string }[]).flatMap(({ id, content }) => [
    [`token ${id}`, content],
    [`token ${id} between letters`, `a${content}b`],
    [`token ${id} among spaces and itself`, ` ${content} é${content}${content} `],
  ]);
}

/** The reference's Digits knows ASCII's; Rust's, which made the published vocabularies, all that Unicode calls numbers. */
function withAllDigits(json: HubTokenizer["json"]): object {
  const numbers = { type: "Split", pattern: { Regex: "\\p{N}" }, behavior: "Isolated", invert: false };
  return JSON.parse(JSON.stringify(json), (_, value) => (value?.type === "Digits" ? numbers : value));
}
