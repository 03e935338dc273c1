import { readFileSync } from "node:fs";
import t from "tap";
import {
  CompatibilityError,
  createError,
  EngineError,
  ERROR_TABLE,
  ForetokenError,
  fromNative,
  incompatible,
  isErrorCode,
  ModelError,
  OptionError,
} from "../../lib/errors.js";

const codes = Object.keys(ERROR_TABLE).filter(isErrorCode);

t.test("the table and docs/errors.md have the same codes under the same classes", async (t) => {
  const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const documented: Record<string, string[]> = {};
  for (const part of page.split(/^## /m).slice(1)) {
    const [heading = "", ...rest] = part.split("\n");
    documented[heading] = [...rest.join("\n").matchAll(/^### (\w+)$/gm)].map((match) => match[1] ?? "");
  }
  const table: Record<string, string[]> = {};
  for (const code of codes) {
    const { name } = createError(code, "x");
    table[name] = [...(table[name] ?? []), code];
  }
  t.strictSame(documented, table);
});

t.test("every code has a hint, and its error carries code, name and both sentences", async (t) => {
  for (const code of codes) {
    const { hint } = ERROR_TABLE[code];
    const error = createError(code, "expected a but received b");
    t.equal(error.code, code);
    t.ok(error instanceof ForetokenError && error instanceof Error);
    t.match(hint, /^[A-Zd].+\.$/, `${code} says what to do`);
    t.equal(error.message, `Expected a but received b. ${hint}`);
    t.notOk(Object.keys(error).includes("name"), "name is not printed as a property");
  }
});

t.test("classes can be told apart", async (t) => {
  t.ok(createError("OPTION_INVALID", "x") instanceof OptionError);
  t.ok(createError("MODEL_NOT_GGUF", "x") instanceof ModelError);
  t.ok(createError("EVAL_FAILED", "x") instanceof EngineError);
  const mismatches = [{ kind: "add-bos", target: true, draft: false }] as const;
  const refusal = incompatible("x", mismatches);
  t.ok(refusal instanceof CompatibilityError);
  t.equal(refusal.code, "VOCABULARIES_INCOMPATIBLE");
  t.equal(refusal.mismatches, mismatches);
});

t.test("a sentence begins with a capital, a file's name stays as it is", async (t) => {
  t.match(createError("MODEL_NOT_FOUND", "no file at a.gguf").message, /^No file at a\.gguf\./);
  t.match(createError("MODEL_NOT_GGUF", "a.gguf does not begin").message, /^a\.gguf does not begin\./);
});

t.test("native errors get the class of their code; others pass unchanged", async (t) => {
  const native = Object.assign(new Error("the file ends early."), { code: "MODEL_TRUNCATED" });
  const wrapped = fromNative(native);
  t.ok(wrapped instanceof ModelError);
  t.match(wrapped, { code: "MODEL_TRUNCATED", message: /^The file ends early\. Download/ });
  for (const other of [new TypeError("x"), Object.assign(new Error("x"), { code: "ENOENT" }), "text", null]) {
    t.equal(fromNative(other), other);
  }
  t.equal(fromNative(wrapped), wrapped);
});
