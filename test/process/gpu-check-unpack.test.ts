/** scripts/gpu-check/unpack.sh: pieces that lie beside it, and such as come in several deliveries. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";

const unpackScript = fileURLToPath(new URL("../../scripts/gpu-check/unpack.sh", import.meta.url));

function sh(script: string, env = {}): string {
  return execFileSync("sh", ["-ec", script], {
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, ...env },
  });
}

/** A folder of small pieces, whose Node says what it is given, with their hashes and the script. */
function packed(t: Test): string {
  const folder = t.testdir();
  const inside = join(folder, "inside");
  mkdirSync(join(inside, ".node", "bin"), { recursive: true });
  writeFileSync(join(inside, ".node", "bin", "node"), '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
  const pieces = join(folder, "pieces with a space");
  mkdirSync(pieces);
  sh(`cd "${pieces}"; tar -c -C "${inside}" .node | xz > all; split -b 100 -d all piece-; rm all
    sha256sum piece-* > SHA256SUMS; cp "${unpackScript}" gpu-check.sh`);
  t.ok(readdirSync(pieces).length > 3, "several pieces");
  return pieces;
}

t.test("the pieces are verified, unpacked once and run with the Node among them", async (t) => {
  const pieces = packed(t);
  const unpack = () => sh(`sh "${pieces}/gpu-check.sh" --dry-run`);
  t.equal(unpack(), "node scripts/gpu-check.mjs run --dry-run\n");
  const { mtimeMs } = statSync(join(pieces, "tree", ".unpacked"));
  unpack();
  t.equal(statSync(join(pieces, "tree", ".unpacked")).mtimeMs, mtimeMs);
  sh(`cd "${pieces}"; rm -r tree; printf x >> piece-01`);
  t.throws(unpack);
  t.notOk(existsSync(join(pieces, "tree", ".node")), "nothing of damaged pieces is run");
});

t.test("pieces that come one by one are gathered, and the last one's call runs the check", async (t) => {
  const from = packed(t);
  const folder = t.testdirName;
  const names = readdirSync(from).filter((name) => name.startsWith("piece-"));

  const delivery = join(folder, "delivery");
  const tree = join(folder, "checkout");
  const deliver = (...pieces: string[]) => {
    rmSync(delivery, { recursive: true, force: true });
    mkdirSync(delivery);
    for (const name of ["SHA256SUMS", "gpu-check.sh", ...pieces])
      cpSync(join(from, name), join(delivery, name));
    return sh(`sh "${delivery}/gpu-check.sh" --minutes 9`, {
      FORETOKEN_CHECK_PIECES: join(folder, "gathered here"),
      FORETOKEN_CHECK_FOLDER: tree,
    });
  };
  mkdirSync(join(folder, "gathered here"));
  writeFileSync(join(folder, "gathered here", names.at(-1) ?? ""), "of an earlier packing");
  writeFileSync(join(folder, "gathered here", "piece-99"), "of an earlier packing");
  for (const [i, name] of names.slice(0, -1).entries())
    t.equal(deliver(name), `still to come: ${names.slice(i + 1).join(" ")}\n`);
  t.notOk(existsSync(join(tree, ".node")), "nothing is unpacked yet");
  t.equal(deliver(names.at(-1) ?? ""), "node scripts/gpu-check.mjs run --minutes 9\n");
  t.equal(deliver(), "node scripts/gpu-check.mjs run --minutes 9\n", "a later call needs no piece");
});
