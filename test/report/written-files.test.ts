import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkFolderOf, filesOf, worthWriting } from "../../lib/cli/write-reports.js";
import { syntheticReport } from "../helpers/report.js";

t.test("a report of nothing takes no other's place", async (t) => {
  const files = filesOf(join(t.testdir(), "report"));
  const [nothing, something] = [syntheticReport([{ cases: [] }]), syntheticReport()];
  t.strictSame(worthWriting(files, nothing), files, "where there is none it is written");
  writeFileSync(files[0] ?? "", "{}");
  t.strictSame(worthWriting(files, nothing), files.slice(1));
  t.strictSame(worthWriting(files, something), files);
});

t.test("a folder that takes no files is refused before anything is measured", async (t) => {
  const folder = t.testdir();
  await checkFolderOf(filesOf(join(folder, "report")));
  await t.rejects(checkFolderOf(filesOf(join(folder, "missing", "report"))), { code: "OPTION_INVALID" });
  t.notOk(existsSync(join(folder, "missing")));
});

t.test("a form that reports are not written in is refused, a dot in a name is not", async (t) => {
  t.throws(() => filesOf("report.pdf"), { code: "OPTION_INVALID", message: /\.json, \.html, \.md, \.csv/ });
  t.strictSame(filesOf("pair-1.4b"), ["pair-1.4b.json", "pair-1.4b.html"]);
  t.strictSame(filesOf("sweep.csv"), ["sweep.csv"]);
});
