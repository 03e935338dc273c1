/** scripts/gpu-check.mjs: what it packs, and its steps on this machine with small settings. */
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { listFiles } from "../../scripts/gpu-check/pack.mjs";
import { STEPS } from "../../scripts/gpu-check/steps.mjs";
import { run } from "../helpers/child.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

t.test("a dry run does every step, leaves one JSON, and does nothing twice", async (t) => {
  const folder = t.testdir();
  const out = join(folder, "result.json");
  // Building llama.cpp's own takes minutes.
  const llamaBench = join(folder, "llama-bench");
  writeFileSync(llamaBench, `#!/bin/sh\necho '[{"avg_ts": 125.5}]'\n`, { mode: 0o755 });
  const check = () =>
    run("scripts/gpu-check.mjs", ["run", "--dry-run", "--llama-bench", llamaBench, "--out", out], {
      timeoutMs: 170_000,
    });
  const { code, stdout, stderr } = await check();
  t.match({ code, stdout }, { code: 0, stdout: `${out}\n` }, stderr);
  const result = JSON.parse(readFileSync(out, "utf8"));
  t.match(result, { version: 1, settings: { dryRun: true, cpu: true }, machine: { cores: Number } });
  const { native, generation, sweep, exact, embedded, dialled, baseline } = result.steps;
  t.strictSame(Object.keys(result.steps), Object.keys(STEPS));

  t.match(native, {
    hidden: { tests: [{ result: "Passed" }, { result: "Passed" }, { result: "Passed" }] },
    onDevice: { tests: [{ name: "engine-argmax-test", result: "Passed" }] },
  });
  t.match(generation, {
    hidden: {
      tests: [
        { name: "abort.test.ts", code: 0, failed: [] },
        { name: "ends.test.ts", code: 0, failed: [] },
      ],
    },
    onDevice: {
      tests: [
        { name: "abort.test.ts", code: 0, failed: [] },
        { name: "offload.test.ts", code: 0, failed: [] },
      ],
    },
    rounded: { tests: [{ name: "ends.test.ts", code: 0, failed: [] }] },
  });
  t.match(sweep, {
    ok: true,
    cells: [100],
    models: { "fable-1m": { measured: 4 }, "tiny-target-untrained-s1": { measured: 4 } },
  });
  t.match(exact, {
    ok: true,
    models: { "fable-1m": { measured: 4, passMs: { 100: [Number, Number, Number, Number] } } },
    generation: { ok: true, report: { cases: [{}] } },
  });
  t.match(embedded, { ok: true, report: { cases: [{}], missing: [] } });
  t.match(dialled, {
    ok: true,
    report: { cases: [{ draft: { policy: "adaptive" } }, {}], missing: [] },
    thresholds: [
      { what: /agreement 0\.9$/, least: 1.8, found: Number, reached: Boolean },
      { what: /agreement 0\.987$/, least: 1.8, found: Number, reached: Boolean },
    ],
  });
  t.match(baseline, {
    ok: true,
    models: { "fable-17m.f16.gguf": { tokensPerSecond: { foretoken: Number, llamaCpp: 125.5 } } },
    thresholds: [{ least: 0.97, found: Number }, { least: 0.97 }],
  });
  for (const { layers } of [sweep, exact.generation, embedded, dialled, baseline])
    t.match(layers[0], { placed: { target: 0, draft: 0 }, all: { target: Number } });

  // What has been found stays, also where it was no success; what was cut off is done again.
  result.steps.native = { ok: false, finished: true, seconds: 1 };
  result.steps.devices.finished = false;
  writeFileSync(out, JSON.stringify(result));
  t.match(await check(), { code: 1, stderr: /^devices: ok \(\d+ s\)\n$/ });
  t.match(JSON.parse(readFileSync(out, "utf8")).steps, {
    native: { ok: false },
    devices: { finished: true },
  });
});

const skip = process.platform === "darwin" && "Metal's device cannot be hidden";

t.test("without a GPU its steps are not run, and the next call looks for one again", { skip }, async (t) => {
  const out = join(t.testdir(), "result.json");
  const check = () =>
    run("scripts/gpu-check.mjs", ["run", "--steps", "devices,native,sweep", "--out", out], {
      env: { CUDA_VISIBLE_DEVICES: "-1", GGML_VK_VISIBLE_DEVICES: "" },
    });
  for (let call = 0; call < 2; call++) {
    t.match(await check(), { code: 1, stderr: /^devices: not ok \(\d+ s\)\n$/ });
    const { steps } = JSON.parse(readFileSync(out, "utf8"));
    t.match(steps.devices, { ok: false, finished: false, error: "no GPU is listed" });
    t.strictSame(Object.keys(steps), ["devices"]);
  }
});

t.test("a build that takes longer than the minutes is ended, and the JSON says so", async (t) => {
  const folder = t.testdir();
  const out = join(folder, "result.json");
  writeFileSync(join(folder, "cmake"), "#!/bin/sh\nsleep 100\n", { mode: 0o755 });
  const args = ["run", "--cpu", "--steps", "build,devices", "--minutes", "0.05", "--out", out];
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
  t.match(await run("scripts/gpu-check.mjs", args, { env }), { code: 1, hung: false });
  const { steps } = JSON.parse(readFileSync(out, "utf8"));
  t.match(steps, { build: { ok: false, finished: false, error: /ended at its deadline/ } });
  t.strictSame(Object.keys(steps), ["build"]);
});

t.test("wrong usage is told", async (t) => {
  const wrong: [args: string[], message: RegExp][] = [
    [[], /pack or run/],
    [["run", "--steps", "build,fly"], /"fly"/],
    [["run", "--architectures", "90 -DX"], /CUDA architectures/],
    [["pack", "--piece-mib", "65"], /from 1 to 64 for --piece-mib/],
    [["run", "--dry"], /--dry/],
  ];
  for (const [args, stderr] of wrong)
    t.match(await run("scripts/gpu-check.mjs", args), { code: 2, stderr }, args.join(" "));
});

t.test("packed is what builds and tests need, and nothing that only takes room", async (t) => {
  const { tracked, llamaCpp, packages, dist } = await listFiles(root);
  const all = new Set([tracked, llamaCpp, packages, dist].flatMap(({ files }) => files));
  for (const file of [
    "CMakeLists.txt",
    "models/fable-17m.f16.gguf",
    "test/generation/stats.test.ts",
    "native/llama.cpp/.foretoken-stamp",
    "native/llama.cpp/ggml/src/ggml-cuda/ggml-cuda.cu",
    "node_modules/node-api-headers/include/node_api.h",
    "node_modules/cmake-js/bin/cmake-js",
    "node_modules/tsx/package.json",
    "node_modules/tap/package.json",
    "dist/cli/main.js",
  ])
    t.ok(all.has(file), file);
  t.strictSame(
    [...all].filter((file) =>
      /^native\/llama\.cpp\/(\.git|models|docs|tools)\/|node_modules\/typescript\//.test(file),
    ),
    [],
  );
  t.ok(packages.bytes < 80e6 && llamaCpp.bytes < 40e6, `${packages.bytes} and ${llamaCpp.bytes} bytes`);
  t.equal((await listFiles(root, { untrackedOnly: true })).tracked.bytes, 0);
});
