import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { whatEnded, whyUnfit } from "../../scripts/probe-addon.mjs";

/** A module that require() runs in place of an addon. */
function fake(folder: string, source: string): string {
  const path = join(folder, "addon.cjs");
  writeFileSync(path, source);
  return path;
}

t.test("this machine's own addon is fit", async (t) => {
  const addon =
    process.env.FORETOKEN_ADDON ??
    fileURLToPath(new URL("../../build/Release/foretoken.node", import.meta.url));
  t.equal(whyUnfit(addon), null);
});

t.test("a file that is no library is said to be none", async (t) => {
  const path = join(t.testdir(), "addon.node");
  writeFileSync(path, "not a library");
  t.match(whyUnfit(path), /addon\.node/);
});

t.test("what the loader says is the reason", async (t) => {
  const reason = "libc.so.6: version `GLIBC_2.38' not found";
  t.equal(whyUnfit(fake(t.testdir(), `throw new Error(${JSON.stringify(`${reason}\nmore`)})`)), reason);
});

t.test("a binary that ends the process is a reason, not this process's end", async (t) => {
  t.match(whyUnfit(fake(t.testdir(), "process.exit(7)")), /status 7/);
});

const noSignals = process.platform === "win32" && "Windows knows no signals";

t.test("so is one that a signal ends", { skip: noSignals }, async (t) => {
  const kill = (signal: string) => fake(t.testdir(), `process.kill(process.pid, "${signal}"); for (;;);`);
  t.match(whyUnfit(kill("SIGILL")), /instructions that this processor lacks/);
  t.match(whyUnfit(kill("SIGSEGV")), /ended the process with SIGSEGV/);
});

t.test("what Windows says of an instruction that the processor lacks is understood", async (t) => {
  t.match(whatEnded({ status: 0xc000001d, signal: null }), /instructions that this processor lacks/);
});

t.test("a binary that never comes back is given up", async (t) => {
  t.match(whyUnfit(fake(t.testdir(), "for (;;);"), { timeoutMs: 300 }), /0\.3 s/);
});

t.test("an addon without a processor to run on is unfit", async (t) => {
  t.match(whyUnfit(fake(t.testdir(), "module.exports = { devices: () => [] }")), /finds no processor/);
});
