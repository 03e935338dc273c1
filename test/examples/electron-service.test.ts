/** The Electron example's utility code over a MessageChannel: what a window gets, and what a hostile one cannot do. */
import t, { type Test } from "tap";
import { PairService } from "../../examples/electron/pair-service.mjs";
import { loadPair, type PairOptions } from "../../lib/index.js";
import { PortMain } from "../helpers/electron-port.mjs";
import { PairWindow } from "../helpers/electron-window.js";

const draft = { model: "fable-1m", policy: "fixed" } as const;

function serve(t: Test, pair: Partial<PairOptions> = {}): { window: PairWindow; service: PairService } {
  const service = new PairService((options) =>
    loadPair({ target: "fable-17m", draft, threads: 1, ...pair, ...options }),
  );
  const window = new PairWindow();
  service.serve(new PortMain(window.remote));
  t.teardown(() => service.close());
  return { window, service };
}

t.test("tokens arrive with their origin, then the end with its figures", async (t) => {
  const { window } = serve(t);
  window.send({ type: "generate", id: 1, prompt: "Once upon a time", options: { maxTokens: 60 } });
  const { end } = await window.event("end", 1);
  const tokens = window.tokens(1);
  t.match(end, { finishReason: "length", tokens: 60 });
  t.ok((end.tokensPerRound ?? 0) > 1);
  t.equal(tokens.length, 60);
  t.strictSame([...new Set(tokens.map(({ origin }) => origin))].sort(), ["bonus", "correction", "draft"]);
  t.match(tokens.map(({ text }) => text).join(""), /^,? .{100,}/s);
});

t.test("Stop aborts a generation under way, and one that waits for the models", async (t) => {
  const { window } = serve(t);
  window.send({ type: "generate", id: 1, prompt: "Once", options: { maxTokens: 3000, ignoreEnd: true } });
  window.send({ type: "stop", id: 1 });
  t.match((await window.event("end", 1)).end, { finishReason: "aborted" });
  window.send({ type: "generate", id: 2, prompt: "Once", options: { maxTokens: 3000, ignoreEnd: true } });
  await window.event("tokens", 2);
  window.send({ type: "stop", id: 2 });
  const { end } = await window.event("end", 2);
  t.equal(end.finishReason, "aborted");
  t.ok(end.tokens > 0 && end.tokens < 3000, `${end.tokens}`);
});

t.test(
  "what is wrong with a request comes as data with the library's code, and the next one works",
  async (t) => {
    const { window } = serve(t);
    const requests: [request: unknown, code: string][] = [
      [{ prompt: "x", options: { maxTokens: -1 } }, "OPTION_INVALID"],
      [{ prompt: "x", options: { maxToken: 1 } }, "OPTION_UNKNOWN"],
      [{ prompt: { length: 3 } }, "OPTION_INVALID"],
      [{ prompt: "" }, "PROMPT_EMPTY"],
      [{ prompt: "x", options: "none" }, "OPTION_INVALID"],
    ];
    for (const [id, [request, code]] of requests.entries()) {
      window.send({ type: "generate", id, ...(request as object) });
      const { error } = await window.event("error", id);
      t.match(error, { code, name: /Error$/, message: /\w/ }, JSON.stringify(request));
    }
    for (const nonsense of [null, 3, "generate", {}, { type: "generate" }, { type: "stop", id: 99 }])
      window.send(nonsense);
    window.send({ type: "generate", id: 50, prompt: "The fox", options: { maxTokens: 3 } });
    t.equal((await window.event("end", 50)).end.tokens, 3);
  },
);

t.test("models that cannot be loaded are an error of no generation, and of each one asked for", async (t) => {
  const { window } = serve(t, { target: "missing.gguf" });
  t.equal((await window.event("error", null)).error.code, "MODEL_NOT_FOUND");
  window.send({ type: "generate", id: 1, prompt: "x" });
  t.equal((await window.event("error", 1)).error.code, "MODEL_NOT_FOUND");
});

t.test("a window that closes stops its generation; another goes on", async (t) => {
  const { window, service } = serve(t);
  const other = new PairWindow();
  service.serve(new PortMain(other.remote));
  window.send({ type: "generate", id: 1, prompt: "Once", options: { maxTokens: 3900, ignoreEnd: true } });
  await window.event("tokens", 1);
  window.close();
  other.send({ type: "generate", id: 1, prompt: "Once", options: { maxTokens: 5 } });
  const { end } = await other.event("end", 1);
  t.equal(end.tokens, 5, "it did not wait for all of the first one's");
  t.ok(window.tokens(1).length < 3900);
});

t.test("closing ends ports, generations and pair, also while the models load", async (t) => {
  const { window, service } = serve(t);
  window.send({ type: "generate", id: 1, prompt: "Once", options: { maxTokens: 3900, ignoreEnd: true } });
  await window.event("tokens", 1);
  await service.close();
  await window.closed;
  const early = serve(t);
  await early.service.close();
  await early.window.closed;
});
