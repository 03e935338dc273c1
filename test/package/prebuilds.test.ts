import t from "tap";
import { missingPrebuilds } from "../../scripts/prebuilds.mjs";

t.test("a platform is there with its addon and the libraries beside it, not with either alone", async (t) => {
  const root = t.testdir({
    prebuilds: {
      "linux-x64": { "foretoken.glibc.node": "", glibc: {}, musl: {} },
      "linux-arm64": { "foretoken.glibc.node": "" },
      "darwin-arm64": { "foretoken.node": "" },
      "win32-x64": { "ggml.dll": "" },
    },
  });
  const there = ["linux-x64/glibc", "darwin-arm64"];
  const missing = ["linux-x64/musl", "linux-arm64/glibc", "win32-x64", "darwin-x64"];
  t.strictSame(missingPrebuilds(root, [...there, ...missing]), missing);
});
