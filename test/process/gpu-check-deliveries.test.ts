/** scripts/gpu-check/unpack.sh where the pieces come in several deliveries. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

const unpackScript = fileURLToPath(new URL("../../scripts/gpu-check/unpack.sh", import.meta.url));

t.test("pieces that come one by one are gathered, and the last one's call runs the check", async (t) => {
  const folder = t.testdir();
  const inside = join(folder, "inside");
  mkdirSync(join(inside, ".node", "bin"), { recursive: true });
  writeFileSync(join(inside, ".node", "bin", "node"), '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
  const packed = join(folder, "packed");
  mkdirSync(packed);
  const sh = (script: string, env = {}) =>
    execFileSync("sh", ["-ec", script], { encoding: "utf8", stdio: "pipe", env: { ...process.env, ...env } });
  sh(`cd "${packed}"; tar -c -C "${inside}" .node | xz > all; split -b 100 -d all piece-; rm all
    sha256sum piece-* > SHA256SUMS`);
  const names = readdirSync(packed).filter((name) => name.startsWith("piece-"));
  t.ok(names.length > 1, "several pieces");

  const delivery = join(folder, "delivery");
  const tree = join(folder, "checkout");
  const deliver = (...pieces: string[]) => {
    rmSync(delivery, { recursive: true, force: true });
    mkdirSync(delivery);
    for (const name of ["SHA256SUMS", ...pieces]) cpSync(join(packed, name), join(delivery, name));
    cpSync(unpackScript, join(delivery, "gpu-check.sh"));
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
