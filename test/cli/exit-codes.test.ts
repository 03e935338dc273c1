import t from "tap";
import { cli } from "../helpers/cli.js";

const cases: [args: string[], code: number, stderr: RegExp][] = [
  [["generate"], 2, /missing required argument 'prompt'/],
  [["generate", "--max-token", "3", "x"], 2, /unknown option '--max-token'\n\(Did you mean --max-tokens\?\)/],
  [["generate", "--max-tokens", "many", "x"], 2, /Expected an integer/],
  [
    ["generate", "--max-tokens", "0", "x"],
    2,
    /^foretoken: Expected integer between 1 and 1048576 for maxTokens .*\[OPTION_INVALID\]\n$/,
  ],
  [["generate", "--draft-max-tokens", "99", "x"], 2, /for draft\.maxTokens but received 99/],
  [["generate", "--target", "missing.gguf", "x"], 1, /missing\.gguf.*\[MODEL_NOT_FOUND\]\n$/],
  [["generate", "--target", "fable-17", "x"], 1, /did you mean "fable-17m"\?.*\[MODEL_NAME_UNKNOWN\]\n$/],
  [["generate", "--target", "package.json", "x"], 1, /\[(MODEL_NAME_UNKNOWN|MODEL_NOT_GGUF)\]\n$/],
  [["generate", ""], 1, /\[PROMPT_EMPTY\]\n$/],
  [["check", "fable-17m"], 2, /missing required argument 'draft'/],
  [["check", "fable-17m", "missing.gguf"], 1, /\[MODEL_NOT_FOUND\]\n$/],
  [["devices", "--jsn"], 2, /unknown option/],
  [["pull"], 2, /missing required argument 'what'/],
  [["pull", "pythia-1.4"], 1, /did you mean "pythia-1.4b"\?.*\[PAIR_NAME_UNKNOWN\]\n$/],
  [["pull", "pythia-1.4b", "--revision", "v1"], 2, /'--revision' is of a repository/],
  [["pull", "../x"], 2, /Expected owner\/name of a repository.*\[OPTION_INVALID\]\n$/],
  [
    ["pull", "owner/name", "--revision", "../x"],
    2,
    /for revision but received "..\/x".*\[OPTION_INVALID\]\n$/,
  ],
  [["nothing"], 2, /unknown command 'nothing'/],
];

for (const [args, code, stderr] of cases) {
  t.test(`${args.join(" ")} → ${code}`, async (t) => {
    t.match(await cli(args), { code, stderr, stdout: "", hung: false });
  });
}
