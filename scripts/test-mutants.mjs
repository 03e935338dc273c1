// @ts-check
// Do the proofs notice the mistakes they are there for? Plants one mistake at a time into a copy of native/core and runs the
// core's tests, at least one of which must fail.
//
// Needs: CMake, a C++20 compiler. Leaves nothing. Takes a few minutes; not part of npm test.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { progressLine } from "./progress.mjs";
import { CommandError, run } from "./run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @type {{ name: string, file: string, from: string, to: string }[]} */
const MUTANTS = [
  {
    name: "one random stream for everything",
    file: "random-source.cpp",
    from: "static_cast<uint32_t>(seed >> 32), stream}",
    to: "static_cast<uint32_t>(seed >> 32)}",
  },
  {
    name: "residual not renormalised",
    file: "distribution.cpp",
    from: "static_cast<float>(left / total)",
    to: "static_cast<float>(left + 0 * total)",
  },
  {
    name: "wrong h for the last token",
    file: "verification.cpp",
    from: "double chance = joint;",
    to: "double chance = joint * 0.9;",
  },
  {
    name: "wrong h before the last token",
    file: "verification.cpp",
    from: "left / (left + 1 - joint)",
    to: "joint",
  },
  {
    name: "the stop looks ahead at the drawn token",
    file: "model-drafter.cpp",
    from: "    if (!request.policy->keep_going({request.seq, drawn, confidence})) {\n        return false;\n    }\n    const Token token =\n        request.likeliest ? distribution_.mode() : sampler.random().choose(distribution_, Stream::Draft);\n",
    to: "    const Token token =\n        request.likeliest ? distribution_.mode() : sampler.random().choose(distribution_, Stream::Draft);\n    confidence.top = distribution_.probability(token);\n    if (!request.policy->keep_going({request.seq, drawn, confidence})) {\n        return false;\n    }\n",
  },
  {
    name: "the draft's cache keeps rejected tokens",
    file: "model-drafter.cpp",
    from: "std::min(text.cached.size(), text.committed.size() - 1)",
    to: "std::min(text.cached.size(), text.committed.size())",
  },
  {
    name: "argmax drafted, the whole distribution reported",
    file: "model-drafter.cpp",
    from: "request.likeliest ? Distribution::point(token) : distribution_",
    to: "distribution_",
  },
];

/** @param {string} folder @returns {Promise<string[]>} the programs that failed */
async function failures(folder) {
  const build = join(folder, "build");
  const flags = ["-DFORETOKEN_CORE_ONLY=ON", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1"];
  await run("cmake", ["-S", folder, "-B", build, ...flags]);
  await run("cmake", ["--build", build, "--parallel", `${availableParallelism()}`]);
  try {
    await run("ctest", ["--test-dir", build, "-E", "history|utf8|rows|automaton|kernels"]);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [...error.output.matchAll(/- (\S+) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted)/g)].map(
      (m) => m[1] ?? "",
    );
  }
}

const folder = await mkdtemp(join(tmpdir(), "foretoken-mutants-"));
const progress = progressLine("mutants");
try {
  for (const name of ["CMakeLists.txt", "cmake", "native/core", "native/kernels", "native/test"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  progress.update("none");
  const without = await failures(folder);
  progress.clear();
  process.stdout.write(
    `${without.length === 0 ? "passes" : "FAILS "}  without a mistake ${without.join(", ")}\n`,
  );
  if (without.length > 0) process.exitCode = 1;
  for (const { name, file, from, to } of MUTANTS) {
    progress.update(name);
    const path = join(folder, "native", "core", file);
    const text = await readFile(path, "utf8");
    if (text.split(from).length !== 2)
      throw new Error(`Expected the text of "${name}" once in native/core/${file}`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
    const failed = await failures(folder);
    await writeFile(path, text);
    progress.clear();
    process.stdout.write(`${failed.length > 0 ? "noticed" : "MISSED "}  ${name}: ${failed.join(", ")}\n`);
    if (failed.length === 0) process.exitCode = 1;
  }
} finally {
  progress.clear();
  await rm(folder, { recursive: true, force: true });
}
