import t from "tap";
import { run } from "../helpers/child.js";

// Of 10,000 requests the last 7,500 add half a percent; fewer leave more noise.
t.test("requests leave no memory behind", async (t) => {
  const ended = await run("test/fixtures/process/many-requests.mjs", ["4000"], {
    nodeFlags: ["--max-semi-space-size=1", "--expose-gc"],
  });
  t.match(ended, { hung: false, code: 0, stderr: "" });
  const { native, heap } = JSON.parse(ended.stdout);
  t.ok(native < 1.04, `native memory is ${native} of what it was after a quarter`);
  t.ok(heap < 1.04, `what lives in V8's heap is ${heap} of that`);
});
