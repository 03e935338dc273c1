/** scripts/gpu-check: the pairs that its step `dialled` makes. */
import { fileURLToPath } from "node:url";
import t from "tap";
import { standIns } from "../../scripts/gpu-check/bench.mjs";

t.test(
  "are all that the report's preset takes, Pythia at the agreements that are judged among them",
  async (t) => {
    const found = await standIns(fileURLToPath(new URL("../../", import.meta.url)));
    t.match(found, [
      { shape: "pythia-1.4b/160m", agreements: [0.9, 0.987] },
      { shape: "opt-350m/125m", agreements: [0.9, 0.987] },
      { shape: "codegen-350m/60m", agreements: [0.2] },
    ]);
  },
);
