import t from "tap";
import { devices, loadPair } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";

t.test("progress rises to 1", async (t) => {
  const fractions: number[] = [];
  await fable(t, { onProgress: (fraction) => fractions.push(fraction) });
  t.ok(fractions.length > 0);
  t.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1));
  t.strictSame(
    fractions,
    fractions.toSorted((a, b) => a - b),
  );
  t.equal(fractions.at(-1), 1);
});

t.test("what a pair says of its models", async (t) => {
  const pair = await fable(t);
  t.match(pair.target, {
    path: /fable-17m\.f16\.gguf$/,
    architecture: "gptneox",
    parameters: 17_342_208,
    layers: 8,
    embeddingSize: 384,
    trainedContextSize: 512,
    canRollBack: true,
    vocabulary: { type: "bpe", size: 4096, eos: 0 },
  });
  t.match(pair.draft, { path: /fable-1m\.f16\.gguf$/, layers: 2 });
  t.equal(pair.contextSize, 512);
});

t.test("weights of the same file are loaded once", async (t) => {
  const fractions: number[] = [];
  const pair = await fable(t, { draft: "fable-17m", onProgress: (fraction) => fractions.push(fraction) });
  t.equal(pair.draft?.path, pair.target.path);
  t.equal(fractions.at(-1), 1);
});

t.test("measured costs are relative to one row of the target", async (t) => {
  const pair = await fable(t);
  const costs = await pair.measure({ draftMaxTokens: 2, repeats: 3 });
  t.equal(costs.verifyCosts.length, 3);
  t.equal(costs.verifyCosts[0], 1);
  t.ok(costs.targetStepMs > 0);
  t.ok(costs.draftCost !== null && costs.draftCost > 0 && costs.draftCost < 1);
  t.ok(costs.round !== null && costs.round.draftCost > 0 && costs.round.verifyCost > costs.round.draftCost);
  t.match(await (await fable(t, { draft: false })).measure(), {
    draftCost: null,
    draftStepMs: null,
    verifyCosts: [1],
  });
  await t.rejects(pair.measure({ repeats: 0 }), { code: "OPTION_INVALID" });
  await t.rejects(pair.measure({ rows: 3 } as object), { code: "OPTION_UNKNOWN" });

  const running = pair.complete("Once", { maxTokens: 100, ignoreEnd: true });
  await t.rejects(pair.measure(), { code: "ENGINE_BUSY" });
  await running;
});

t.test("the CPU is among the devices", async (t) => {
  t.match(
    devices().find((device) => device.type === "cpu"),
    { name: String, description: String, memoryTotal: Number },
  );
});

t.test("an error of the progress listener ends the load with that error", async (t) => {
  const error = new Error("listener");
  const failing = () => {
    throw error;
  };
  await t.rejects(loadPair({ target: "fable-17m", onProgress: failing }), error);
});
