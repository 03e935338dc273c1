/** scripts/gpu-check: that what is measured lies where it shall. GPUs are hidden, so there is none on any machine. */
import { fileURLToPath } from "node:url";
import t from "tap";
import { placementFlags, requireLayers } from "../../scripts/gpu-check/placement.mjs";

process.env.CUDA_VISIBLE_DEVICES = "-1";
process.env.GGML_VK_VISIBLE_DEVICES = "";

const check = {
  ...{ root: fileURLToPath(new URL("../../", import.meta.url)), dryRun: true, architectures: "90" },
  ...{ llamaBench: null, deadline: Date.now() + 60_000 },
  say: () => {},
};

t.test("a check of the CPU has all layers there", async (t) => {
  const found = await requireLayers({ ...check, cpu: true }, [["fable-1m"], ["fable-5m", "fable-1m"]]);
  t.match(found, [
    { models: ["fable-1m"], placed: { target: 0, draft: 0 }, all: { target: 3, draft: 0 } },
    { models: ["fable-5m", "fable-1m"], placed: { target: 0, draft: 0 }, all: { target: Number, draft: 3 } },
  ]);
  t.strictSame(placementFlags({ ...check, cpu: true }), ["--device", "CPU"]);
});

const skip = process.platform === "darwin" && "Metal's device cannot be hidden";

t.test("layers asked for on a device that lie on the CPU are not measured", { skip }, async (t) => {
  await t.rejects(requireLayers({ ...check, cpu: false }, [["fable-1m"]]), {
    message: /^Expected {"target":3,"draft":0} layers on the device of .*"placed":{"target":0,"draft":0}/,
  });
});

t.test("a model that cannot be loaded is told with what was said of it", async (t) => {
  await t.rejects(requireLayers({ ...check, cpu: true }, [["no-such-model"]]), {
    message: /^placing layers ended with 1:\n(.|\n)*no-such-model/,
  });
});
