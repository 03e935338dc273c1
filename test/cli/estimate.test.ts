import t from "tap";
import { cli } from "../helpers/cli.js";

t.test("what a pair would take, as a table and as JSON", async (t) => {
  const shown = await cli(["estimate", "--context-size", "256"]);
  t.match(shown, { code: 0, stderr: "" });
  t.match(shown.stdout, /CPU.*target.*33\.2 MiB/);
  t.match(shown.stdout, /draft.*2\.8 MiB/);
  t.match(shown.stdout, /MiB for a context of 256 tokens: fits\n$/);
  const alone = await cli([
    "estimate",
    "--no-draft",
    "--context-size",
    "auto",
    "--kv-type",
    "q8_0",
    "--json",
  ]);
  t.match(JSON.parse(alone.stdout), {
    contextSize: 512,
    devices: [{ name: "CPU", draft: null, target: { weights: 34765824, cache: (6291456 * 34) / 64 } }],
    fits: true,
  });
});

t.test("wrong usage", async (t) => {
  t.match(await cli(["estimate", "--context-size", "all"]), { code: 2, stderr: /an integer or "auto"/ });
  t.match(await cli(["estimate", "--kv-type", "q3"]), { code: 2, stderr: /Allowed choices are f32/ });
  t.match(await cli(["estimate", "--context-size", "4096"]), { code: 1, stderr: /\[CONTEXT_TOO_LARGE\]/ });
});
