/** Repositories without tokenizer.json: vocab.json and merges.txt, and the files beside them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import t, { type Test } from "tap";
import { type HubTokenizer, texts } from "../helpers/hub-tokenizer.js";
import { HUB_TOKENIZERS } from "../helpers/hub-tokenizers.js";
import { loadConverted } from "../helpers/load-converted.js";

type Files = Record<string, unknown>;

/** What vocab.json and merges.txt hold of a tokenizer, and the ids that its whole file gives. */
function parts(name: string, shift = 0) {
  const { tokenizer } = HUB_TOKENIZERS[name] as (typeof HUB_TOKENIZERS)[string];
  const { json, config, size } = tokenizer();
  const moved = (id: number) => id + shift;
  const vocab = Object.fromEntries(Object.entries(json.model.vocab).map(([text, id]) => [text, moved(id)]));
  const added = (json.added_tokens as { id: number }[]).map((token) => ({ ...token, id: moved(token.id) }));
  const whole = { ...json, added_tokens: added, model: { ...json.model, vocab } } as HubTokenizer["json"];
  const merges = ["#version: 0.2", ...json.model.merges.map((merge) => merge.join(" ")), ""].join("\n");
  return { vocab, merges, added, whole, config, size: moved(size) };
}

async function compare(
  t: Test,
  { family, files, size, whole }: { family: string; files: Files; size: number; whole: object },
) {
  const pair = await loadConverted(t.testdir(), family, size, (folder) => {
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  });
  t.teardown(() => pair.close());
  const reference = new Tokenizer(whole, {});
  const { normalizer } = whole as { normalizer: unknown };
  for (const [what, text] of texts) {
    const composed = normalizer === null ? text : text.normalize("NFC");
    t.strictSame([...pair.tokenize(composed)], reference.encode(text).ids, what);
  }
  return { pair, reference };
}

// Some repositories say that </s> begins a text, others leave it unsaid.
for (const settings of [{ add_bos_token: true }, {}]) {
  t.test("OPT: </s> before every text, <s> and <unk> of no meaning, rows without tokens", async (t) => {
    const { vocab, merges, whole } = parts("GPT-2", 4);
    const names = ["<s>", "<pad>", "</s>", "<unk>"];
    const all = { ...Object.fromEntries(names.map((text, id) => [text, id])), ...vocab };
    const token = (content: string) => ({ __type: "AddedToken", content, lstrip: false, normalized: true });
    const special = { bos_token: "</s>", eos_token: "</s>", pad_token: "<pad>", unk_token: "</s>" };
    const files = {
      "vocab.json": all,
      "merges.txt": merges,
      "special_tokens_map.json": special,
      "tokenizer_config.json": {
        ...Object.fromEntries(Object.entries(special).map(([name, text]) => [name, token(text)])),
        tokenizer_class: "GPT2Tokenizer",
        ...settings,
      },
    };
    const begin = { id: "</s>", ids: [2], tokens: ["</s>"] };
    const { pair, reference } = await compare(t, {
      family: "opt",
      files,
      size: Object.keys(all).length + 7,
      whole: {
        ...whole,
        model: { ...whole.model, vocab: all },
        added_tokens: [1, 2].map((id) => ({ id, content: names[id], special: true, normalized: false })),
        post_processor: {
          type: "TemplateProcessing",
          single: [{ SpecialToken: { id: "</s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
          pair: [],
          special_tokens: { "</s>": begin },
        },
      },
    });
    for (const text of ["a</s>b", "<pad>", "<s>text<unk>", "</s></s>"])
      t.strictSame([...pair.tokenize(text)], reference.encode(text).ids, text);
    t.equal(pair.tokenize("")[0], 2);
    t.equal(pair.target.vocabulary.eos, 2);
  });
}

t.test("CodeGen: runs of white space and a special token from added_tokens.json", async (t) => {
  const { vocab, merges, added, whole, size } = parts("CodeGen");
  const tokens = added as unknown as { content: string; id: number }[];
  const { pair } = await compare(t, {
    family: "codegen",
    files: {
      "vocab.json": vocab,
      "merges.txt": merges.replaceAll("\n", "\r\n"),
      "added_tokens.json": {
        ...Object.fromEntries(tokens.map(({ content, id }) => [content, id])),
        "<x>": size,
      },
      "special_tokens_map.json": {
        bos_token: "<|endoftext|>",
        eos_token: { content: "<|endoftext|>" },
        additional_special_tokens: ["<x>"],
      },
    },
    size: size + 1,
    whole,
  });
  const run = tokens[0] as { content: string; id: number };
  t.equal(pair.detokenize([run.id, size]), run.content, "what is special is no text");
  t.strictSame([...pair.tokenize("<x>")], [size]);
});

t.test("Qwen 2: another split of text, by the class, and tokens from tokenizer_config.json", async (t) => {
  const { vocab, merges, added, whole, config, size } = parts("Qwen 2");
  const decoder = Object.fromEntries(added.map(({ id, ...token }) => [id, token]));
  for (const settings of [{ tokenizer_class: "Qwen2Tokenizer" }, {}]) {
    await compare(t, {
      family: "qwen2",
      files: {
        "vocab.json": vocab,
        "merges.txt": merges,
        "tokenizer_config.json": { ...config, ...settings, added_tokens_decoder: decoder },
      },
      size,
      whole,
    });
  }
});

t.test("a class whose split is unknown, a Llama, which names none, and an added space", async (t) => {
  const { vocab, merges } = parts("GPT-2");
  const files = { "vocab.json": vocab, "merges.txt": merges };
  const load = (family: string, settings: object) =>
    loadConverted(t.testdir(), family, 1000, (folder) => {
      for (const [name, content] of Object.entries({ ...files, "tokenizer_config.json": settings }))
        writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    });
  const code = "CHECKPOINT_UNSUPPORTED";
  const message = /tokenizer_config[.]json: without tokenizer[.]json, how a .*(Roberta|llama)/;
  await t.rejects(load("gpt2", { tokenizer_class: "RobertaTokenizer", eos_token: "a" }), { code, message });
  await t.rejects(load("llama", { eos_token: "a" }), { code, message });
  const space = /tokenizer_config[.]json: a space is added/;
  await t.rejects(load("gpt2", { eos_token: "a", add_prefix_space: true }), { code, message: space });
});
