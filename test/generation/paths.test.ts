/** Paths that name no model: each error says what is there, and what the system said. */
import { symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { checkPair, loadPair } from "../../lib/index.js";

const model = fileURLToPath(new URL("../../models/fable-1m.f16.gguf", import.meta.url));

t.test("a path is not cut at a null byte", async (t) => {
  for (const path of [`${model}\0`, `${model}\0.gguf`, "fable-1m\0", "\0"]) {
    const expected = { name: "OptionError", code: "OPTION_INVALID", message: /without null bytes/ };
    await t.rejects(loadPair({ target: path }), expected);
    await t.rejects(loadPair({ target: "fable-17m", draft: path }), expected);
    await t.rejects(checkPair({ target: "fable-17m", draft: path }), expected);
  }
});

t.test("a path below a file does not exist", async (t) => {
  await t.rejects(loadPair({ target: `${model}/model.gguf` }), { code: "MODEL_NOT_FOUND" });
});

t.test("what the system refuses is not called missing", async (t) => {
  const folder = t.testdir();
  symlinkSync("loop.gguf", `${folder}/loop.gguf`);
  const refused: [path: string, message: RegExp][] = [
    [`${folder}/loop.gguf`, /symbolic links/i],
    [`${folder}/loop.gguf/model.gguf`, /symbolic links/i],
    [`${folder}/${"x".repeat(300)}.gguf`, /too long/],
    [folder, /is a folder/],
    ["/dev/null", /is not a regular file/],
  ];
  for (const [path, message] of process.platform === "win32" ? [] : refused) {
    await t.rejects(
      loadPair({ target: path }),
      { name: "ModelError", code: "MODEL_NOT_READABLE", message },
      path,
    );
  }
});

t.test("a dangling link is a missing file", async (t) => {
  const link = `${t.testdir()}/link.gguf`;
  symlinkSync("nowhere.gguf", link);
  await t.rejects(loadPair({ target: link }), { code: "MODEL_NOT_FOUND" });
});

t.test("folders nobody but root may enter", { skip: process.getuid?.() === 0 && "root may" }, async (t) => {
  await t.rejects(loadPair({ target: "/root/model.gguf" }), {
    code: "MODEL_NOT_READABLE",
    message: /denied/,
  });
});
