/** Where llama.cpp's tokenizer differs from the published one, as docs/errors.md and ADR 7 say: pinned, so that a fix is noticed. */
import { Tokenizer } from "@huggingface/tokenizers";
import t from "tap";
import { type HubTokenizer, writeTokenizer } from "../helpers/hub-tokenizer.js";
import { HUB_TOKENIZERS } from "../helpers/hub-tokenizers.js";
import { loadConverted } from "../helpers/load-converted.js";

async function both(folder: string, name: "GPT-2", change: (json: HubTokenizer["json"]) => void) {
  const { family, tokenizer } = HUB_TOKENIZERS[name] as (typeof HUB_TOKENIZERS)[string];
  const { json, config, size } = tokenizer();
  change(json);
  const pair = await loadConverted(folder, family, size + 9, (to) => writeTokenizer(to, { json, config }));
  const reference = new Tokenizer(json, config);
  return {
    pair,
    published: (text: string) => reference.encode(text).ids,
    converted: (text: string) => [...pair.tokenize(text)],
  };
}

t.test("of added tokens that overlap, the longest is found first, not the first", async (t) => {
  const { pair, published, converted } = await both(t.testdir(), "GPT-2", (json) => {
    const added = json.added_tokens as { id: number; content: string }[];
    const first = (added.at(-1)?.id ?? 0) + 1;
    for (const [i, content] of ["@@#", "#@@@"].entries())
      added.push({ ...(added[0] as (typeof added)[number]), id: first + i, content });
  });
  t.teardown(() => pair.close());
  t.strictSame(converted("x@@# #@@@"), published("x@@# #@@@"));
  const [short] = published("@@#");
  const [long] = published("#@@@");
  t.equal(published("@@#@@@")[0], short);
  t.equal(converted("@@#@@@").at(-1), long);
});
