import t from "tap";
import { devices, estimateMemory, loadPair } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";

const PAIR = { target: "fable-17m", draft: "fable-1m" };

t.test("a device that is not there is an error with those that are, before anything is loaded", async (t) => {
  const names = devices().map(({ name }) => JSON.stringify(name));
  const expected = (option: string) => ({
    name: "OptionError",
    code: "DEVICE_UNKNOWN",
    message: `Expected ${names.join(" or ")} for ${option} but received "CUDA7"`,
    stack: /devices\.test/,
  });
  await t.rejects(loadPair({ ...PAIR, device: "CUDA7" }), expected("device"));
  const draft = { model: "fable-1m", device: "CUDA7" };
  await t.rejects(estimateMemory({ ...PAIR, draft }), expected("draft.device"));
  await t.rejects(loadPair({ ...PAIR, draft, isolation: "process" }), expected("draft.device"));
});

t.test("on the CPU there are no layers elsewhere, however many are asked for", async (t) => {
  const draft = { model: "fable-1m", gpuLayers: 3 };
  for (const gpuLayers of ["all", "auto", 5] as const) {
    const pair = await fable(t, { device: "cpu", draft, gpuLayers });
    t.strictSame(pair.gpuLayers, { target: 0, draft: 0 });
    t.strictSame(pair.notes, []);
    const estimate = await estimateMemory({ ...PAIR, device: "cpu", draft, gpuLayers });
    t.match(estimate, { gpuLayers: { target: 0, draft: 0 }, devices: [{ type: "cpu" }] });
    t.equal(estimate.devices.length, 1);
  }
});

t.test("the models of a process of its own are where they were asked for", async (t) => {
  const pair = await fable(t, { device: "CPU", isolation: "process" });
  t.strictSame(pair.gpuLayers, { target: 0, draft: 0 });
  t.equal((await pair.complete("Once upon a time", { maxTokens: 4 })).tokens.length, 4);
});
