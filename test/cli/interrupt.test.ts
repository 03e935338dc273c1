import t from "tap";
import { cli } from "../helpers/cli.js";

const LONG = ["generate", "--max-tokens", "500", "--ignore-end", "--threads", "1", "--draft-max-tokens", "0"];

t.test("Ctrl-C ends with what is finished, statistics included, and 130", async (t) => {
  const ended = await cli([...LONG, "--stats", "Once"], { signalOnOutput: "SIGINT" });
  t.match(ended, { code: 130, signal: null, hung: false, stderr: /ended by aborted/ });
  t.match(ended.stdout, /\n$/);
});

t.test("a reader that leaves ends it quietly", async (t) => {
  const ended = await cli([...LONG, "Once"], { closeOnOutput: true });
  t.match(ended, { code: 0, signal: null, hung: false, stderr: "" });
});
