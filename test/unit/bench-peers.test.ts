import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isMadeOf, startMaking } from "../../bench/peers/made-of.mjs";

t.test("a peer is made anew where another version is pinned, and goes on where it is the same", async (t) => {
  const folder = join(t.testdir(), "peer");
  t.equal(await isMadeOf(folder, "1"), false);
  await startMaking(folder, "1");
  writeFileSync(join(folder, "tool"), "");
  t.equal(await isMadeOf(folder, "1"), true);
  await startMaking(folder, "1");
  t.ok(existsSync(join(folder, "tool")));
  t.equal(await isMadeOf(folder, "2"), false);
  await startMaking(folder, "2");
  t.notOk(existsSync(join(folder, "tool")), "tools of the version before are none of this one");
  t.equal(await isMadeOf(folder, "2"), true);
});

t.test("what does not say of which version it is, is of none", async (t) => {
  const folder = t.testdir({ tool: "" });
  t.equal(await isMadeOf(folder, "1"), false);
  await startMaking(folder, "1");
  t.notOk(existsSync(join(folder, "tool")));
});
