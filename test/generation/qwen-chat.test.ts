// Qwen's chats, by templates written from what its makers document of ChatML: not copies of theirs.
import { readFileSync } from "node:fs";
import t from "tap";
import { Chats } from "../../lib/chat.js";
import { ChatTemplate } from "../../lib/chat-template.js";
import { openChatModel, writeChatModel } from "../helpers/chat-model.js";
import { fable, ids } from "../helpers/fable.js";

const [qwen25, qwen3] = ["qwen2.5", "qwen3"].map((name) =>
  readFileSync(new URL(`../fixtures/${name}.jinja`, import.meta.url), "utf8"),
) as [string, string];
const DEFAULT = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
const chat = [
  { role: "user", content: "Hello" },
  { role: "assistant", content: "<think>\nA greeting.\n</think>\n\nHi there" },
  { role: "user", content: "Who are you" },
];

t.test("turns are written between <|im_start|> and <|im_end|>", async (t) => {
  const chats = new Chats(await openChatModel(t, qwen25, { eos: "<|im_end|>" }));
  const turns = chat.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");
  const open = "<|im_start|>assistant\n";
  t.equal(chats.render(chat, {}), `<|im_start|>system\n${DEFAULT}<|im_end|>\n${turns}${open}`);
  const system = [{ role: "system", content: "Be brief." }, ...chat];
  t.equal(chats.render(system, {}), `<|im_start|>system\nBe brief.<|im_end|>\n${turns}${open}`);
});

t.test("tools stand in the system turn, their calls and results in tags", async (t) => {
  const chats = new Chats(await openChatModel(t, qwen25, { eos: "<|im_end|>" }));
  const tools = [{ type: "function", function: { name: "weather" } }];
  const messages = [
    { role: "user", content: "Rain?" },
    { role: "assistant", tool_calls: [{ function: { name: "weather", arguments: { city: "Oslo" } } }] },
    { role: "tool", content: "no" },
  ];
  const written = chats.render(messages, { tools });
  t.match(
    written,
    /<tools>\n\{"type": ?"function", ?"function": ?\{"name": ?"weather"\}\}\n<\/tools><\|im_end\|>/,
  );
  t.match(
    written,
    /assistant\n<tool_call>\n\{"name": ?"weather", ?"arguments": ?\{"city": ?"Oslo"\}\}\n<\/tool_call>/,
  );
  t.ok(
    written.endsWith(
      "<|im_start|>user\n<tool_response>\nno\n</tool_response><|im_end|>\n<|im_start|>assistant\n",
    ),
  );
});

t.test("earlier thoughts are left out, and thinking can be turned off", async (t) => {
  const chats = new Chats(await openChatModel(t, qwen3, { eos: "<|im_end|>" }));
  const written = chats.render(chat, {});
  t.ok(written.includes("<|im_start|>assistant\nHi there<|im_end|>\n"));
  t.ok(written.endsWith("<|im_start|>assistant\n"));
  const silent = chats.render(chat, { templateVariables: { enable_thinking: false } });
  t.equal(silent, `${written}<think>\n\n</think>\n\n`);
});

t.test("the end of a turn stops, whether or not it is the model's end of text", async (t) => {
  // A base model's end of text is another token; llama.cpp knows the end of a turn by its text.
  const models = [
    { specials: { eos: "<|im_end|>" }, endsBefore: 2 },
    { specials: { bos: "<|im_end|>", eos: "</s>" }, endsBefore: 1 },
  ];
  for (const template of [qwen25, qwen3])
    for (const { specials, endsBefore } of models) {
      const model = await openChatModel(t, template, specials);
      t.strictSame(new ChatTemplate(model, template).ends, { stop: [], stopTokens: [] }, "nothing to add");
      const pair = await fable(t, { target: writeChatModel(t, template, specials), draft: false });
      const logitBias = { [pair.target.vocabulary.size - endsBefore]: 1000 };
      const { text, finishReason } = await pair.chat(chat, { logitBias, maxTokens: 8 }).result;
      t.strictSame([text, finishReason], ["", "stop"]);
    }
});

t.test("each turn evaluates only what the turns before it did not", async (t) => {
  const pair = await fable(t, {
    target: writeChatModel(t, qwen25, { eos: "<|im_end|>" }),
    draft: false,
  });
  const options = { maxTokens: 12, ignoreEnd: true } as const;
  const messages = [{ role: "user", content: "Once upon a time" }];
  let held: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const prompt = [...pair.tokenize(pair.applyChatTemplate(messages), { addSpecial: false })];
    const answer = await pair.chat(messages, options).result;
    const shared = prompt.findIndex((id, i) => id !== held[i]);
    t.equal(answer.stats.cachedTokens, turn === 0 ? 0 : shared);
    if (turn > 0) t.ok(shared > 30);
    held = [...prompt, ...ids(answer)].slice(0, -1);
    messages.push({ role: "assistant", content: answer.text }, { role: "user", content: `And ${turn}?` });
  }
});
