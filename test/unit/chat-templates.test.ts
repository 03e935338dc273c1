import { readFileSync } from "node:fs";
import t from "tap";
import { Chats } from "../../lib/chat.js";
import { ChatTemplate } from "../../lib/chat-template.js";
import { openChatModel } from "../helpers/chat-model.js";

interface Case {
  name: string;
  bos: string;
  eos: string;
  template: string;
  expected: string;
}

/** Templates of well-known models, and what llama.cpp's tests want of them (tests/test-chat-template.cpp, MIT). */
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../fixtures/chat-templates.json", import.meta.url), "utf8"),
);
const SYSTEM = "You are a helpful assistant";
const chat = [
  { role: "user", content: "Hello" },
  { role: "assistant", content: "Hi there" },
  { role: "user", content: "Who are you" },
  { role: "assistant", content: "   I am an assistant   " },
  { role: "user", content: "Another question" },
];
const withSystem = [{ role: "system", content: SYSTEM }, ...chat];
const merged = [{ role: "user", content: `${SYSTEM}\nHello` }, ...chat.slice(1)];

for (const { name, bos, eos, template, expected } of cases) {
  t.test(`${name} is written as its makers want it`, async (t) => {
    const chats = new Chats(await openChatModel(t, template, { bos, eos }));
    const takesSystem = !/Only user and assistant|System role not supported/.test(template);
    t.equal(chats.render(takesSystem ? withSystem : merged, {}).trimEnd(), expected.trimEnd());
    if (!takesSystem)
      t.throws(() => chats.render(withSystem, {}), {
        code: "CHAT_FAILED",
        message: /refuses these messages: .*(roles must alternate|not supported)/,
      });
  });
}

t.test("what ends a turn is found in the template, where it is not the model's end anyway", async (t) => {
  const CHATML =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}";
  const found: [template: string, eos: string, stop: string[]][] = [
    [CHATML, "</s>", ["<|im_end|>"]],
    [CHATML, "<|im_end|>", []],
    ["{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}", "</s>", ["\nuser:"]],
    ["{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}", "</s>", ["[user]"]],
    ["{% for m in messages %}{{ m.content }}\n{% endfor %}", "</s>", []],
    ["{{ messages[0].content }}", "</s>", []],
    ["{{ raise_exception('no') }}", "</s>", []],
  ];
  for (const [template, eos, stop] of found) {
    const model = await openChatModel(t, null, { eos });
    t.strictSame(new ChatTemplate(model, template).ends, { stop, stopTokens: [] }, template);
  }
});

t.test("a turn that ends in a token of its own, which is no end of text, ends at that token", async (t) => {
  const template = "{% for m in messages %}{{ m.content + '<|turn|>\n' }}{% endfor %}";
  const model = await openChatModel(t, null, { bos: "<|turn|>", eos: "</s>" });
  t.strictSame(new ChatTemplate(model, template).ends, { stop: [], stopTokens: [model.vocabulary.bos] });
});

t.test("the prompt begins with one BOS where the model wants it, written out or not", async (t) => {
  const specials = { bos: "<s>", eos: "</s>", addBos: true };
  for (const template of ["{{ bos_token }}{{ messages[0].content }}", "{{ messages[0].content }}"]) {
    const model = await openChatModel(t, template, specials);
    const { prompt } = new Chats(model).request([{ role: "user", content: "Once" }], {});
    t.strictSame([...prompt], [model.vocabulary.bos, ...model.tokenize("Once", false, true)]);
  }
  const without = await openChatModel(t, "{{ messages[0].content }}", { ...specials, addBos: false });
  const { prompt } = new Chats(without).request([{ role: "user", content: "Once" }], {});
  t.strictSame([...prompt], [...without.tokenize("Once", false, true)]);
});

t.test("tools, further variables and members of messages reach the template", async (t) => {
  const template =
    "{{ tools[0].name }} {{ enable_thinking }} {{ messages[0].name }} {{ messages[0].content }} {{ messages[1].tool_calls[0].id }}{{ messages[1].content }}";
  const chats = new Chats(await openChatModel(t, template));
  const messages = [
    {
      role: "user",
      name: "Ann",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    { role: "assistant", tool_calls: [{ id: "call-1" }] },
  ];
  const options = { tools: [{ name: "weather" }], templateVariables: { enable_thinking: false } };
  t.equal(chats.render(messages, options), "weather false Ann a\nb call-1");
});
