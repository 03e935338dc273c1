import { existsSync, readdirSync } from "node:fs";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { cli } from "../helpers/cli.js";

t.test("converts a folder and says what it wrote", async (t) => {
  const folder = t.testdir();
  writeCheckpoint(`${folder}/tiny`, "opt, norm after, projections");
  const options = { cwd: folder };
  t.match(await cli(["convert", "tiny"], options), {
    code: 0,
    stdout: /tiny[.]f16[.]gguf: opt, 28 tensors, 21408 parameters, 0[.]\d MB\n/,
  });
  t.ok(existsSync(`${folder}/tiny.f16.gguf`));
  const { code, stdout } = await cli(["convert", "tiny", "--out", "other.gguf", "--json"], options);
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { path: /other[.]gguf$/, architecture: "opt", bytes: Number });
  t.strictSame(readdirSync(folder).sort(), ["other.gguf", "tiny", "tiny.f16.gguf"], "nothing else is left");
});

t.test("what cannot be converted", async (t) => {
  const folder = t.testdir();
  t.match(await cli(["convert", `${folder}/nothing`]), {
    code: 1,
    stdout: "",
    stderr: /config[.]json.*\[CHECKPOINT_NOT_FOUND\]/,
  });
  t.match(await cli(["convert"]), { code: 2, stderr: /argument 'source'/ });
});
