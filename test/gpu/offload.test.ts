/**
 * Layers on a GPU of this machine, Mesa's software driver for one (`npm run test:vulkan`).
 * Kernels of GPUs sum rows of a batch otherwise than single ones, so texts may part where two tokens are all but equally likely.
 */
import t, { type Test } from "tap";
import {
  devices,
  estimateMemory,
  loadPair,
  MemoryError,
  type Pair,
  type PairOptions,
} from "../../lib/index.js";
import { resolveModel } from "../../lib/model-files.js";
import { planMemory } from "../../lib/plan-memory.js";
import { memoryError } from "../../lib/refuse-memory.js";
import { resolvePairOptions } from "../../lib/resolve-options.js";
import { cli } from "../helpers/cli.js";
import { fable, prompts } from "../helpers/fable.js";

// ggml hides software drivers unless told; read when the addon is first used.
process.env.GGML_VK_VISIBLE_DEVICES ??= "0";
const gpu = devices().find(({ type }) => type === "gpu" || type === "igpu")?.name;
const skip =
  gpu === undefined && "no GPU: no module for one is built, or it finds none (npm run test:vulkan)";

const PAIR = { target: "fable-17m", draft: "fable-1m" };
const LAYERS = { target: 9, draft: 3 };
/** Nats between two tokens that rounding may swap. */
const MARGIN = 0.05;

/** Same text, or two continuations that were all but equally likely where they part. */
async function writesItsOwnText(t: Test, pair: Pair): Promise<void> {
  for (const prompt of prompts.slice(0, 2)) {
    const options = { maxTokens: 32, ignoreEnd: true };
    const plain = await pair.complete(prompt, { ...options, draft: false, logprobs: 5 });
    const drafted = await pair.complete(prompt, { ...options, draft: { policy: "fixed", maxTokens: 3 } });
    t.ok(drafted.stats.accepted > 0, "drafts are accepted");
    const at = plain.tokens.findIndex(({ id }, i) => drafted.tokens[i]?.id !== id);
    if (at < 0) continue;
    const { logprob = 0, topLogprobs = [] } = plain.tokens[at] ?? {};
    const other = topLogprobs.find(({ id }) => id === drafted.tokens[at]?.id);
    t.ok(logprob - (other?.logprob ?? -Infinity) < MARGIN, `${prompt}: token ${at} is another by rounding`);
  }
}

t.test(
  "each model's layers lie where they were asked for, and the text is the target's",
  { skip },
  async (t) => {
    const onGpu = { device: gpu as string };
    const places: [name: string, options: Partial<PairOptions>, layers: { target: number; draft: number }][] =
      [
        ["all of both", { ...onGpu, gpuLayers: "all" }, LAYERS],
        ["some of both", { ...onGpu, gpuLayers: 2 }, { target: 2, draft: 2 }],
        ["the target's", { ...onGpu, draft: { model: "fable-1m", device: "CPU" } }, { ...LAYERS, draft: 0 }],
        ["the draft's", { device: "CPU", draft: { model: "fable-1m", ...onGpu } }, { ...LAYERS, target: 0 }],
        ["none", { gpuLayers: 0 }, { target: 0, draft: 0 }],
        [
          "one model's twice",
          { ...onGpu, target: "fable-1m" },
          { target: LAYERS.draft, draft: LAYERS.draft },
        ],
      ];
    for (const [name, options, layers] of places) {
      await t.test(name, async (t) => {
        const pair = await fable(t, { contextSize: 256, ...options });
        t.strictSame(pair.gpuLayers, layers);
        await writesItsOwnText(t, pair);
      });
    }
  },
);

