import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";

const root = fileURLToPath(new URL("../..", import.meta.url));

t.test(
  "text has LF in every checkout, also where git would make it CRLF: patches would not apply",
  async (t) => {
    const listed = execFileSync("git", ["ls-files", "--eol"], { cwd: root, encoding: "utf8" });
    const files = listed.trim().split("\n");
    t.ok(files.some((line) => line.includes("native/patches/")));
    t.strictSame(
      files.filter((line) => !/^i\/(lf|none) .* eol=lf\s|^i\/-text .* attr\/-text\s/.test(line)),
      [],
    );
  },
);
