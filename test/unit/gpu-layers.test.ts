import t from "tap";
import type { PairLayers } from "../../lib/gpu-layers.js";
import type { MemoryEstimate } from "../../lib/memory-types.js";
import { chooseLayers } from "../../lib/plan-layers.js";

const MOST = { target: 13, draft: 5 };
const AUTO = { target: "auto", draft: "auto" } as const;

/** A GPU with `free` bytes; a target's layer takes ten of them and a draft's one, each output four times as many. */
function gpu(free: number) {
  const asked: PairLayers[] = [];
  const bytesOf = ({ target, draft }: PairLayers) =>
    10 * target + draft + (target > 0 ? 30 : 0) + (draft > 0 ? 3 : 0);
  const estimateAt = async (gpuLayers: PairLayers): Promise<MemoryEstimate> => {
    asked.push(gpuLayers);
    const nothing = { weights: 0, cache: 0, compute: 0 };
    const device = (name: string, type: string, bytes: number, free: number) => ({
      ...{ name, type, bytes, free, total: free, target: nothing, draft: nothing },
    });
    const devices = [device("CPU", "cpu", 1000, 1), device("GPU0", "gpu", bytesOf(gpuLayers), free)];
    return { contextSize: 1, maxSequences: 1, gpuLayers, devices, bytes: 0, fits: false };
  };
  const choose = (wanted: PairLayers<number | "auto">, areOne = false) =>
    chooseLayers({ wanted, most: MOST, areOne }, estimateAt);
  return { choose, asked };
}

t.test("all layers where there is room, whatever the CPU lacks, by one estimate", async (t) => {
  const { choose, asked } = gpu(1000);
  t.strictSame(await choose(AUTO), MOST);
  t.equal(asked.length, 1);
});

t.test("the draft's layers come first, and the target gets what is left", async (t) => {
  // A tenth stays free: 108 of 120.
  t.strictSame(await gpu(120).choose(AUTO), { target: 7, draft: 5 });
  t.strictSame(await gpu(7).choose(AUTO), { target: 0, draft: 3 });
  t.strictSame(await gpu(1).choose(AUTO), { target: 0, draft: 0 });
});

t.test("what is given stays, and is nothing to estimate", async (t) => {
  const { choose, asked } = gpu(120);
  t.strictSame(await choose({ target: 13, draft: 5 }), { target: 13, draft: 5 });
  t.equal(asked.length, 0);
  t.strictSame(await choose({ target: 4, draft: "auto" }), { target: 4, draft: 5 });
  t.strictSame(await choose({ target: "auto", draft: 0 }), { target: 7, draft: 0 });
});

t.test("a model that drafts for itself lies in one place", async (t) => {
  const { choose } = gpu(120);
  const { target, draft } = await choose(AUTO, true);
  t.equal(target, draft);
});
