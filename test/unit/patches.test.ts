/** What CONTRIBUTING.md says of native/patches. */
import { readdirSync, readFileSync } from "node:fs";
import t from "tap";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const patches = readdirSync(new URL("../../native/patches/", import.meta.url)).map((name) => ({
  name,
  text: read(`native/patches/${name}`),
}));

t.test("together they add no more lines than is said, here and in the architecture", async (t) => {
  const added = patches.flatMap(({ text }) => text.match(/^\+(?!\+\+ [ab/]).*\S.*$/gm) ?? []);
  const [, most] = /at most\s+(\d+) added lines/.exec(read("CONTRIBUTING.md")) ?? [];
  t.ok(added.length <= Number(most), `${added.length} of ${most}`);
  t.match(read("docs/architecture.md"), `≤ ${most} added lines`);
});

t.test("each has a header that says why", async (t) => {
  for (const { name, text } of patches) t.match(text.split(/^(?:diff|---) /m)[0], /^\w.{20}/, name);
});
