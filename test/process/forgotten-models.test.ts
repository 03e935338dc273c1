import t from "tap";
import { run } from "../helpers/child.js";

t.test("forgotten models are collected, since Node is told of their memory", async (t) => {
  const ended = await run("test/fixtures/process/forgotten-models.mjs");
  t.match(ended, { code: 0, stderr: "", hung: false });
  t.ok(Number(ended.stdout) > 0, `${ended.stdout.trim()} of 20 were collected`);
});
