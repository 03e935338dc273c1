/** scripts/gpu-check.mjs: what it packs, and its steps on this machine with small settings. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { listFiles } from "../../scripts/gpu-check/pack.mjs";
import { run } from "../helpers/child.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

t.test("a dry run leaves one JSON, and does nothing twice", async (t) => {
  const out = join(t.testdir(), "result.json");
  const steps = "build,devices,native,generation,sweep,exact";
  const check = () =>
    run("scripts/gpu-check.mjs", ["run", "--dry-run", "--steps", steps, "--out", out], {
      timeoutMs: 150_000,
    });
  const { code, stdout, stderr } = await check();
  t.match({ code, stdout }, { code: 0, stdout: `${out}\n` }, stderr);
  const result = JSON.parse(readFileSync(out, "utf8"));
  t.match(result, { version: 1, settings: { dryRun: true, cpu: true }, machine: { cores: Number } });
  t.strictSame(Object.keys(result.steps), steps.split(","));
  t.match(result.steps.native.tests, [{ result: "Passed" }, { result: "Passed" }]);
  t.match(result.steps.generation.tests, [
    { name: "ends.test.ts", code: 0, failed: [] },
    { name: "stop-strings.test.ts", code: 0, failed: [] },
  ]);
  t.match(result.steps.sweep, {
    ok: true,
    cells: [100],
    models: { "fable-1m": { measured: 4 }, "tiny-target-untrained-s1": { measured: 4 } },
  });
  t.match(result.steps.exact, {
    ok: true,
    models: { "fable-1m": { measured: 4, passMs: { 100: [Number, Number, Number, Number] } } },
    generation: { ok: true },
  });

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

t.test("the pieces are verified, unpacked once and run with the Node among them", async (t) => {
  const folder = t.testdir();
  const inside = join(folder, "inside");
  mkdirSync(join(inside, ".node", "bin"), { recursive: true });
  writeFileSync(join(inside, ".node", "bin", "node"), '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
  const pieces = join(folder, "pieces with a space");
  mkdirSync(pieces);
  const sh = (script: string) => execFileSync("sh", ["-ec", script], { encoding: "utf8", stdio: "pipe" });
  sh(`cd "${pieces}"; tar -c -C "${inside}" .node | xz > all; split -b 100 -d all piece-; rm all
    sha256sum piece-* > SHA256SUMS; cp "${join(root, "scripts/gpu-check/unpack.sh")}" gpu-check.sh`);
  t.ok(readdirSync(pieces).length > 3, "several pieces");
  const unpack = () => sh(`sh "${pieces}/gpu-check.sh" --dry-run`);
  t.equal(unpack(), "node scripts/gpu-check.mjs run --dry-run\n");
  const { mtimeMs } = statSync(join(pieces, "tree", ".unpacked"));
  unpack();
  t.equal(statSync(join(pieces, "tree", ".unpacked")).mtimeMs, mtimeMs);
  sh(`cd "${pieces}"; rm -r tree; printf x >> piece-01`);
  t.throws(unpack);
  t.notOk(existsSync(join(pieces, "tree", ".node")), "nothing of damaged pieces is run");
});
