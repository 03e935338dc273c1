import t from "tap";
import { run } from "../helpers/child.js";
import { writeLongModel } from "../helpers/long-model.js";

const model = writeLongModel(t);

for (const isolation of [[], ["process"]])
  t.test(
    `a generation that waits for its reader does not keep the process alive${isolation.map((where) => `, in a ${where} of its own`).join("")}`,
    async (t) => {
      const ended = await run("test/fixtures/process/unread.mjs", [model, ...isolation]);
      t.match(ended, { hung: false, code: 0, stdout: '{"running":0,"queued":0,"ended":0}\n', stderr: "" });
    },
  );

t.test("a generation that nobody can read any more ends, and others run meanwhile", async (t) => {
  const ended = await run("test/fixtures/process/forgotten-stream.mjs", [model], {
    nodeFlags: ["--expose-gc"],
  });
  t.match(ended, { hung: false, code: 0, stdout: "aborted length 5\n", stderr: "" });
});
