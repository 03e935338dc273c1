import t from "tap";
import { writeChatModel } from "../helpers/chat-model.js";
import { fable } from "../helpers/fable.js";

const PLAIN =
  "{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}END\n{% endif %}{% endfor %}";
const messages = [{ role: "user", content: "Once upon a time" }];
const options = { maxTokens: 40, ignoreEnd: true };

t.test("a chat streams what its prompt would, and ends where the template ends a turn", async (t) => {
  const target = writeChatModel(t, PLAIN);
  const pair = await fable(t, { target, draft: false });
  const whole = await pair.complete(pair.applyChatTemplate(messages), options);
  t.equal((await pair.chat(messages, options).result).text, whole.text);

  const word = whole.tokens[10]?.text ?? "";
  const chatTemplate = PLAIN.replace("END", word);
  const generation = pair.chat(messages, { ...options, chatTemplate });
  let streamed = "";
  for await (const chunk of generation) streamed += chunk.text;
  const { text, finishReason } = await generation.result;
  t.equal(finishReason, "stop-string");
  t.equal(text, whole.text.slice(0, whole.text.indexOf(word)));
  t.equal(streamed, text);

  const earlier = whole.tokens[4]?.text ?? "";
  const own = await pair.chat(messages, { ...options, chatTemplate, stop: earlier }).result;
  t.equal(own.text, whole.text.slice(0, whole.text.indexOf(earlier)), "the caller's stop holds, too");
});

t.test("an answer ends at the token that ends a turn, though it ends no text", async (t) => {
  const chatTemplate = "{% for m in messages %}{{ m.content + '<|turn|>\n' }}{% endfor %}";
  const pair = await fable(t, { target: writeChatModel(t, null, { bos: "<|turn|>" }), draft: false });
  const logitBias = { [pair.target.vocabulary.size - 1]: 1000 };
  const { text, finishReason } = await pair.chat(messages, { ...options, chatTemplate, logitBias }).result;
  t.strictSame([text, finishReason], ["", "stop"]);
});

t.test("callers may give as many stops as ever, whatever the template adds", async (t) => {
  const pair = await fable(t, { target: writeChatModel(t, PLAIN), draft: false });
  const many = (count: number) => ({
    ...options,
    stop: Array.from({ length: count }, (_, i) => `stop ${i}`),
  });
  t.equal((await pair.chat(messages, many(64)).result).finishReason, "length");
  t.throws(() => pair.chat(messages, many(65)), { code: "OPTION_INVALID", message: /received 65/ });
});

t.test("chats and prompts may be mixed in completeMany", async (t) => {
  const pair = await fable(t, { target: writeChatModel(t, PLAIN), draft: false });
  const texts: (string | undefined)[] = [];
  const requests = [{ messages, maxTokens: 5 }, "Once upon a time", { messages, prompt: "x" } as never];
  const more = { ...options, maxTokens: 5 };
  for await (const { index, completion, error } of pair.completeMany(requests, more))
    texts[index] = completion?.text ?? (error as { code: string }).code;
  t.equal(texts[0], texts[1]);
  t.equal(texts[2], "OPTION_INVALID");
});

t.test("a model without a template, and templates that are broken", async (t) => {
  const pair = await fable(t);
  const refused = (more: object, code: string, message: RegExp, name: string) => {
    t.throws(() => pair.chat(messages, more), { code, message, name, stack: /chat\.test/ });
    t.throws(() => pair.applyChatTemplate(messages, more), { code, message, name });
  };
  refused({}, "CHAT_TEMPLATE_MISSING", /its file has none/, "ModelError");
  refused({ chatTemplate: "{% if %}" }, "CHAT_TEMPLATE_INVALID", /in Jinja but got/, "ModelError");
  refused({ chatTemplate: "{{ raise_exception('no') }}" }, "CHAT_FAILED", /messages: no\./, "OptionError");
  refused({ chatTemplate: 7 }, "OPTION_INVALID", /chatTemplate/, "OptionError");
  refused({ chatTemplate: "x", tools: {} }, "OPTION_INVALID", /tools/, "OptionError");
  refused({ chatTemplate: "x", tools: ["a"] }, "OPTION_INVALID", /tools\[0\]/, "OptionError");
  refused({ chatTemplate: "x", templateVariables: [] }, "OPTION_INVALID", /templateVariables/, "OptionError");
  refused({ chatTemplate: "x", tool: [] }, "OPTION_UNKNOWN", /tool/, "OptionError");
  t.throws(() => pair.chat(messages, { chatTemplate: "{# nothing #}" }), { code: "PROMPT_EMPTY" });
  await pair.close();
  t.throws(() => pair.chat(messages), { code: "PAIR_CLOSED" });
  t.throws(() => pair.applyChatTemplate(messages), { code: "PAIR_CLOSED" });
});

t.test("messages are checked", async (t) => {
  const pair = await fable(t);
  const wrong: [messages: unknown, message: RegExp][] = [
    [undefined, /array of at least one message for messages/],
    [[], /at least one message/],
    ["Hello", /at least one message/],
    [[null], /object for messages\[0\]/],
    [[{ content: "x" }], /non-empty string for messages\[0\]\.role/],
    [[{ role: "user" }], /string or array of text parts for messages\[0\]\.content/],
    [[{ role: "user", content: 7 }], /messages\[0\]\.content/],
    [[{ role: "user", content: [{ type: "image_url" }] }], /messages\[0\]\.content\[0\]/],
    [[{ role: "user", content: [{ type: "text", text: 1 }] }], /messages\[0\]\.content\[0\]/],
  ];
  for (const [value, message] of wrong)
    t.throws(() => pair.chat(value as never, { chatTemplate: "x" }), { code: "OPTION_INVALID", message });
});
