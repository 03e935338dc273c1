import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { checkPair, loadPair, ModelError } from "../../lib/index.js";
import { fable } from "../helpers/fable.js";
import { rewrite, text, uint32 } from "../helpers/gguf.js";

const file = fileURLToPath(new URL("../../models/fable-1m.f16.gguf", import.meta.url));
const model = readFileSync(file);

const files: [name: string, code: string | RegExp, content: Buffer | string][] = [
  ["a text file", "MODEL_NOT_GGUF", "This is a story, not a model.\n".repeat(100)],
  ["an empty file", /MODEL_(NOT_GGUF|TRUNCATED)/, ""],
  ["a file of four bytes", /MODEL_(TRUNCATED|HEADER_INVALID)/, "GGUF"],
  ["a file cut in its header", /MODEL_(TRUNCATED|HEADER_INVALID)/, model.subarray(0, 5000)],
  ["a file cut in its weights", "MODEL_TRUNCATED", model.subarray(0, model.length - 100_000)],
  ["a file that lacks its last byte", "MODEL_TRUNCATED", model.subarray(0, model.length - 1)],
  [
    "random bytes after the magic",
    /MODEL_(TRUNCATED|HEADER_INVALID)/,
    Buffer.concat([Buffer.from("GGUF\x03\0\0\0"), noise(4096)]),
  ],
];

function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + 13) % 251));
}

for (const [name, code, content] of files) {
  t.test(`${name} is refused as target and as draft`, async (t) => {
    const path = `${t.testdir()}/broken.gguf`;
    writeFileSync(path, content);
    for (const options of [{ target: path }, { target: "fable-17m", draft: path }]) {
      const error = await loadPair(options).catch((reason) => reason);
      t.ok(error instanceof ModelError, String(error));
      t.match(error, { code });
      t.match(error.message, path);
      t.match(error.stack, /model-errors\.test/, "the stack starts in the caller's code");
    }
    await t.rejects(checkPair({ target: "fable-17m", draft: path }), { code: /^MODEL_/ });
  });
}

t.test("a missing file and a folder", async (t) => {
  await t.rejects(loadPair({ target: "missing.gguf" }), {
    code: "MODEL_NOT_FOUND",
    message: /missing\.gguf/,
  });
  await t.rejects(loadPair({ target: "fable-17m", draft: "./missing" }), { code: "MODEL_NOT_FOUND" });
  await t.rejects(loadPair({ target: t.testdir() }), { code: "MODEL_NOT_READABLE" });
});

t.test(
  "a file this process may not read",
  { skip: process.getuid?.() === 0 && "root reads everything" },
  async (t) => {
    const path = `${t.testdir({ "secret.gguf": "GGUF" })}/secret.gguf`;
    chmodSync(path, 0);
    await t.rejects(loadPair({ target: path }), { code: "MODEL_NOT_READABLE" });
  },
);

t.test("an architecture nobody knows", async (t) => {
  const path = rewrite("fable-1m", `${t.testdir()}/unknown.gguf`, ({ metadata }) => {
    for (const [key, value] of [...metadata]) {
      if (!key.startsWith("gptneox.")) continue;
      metadata.delete(key);
      metadata.set(key.replace("gptneox", "gptnoex"), value);
    }
    metadata.set("general.architecture", text("gptnoex"));
  });
  await t.rejects(loadPair({ target: path }), { code: "MODEL_ARCHITECTURE_UNSUPPORTED", message: /gptnoex/ });
});

t.test("weights that contradict the header", async (t) => {
  const path = rewrite("fable-1m", `${t.testdir()}/odd.gguf`, ({ metadata }) => {
    metadata.set("gptneox.embedding_length", uint32(256));
  });
  await t.rejects(loadPair({ target: path }), { code: /^MODEL_(LOAD_FAILED|HEADER_INVALID)$/ });
});

t.test("a recurrent target is refused for drafting, before its weights are loaded", async (t) => {
  const path = rewrite("fable-1m", `${t.testdir()}/mamba.gguf`, ({ metadata }) => {
    metadata.set("general.architecture", text("mamba"));
    for (const [key, value] of [...metadata]) {
      if (key.startsWith("gptneox.")) metadata.set(key.replace("gptneox", "mamba"), value);
    }
    for (const key of ["conv_kernel", "inner_size", "state_size", "time_step_rank"])
      metadata.set(`mamba.ssm.${key}`, uint32(4));
  });
  const onProgress = () => t.fail("weights were loaded");
  await t.rejects(loadPair({ target: path, draft: "fable-1m", onProgress }), {
    code: "MODEL_CANNOT_ROLL_BACK",
    message: /mamba/,
  });
  await t.rejects(loadPair({ target: "fable-17m", draft: path, onProgress }), {
    code: "MODEL_CANNOT_ROLL_BACK",
  });
});

t.test("a context larger than the model was trained with", async (t) => {
  await t.rejects(fable(t, { contextSize: 513 }), {
    name: "EngineError",
    code: "CONTEXT_TOO_LARGE",
    message: /512/,
  });
});

t.test("after all this the process still generates", async (t) => {
  const pair = await fable(t);
  t.equal((await pair.complete("Once", { maxTokens: 5, ignoreEnd: true })).tokens.length, 5);
});
