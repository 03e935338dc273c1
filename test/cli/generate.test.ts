import t from "tap";
import { cli } from "../helpers/cli.js";

const SHORT = ["generate", "--max-tokens", "12", "--threads", "1"];

t.test("text on stdout, the same with and without a draft", async (t) => {
  const drafted = await cli([...SHORT, "Once upon a time"]);
  const alone = await cli([...SHORT, "--no-draft", "Once upon a time"]);
  t.match(drafted, { code: 0, stderr: "" });
  t.match(drafted.stdout, /^.+\n$/s);
  t.equal(alone.stdout, drafted.stdout);
});

t.test("words of the prompt may come apart, or on stdin", async (t) => {
  const { stdout } = await cli([...SHORT, "Once upon a time"]);
  t.equal((await cli([...SHORT, "Once", "upon", "a", "time"])).stdout, stdout);
  t.equal((await cli([...SHORT, "-"], { input: "Once upon a time\n" })).stdout, stdout);
});

t.test("--json is one JSON object and nothing else", async (t) => {
  const { stdout, stderr, code } = await cli([
    ...SHORT,
    "--json",
    "--draft",
    "fable-5m",
    "--draft-max-tokens",
    "2",
    "The fox",
  ]);
  t.equal(code, 0);
  t.equal(stderr, "");
  const { tokens, text, ...rest } = JSON.parse(stdout);
  t.equal(tokens.length, 12);
  t.equal(tokens.map((token: { text: string }) => token.text).join(""), text);
  t.match(rest, {
    prompt: "The fox",
    target: /fable-17m/,
    draft: /fable-5m/,
    finishReason: "length",
    stats: { generatedTokens: 12, acceptedPerPosition: { length: 2 } },
  });
});

t.test("--stats go to stderr", async (t) => {
  const { stdout, stderr } = await cli([...SHORT, "--stats", "The fox"]);
  t.match(stderr, /^12 tokens after \d+ of prompt, ended by length\n.* tokens\/s over \d+ rounds/);
  t.notMatch(stdout, /rounds/);
});

t.test("--stop may be given again; the first to come ends the text", async (t) => {
  const whole = (await cli([...SHORT, "The fox"])).stdout.trimEnd();
  const stops = [whole.slice(-3), whole.slice(6, 9)];
  const { stdout } = await cli([...SHORT, "--stop", stops[0] ?? "", "--stop", stops[1] ?? "", "The fox"]);
  t.equal(stdout, `${whole.slice(0, whole.indexOf(stops[1] ?? ""))}\n`);
});

t.test("no colours where there is no terminal", async (t) => {
  const { stdout } = await cli([...SHORT, "--color", "The fox"], { env: { FORCE_COLOR: "1" } });
  t.notMatch(stdout, "\x1b");
});