t.test("an estimate says what lies on which device", { skip }, async (t) => {
  const weights = async (options: Partial<PairOptions>) => {
    const { devices } = await estimateMemory({ ...PAIR, contextSize: 256, ...options });
    const of = (type: RegExp) => devices.find((device) => type.test(device.type));
    return { cpu: of(/^cpu$/), gpu: of(/gpu$/) };
  };
  const all = await weights({});
  t.equal(all.gpu?.name, gpu);
  const [{ cpu: alone }, some, draftOnly] = await Promise.all([
    weights({ device: "CPU" }),
    weights({ gpuLayers: 4 }),
    weights({ device: "CPU", draft: { model: "fable-1m", device: gpu as string } }),
  ]);
  t.ok((all.gpu?.target.weights ?? 0) > (some.gpu?.target.weights ?? Infinity), "fewer layers, fewer bytes");
  t.ok((all.gpu?.target.cache ?? 0) > (some.gpu?.target.cache ?? Infinity), "caches lie with their layers");
  t.equal(all.cpu?.target.cache ?? 0, 0);
  t.ok((all.cpu?.target.weights ?? 0) < (alone?.target.weights ?? 0));
  t.match(draftOnly.gpu, { target: { weights: 0, cache: 0 }, draft: { weights: Number } });
});

t.test(
  "a full device gets the draft and what fits of the target; too much is refused",
  { skip },
  async (t) => {
    const files = { target: await resolveModel(PAIR.target), draft: await resolveModel(PAIR.draft) };
    const resolved = (options: Partial<PairOptions>) =>
      resolvePairOptions({ ...PAIR, contextSize: 256, device: gpu, ...options });
    const plan = (free: number, options: Partial<PairOptions> = {}) =>
      planMemory(resolved(options), files, ({ type }) => (type === "cpu" ? 1e12 : free));
    const all = await plan(1e12);
    t.strictSame(all.gpuLayers, LAYERS);
    const needed = all.devices.find(({ type }) => type !== "cpu")?.bytes ?? 0;

    const some = await plan(needed * 0.8);
    t.equal(some.fits, true);
    t.equal(some.gpuLayers.draft, LAYERS.draft);
    t.ok(
      some.gpuLayers.target > 0 && some.gpuLayers.target < LAYERS.target,
      `${some.gpuLayers.target} layers`,
    );
    t.strictSame((await plan(1)).gpuLayers, { target: 0, draft: 0 });

    const free = () => needed * 0.8;
    const refused = await plan(free(), { gpuLayers: "all" });
    t.equal(refused.fits, false);
    const error = await memoryError(refused, resolved({ gpuLayers: "all" }), files, ({ type }) =>
      type === "cpu" ? 1e12 : free(),
    );
    t.ok(error instanceof MemoryError);
    const { target, draft } = some.gpuLayers;
    t.match(error.message, `; gpuLayers: ${target} and draft.gpuLayers: ${draft} would fit there;`);
    t.match(error.message, new RegExp(`but ${gpu} has [\\d.]+ MiB free of the [\\d.]+ MiB needed`));
  },
);

t.test("devices of the command line", { skip }, async (t) => {
  const text = async (...flags: string[]) => {
    const { code, stdout, stderr } = await cli([
      "generate",
      "--max-tokens",
      "8",
      "--threads",
      "1",
      ...flags,
      "Once",
    ]);
    t.match({ code, stderr }, { code: 0, stderr: "" });
    return stdout;
  };
  const here = await text("--device", "CPU");
  t.equal(await text("--device", gpu as string, "--gpu-layers", "3", "--draft-device", "CPU"), here);
  t.equal(await text("--device", "CPU", "--draft-device", gpu as string, "--draft-gpu-layers", "all"), here);
  const shown = await cli(["estimate", "--context-size", "256", "--gpu-layers", "4"]);
  t.match(shown.stdout, /4 layers of the target and 3 of the draft on GPUs: fits\n$/);
  t.match(JSON.parse((await cli(["devices", "--json"])).stdout), [{}, {}]);
});

const twoGpus = devices().filter(({ type }) => type === "gpu").length > 1;

t.test(
  "several GPUs divide each matrix among them",
  { skip: !twoGpus && "fewer than two GPUs" },
  async (t) => {
    const pair = await fable(t, { contextSize: 256, splitMode: "row" });
    t.strictSame(pair.gpuLayers, LAYERS);
    await writesItsOwnText(t, pair);
  },
);

t.test("without saying where, a pair lies on the GPU", { skip }, async (t) => {
  const pair = await loadPair({ ...PAIR, contextSize: 256, threads: 1 });
  t.strictSame(pair.gpuLayers, LAYERS);
  await pair.close();
});
