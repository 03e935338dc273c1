import t from "tap";
import { recordedCommand } from "../../lib/bench/command-line.js";

t.test("a recorded command line has no folders, however paths are given", async (t) => {
  const recorded = (...args: string[]) => recordedCommand(["bench", ...args]);
  const none = (arg: string, left: string) => t.equal(recorded(arg), `foretoken bench ${left}`);
  none("/home/me/a.gguf", "a.gguf");
  none("--target=/home/me/a.gguf", "--target=a.gguf");
  none("../secret/a.gguf", "a.gguf");
  none("../secret", "secret");
  none("./models/a.gguf", "a.gguf");
  none("secret/prompts.jsonl", "prompts.jsonl");
  none("--out=../x/report/", "--out=report");
  none("-o/tmp/x/report", "-oreport");
  none("C:\\me\\a.gguf", "a.gguf");
  none("/home/me/my model.gguf", '"my model.gguf"');
});

t.test("the rest is as it was typed", async (t) => {
  const typed = [
    ...["bench", "--target", "EleutherAI/pythia-1.4b", "--sweep=draft.maxTokens=1..20", "--temperature"],
    ...["0,0.5", "--dialled", "build/dialled", "-o", "report.md"],
  ];
  t.equal(recordedCommand(typed), ["foretoken", ...typed].join(" "));
});
