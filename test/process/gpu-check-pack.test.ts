/** What `scripts/gpu-check.mjs pack` makes, of a small checkout: its pieces, and what they unpack to. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import t from "tap";
import { pack } from "../../scripts/gpu-check/pack.mjs";

const PIECE = 500;
const LLAMA = "native/llama.cpp";

/** A folder of these files, committed to a git repository of its own. */
function repository(folder: string, files: Record<string, string>) {
  write(folder, files);
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  git("init", "-q");
  git("add", "-A");
  git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "all");
}

function write(folder: string, files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** A checkout that is set up: its own files, ignored ones, and llama.cpp with a patched file. */
function checkout(folder: string) {
  const source = ["common/a.cpp", "ggml/a.c", "include/a.h", "licenses/a", "vendor/a.h", "cmake/a.cmake"];
  repository(join(folder, LLAMA), {
    ...Object.fromEntries(source.map((path) => [path, path])),
    "CMakeLists.txt": "",
    LICENSE: "",
    "src/llama.cpp": "pristine",
    "tools/llama-bench/a.cpp": "",
    "tools/server/large.html": "",
    "tools/ui/large.ts": "",
    "models/large.gguf": "",
  });
  write(join(folder, LLAMA), { "src/llama.cpp": "patched", ".foretoken-stamp": "stamp" });
  const locked = { "": {}, "node_modules/one": { dependencies: { two: "1" } }, "node_modules/two": {} };
  repository(folder, {
    ".gitignore": `node_modules\ndist\nbuild\n${LLAMA}\n`,
    "package.json": JSON.stringify({ dependencies: { one: "1" } }),
    "package-lock.json": JSON.stringify({ packages: { ...locked, "node_modules/three": { dev: true } } }),
    "scripts/gpu-check.mjs": "",
    "docs/page.md": "",
  });
  write(folder, {
    "lib/not-yet-tracked.ts": "",
    "dist/main.js": "",
    "dist/main.js.map": "",
    "node_modules/one/index.js": "",
    "node_modules/one/index.d.ts": "",
    "node_modules/two/index.js": "",
    "node_modules/three/index.js": "",
    "build/Release/foretoken.node": "",
  });
}

t.test("the pieces unpack to what the check needs, and run it with the Node among them", async (t) => {
  const folder = t.testdir({ root: {} });
  const root = join(folder, "root");
  checkout(root);
  const node = join(folder, "node");
  writeFileSync(node, '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
  const out = join(folder, "pieces with a space");
  let seen = 0;
  const { pieces, bytes } = await pack(root, {
    ...{ out, pieceBytes: PIECE, level: 0, node },
    onBytes: (more) => {
      seen += more;
    },
  });

  t.ok(pieces.length > 1, `${pieces.length} pieces`);
  const sizes = pieces.map((piece) => statSync(piece).size);
  t.ok(
    sizes.every((size, i) => size === PIECE || (i === sizes.length - 1 && size <= PIECE)),
    `${sizes}`,
  );
  t.equal(
    bytes,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  t.equal(seen, bytes);
  t.strictSame(
    filesIn(out),
    [...pieces.map((piece) => relative(out, piece)), "SHA256SUMS", "gpu-check.sh"].sort(),
  );

  const printed = execFileSync("sh", [join(out, "gpu-check.sh"), "--minutes", "9"], { encoding: "utf8" });
  t.equal(printed, "node scripts/gpu-check.mjs run --minutes 9\n");
  const tree = join(out, "tree");
  const peer = "build/peers/llama.cpp";
  const shared = [
    "CMakeLists.txt",
    "LICENSE",
    "cmake/a.cmake",
    "ggml/a.c",
    "include/a.h",
    "src/llama.cpp",
    "vendor/a.h",
  ];
  t.strictSame(
    filesIn(tree),
    [
      ...[
        ".gitignore",
        "package.json",
        "package-lock.json",
        "scripts/gpu-check.mjs",
        "lib/not-yet-tracked.ts",
      ],
      ...["dist/main.js", "node_modules/one/index.js", "node_modules/two/index.js"],
      ...shared.flatMap((path) => [`${LLAMA}/${path}`, `${peer}/${path}`]),
      ...[`${LLAMA}/.foretoken-stamp`, `${peer}/common/a.cpp`, `${peer}/licenses/a`],
      ...[`${peer}/tools/llama-bench/a.cpp`, ".node/bin/node", ".node/packed.json", ".unpacked"],
    ].sort(),
  );
  t.equal(readFileSync(join(tree, LLAMA, "src/llama.cpp"), "utf8"), "patched");
  t.equal(
    readFileSync(join(tree, peer, "src/llama.cpp"), "utf8"),
    "pristine",
    "llama.cpp's own, to compare with",
  );
  const { commit } = JSON.parse(readFileSync(join(tree, ".node/packed.json"), "utf8"));
  t.match(commit, /^[0-9a-f]{40}\+changes$/, "what was not committed is told");
});

t.test("without what git tracks", async (t) => {
  const folder = t.testdir({ root: {} });
  checkout(join(folder, "root"));
  const out = join(folder, "pieces");
  const options = { out, pieceBytes: 1 << 20, level: 0, node: join(folder, "root", "package.json") };
  await pack(join(folder, "root"), { ...options, untrackedOnly: true });
  const listed = execFileSync("sh", ["-c", `cat "${out}"/piece-* | xz -dc | tar -t`], { encoding: "utf8" });
  t.match(listed, /^native\/llama\.cpp\/src\/llama\.cpp$/m);
  t.match(listed, /^dist\/main\.js$/m);
  t.notMatch(listed, /package\.json|scripts/);
});

t.test("a failure leaves nothing, and what was there before", async (t) => {
  const folder = t.testdir({ root: {}, out: { before: "" } });
  checkout(join(folder, "root"));
  const options = { out: join(folder, "out"), pieceBytes: PIECE, node: join(folder, "no-such-binary") };
  await t.rejects(pack(join(folder, "root"), options), { code: "ENOENT" });
  t.strictSame(readdirSync(folder).sort(), ["out", "root"]);
  t.strictSame(readdirSync(join(folder, "out")), ["before"]);
});
