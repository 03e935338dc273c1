/** The vendoring script on a small bundle, with an npm of our own on PATH: no network, no llama.cpp. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import t, { type Test } from "tap";
import { vendorLlamaCpp } from "../../scripts/vendor-llama-cpp.mjs";

const git = (cwd: string, ...args: string[]) =>
  execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main", ...args],
    {
      cwd,
      encoding: "utf8",
    },
  ).trim();

/** A package root with a pin, a patch, and an npm that packs a tarball whose bundle holds one file. */
function makeRoot(t: Test) {
  const root = t.testdir({
    native: {
      patches: {
        "0001-greet.patch":
          "Says hello to more.\n\n--- a/hello.txt\n+++ b/hello.txt\n@@ -1 +1 @@\n-hello\n+hello world\n",
      },
    },
    origin: { "hello.txt": "hello\n", "other.txt": "untouched\n" },
    tarball: { package: { llama: {} } },
    bin: {},
  });
  const origin = join(root, "origin");
  git(origin, "init", "--quiet");
  git(origin, "add", ".");
  git(origin, "commit", "--quiet", "-m", "release");
  git(origin, "bundle", "create", join(root, "tarball/package/llama/gitRelease.bundle"), "HEAD", "main");
  execFileSync("tar", ["-czf", join(root, "peer.tgz"), "-C", join(root, "tarball"), "package"]);
  const pin = {
    package: "peer",
    version: "1.0.0",
    integrity: `sha512-${createHash("sha512")
      .update(readFileSync(join(root, "peer.tgz")))
      .digest("base64")}`,
    bundle: "llama/gitRelease.bundle",
    release: "v1",
    commit: git(origin, "rev-parse", "HEAD"),
  };
  const setPin = (change: Partial<typeof pin>) =>
    writeFileSync(join(root, "native/llama-cpp.json"), JSON.stringify({ ...pin, ...change }));
  const setTool = (name: string, script: string) => {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  };
  const setNpm = (script: string) => setTool("npm", `echo called >>"${root}/calls"\n${script}`);
  setPin({});
  setNpm(`cp "${root}/peer.tgz" "$5/" && echo '[{"filename":"peer.tgz"}]'`);
  const env = {
    ...process.env,
    PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}`,
    LLAMA_CPP_DIR: "",
  };
  const tree = join(root, "native/llama.cpp");
  return {
    tree,
    setPin,
    setTool,
    setNpm,
    patch: join(root, "native/patches/0001-greet.patch"),
    vendor: (more: NodeJS.ProcessEnv = {}) => vendorLlamaCpp({ root, env: { ...env, ...more }, log() {} }),
    calls: () =>
      existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").split("\n").length - 1 : 0,
    hello: () => readFileSync(join(tree, "hello.txt"), "utf8"),
    leftovers: () => readdirSync(join(root, "native")).filter((name) => name.startsWith(".llama")),
  };
}

t.test("fetches, verifies, unpacks and patches; a second run does nothing", async (t) => {
  const { vendor, tree, calls, hello, leftovers } = makeRoot(t);
  t.equal(await vendor(), tree);
  t.equal(hello(), "hello world\n");
  t.strictSame(leftovers(), []);
  await vendor();
  t.equal(calls(), 1);
});

t.test("a changed patch is applied anew without fetching, and leaves other files' times alone", async (t) => {
  const { vendor, tree, calls, hello, patch } = makeRoot(t);
  await vendor();
  const before = statSync(join(tree, "other.txt")).mtimeMs;
  writeFileSync(patch, readFileSync(patch, "utf8").replace("hello world", "hello moon"));
  await vendor();
  t.equal(hello(), "hello moon\n");
  t.equal(statSync(join(tree, "other.txt")).mtimeMs, before);
  t.equal(calls(), 1);
});

t.test("a tree without its repository, as in the npm package, is fetched when patches change", async (t) => {
  const { vendor, tree, calls, hello, patch } = makeRoot(t);
  await vendor();
  rmSync(join(tree, ".git"), { recursive: true });
  await vendor();
  t.equal(calls(), 1, "unchanged, it is taken as it is");
  git(join(tree, "../.."), "init", "--quiet");
  writeFileSync(patch, readFileSync(patch, "utf8").replace("hello world", "hello moon"));
  await vendor();
  t.equal(hello(), "hello moon\n");
  t.equal(calls(), 2);
});

t.test("a tarball with another hash is refused and leaves nothing", async (t) => {
  const { vendor, setPin, tree, leftovers } = makeRoot(t);
  setPin({ integrity: "sha512-AAAA" });
  await t.rejects(vendor(), { name: "VendorError", message: /integrity\n {2}sha512-AAAA\nbut/ });
  t.notOk(existsSync(tree));
  t.strictSame(leftovers(), []);
});

t.test("tar is given no path with a drive, which GNU tar takes for another machine", async (t) => {
  const { vendor, setTool, hello } = makeRoot(t);
  const tar = execFileSync("sh", ["-c", "command -v tar"], { encoding: "utf8" }).trim();
  setTool("tar", `case "$*" in */native/*) exit 2;; esac\nexec "${tar}" "$@"`);
  await vendor();
  t.equal(hello(), "hello world\n");
});

t.test("no network: says so and what to do", async (t) => {
  const { vendor, setNpm, tree } = makeRoot(t);
  setNpm("echo 'npm error code ENOTFOUND' >&2; exit 1");
  await t.rejects(vendor(), {
    name: "VendorError",
    message: /ENOTFOUND[\s\S]*Check the network[\s\S]*LLAMA_CPP_DIR/,
  });
  t.notOk(existsSync(tree));
});

t.test("a bundle at another commit is refused", async (t) => {
  const { vendor, setPin } = makeRoot(t);
  setPin({ commit: "0000000000000000000000000000000000000000" });
  await t.rejects(vendor(), { name: "VendorError", message: /at commit 0000[\s\S]*belong together/ });
});

t.test("a patch that does not apply is named, and the next run starts over", async (t) => {
  const { vendor, patch, hello } = makeRoot(t);
  const good = readFileSync(patch, "utf8");
  await vendor();
  writeFileSync(patch, good.replace("-hello", "-goodbye"));
  await t.rejects(vendor(), {
    name: "VendorError",
    message: /0001-greet[.]patch[\s\S]*Bring the patch up to date/,
  });
  writeFileSync(patch, good);
  await vendor();
  t.equal(hello(), "hello world\n");
});

t.test("LLAMA_CPP_DIR is used as it is", async (t) => {
  const { vendor, tree, calls } = makeRoot(t);
  const own = t.testdir({ own: {} });
  mkdirSync(join(own, "own"), { recursive: true });
  t.equal(await vendor({ LLAMA_CPP_DIR: join(own, "own") }), join(own, "own"));
  t.equal(calls(), 0);
  t.notOk(existsSync(tree));
});
