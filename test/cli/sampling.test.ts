import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { cli } from "../helpers/cli.js";

const SHORT = ["generate", "--max-tokens", "16", "--threads", "1"];

t.test("a seed gives a sampled text again; --json says which seed it was", async (t) => {
  const flags = [...SHORT, "--temperature", "1", "--deterministic", "The fox"];
  const seeded = await cli([...flags, "--seed", "5"]);
  t.match(seeded, { code: 0, stderr: "" });
  t.equal((await cli([...flags, "--seed", "5"])).stdout, seeded.stdout);
  const { seed, text } = JSON.parse((await cli([...flags, "--json"])).stdout);
  t.equal((await cli([...flags, "--seed", `${seed}`])).stdout, `${text}\n`);
});

t.test("grammars and schemas come as text or from a file", async (t) => {
  t.match((await cli([...SHORT, "--grammar", 'root ::= " yes" | " no"', "Is it?"])).stdout, /^ (yes|no)\n$/);
  const file = join(t.testdir(), "schema.json");
  writeFileSync(file, '{"enum": ["fox", "hen"]}');
  t.match((await cli([...SHORT, "--json-schema", `@${file}`, "Who?"])).stdout, /^"(fox|hen)"\n$/);
});

t.test("drafts of each type give the same text", async (t) => {
  const plain = await cli([...SHORT, "--no-draft", "Once upon a time"]);
  for (const type of ["model", "ngram", "combined"]) {
    const drafted = await cli([...SHORT, "--draft-type", type, "--stats", "Once upon a time"]);
    t.equal(drafted.stdout, plain.stdout, type);
    t.match(drafted.stderr, /µs a row/);
  }
});

t.test("--logprobs and --logit-bias reach the JSON", async (t) => {
  const flags = [
    "--logprobs",
    "2",
    "--logit-bias",
    "300:1000",
    "--logit-bias",
    "301:false",
    "--json",
    "The fox",
  ];
  const { tokens } = JSON.parse((await cli([...SHORT, ...flags])).stdout);
  t.match(tokens[0], { id: 300, logprob: Number, topLogprobs: { length: 2 } });
});

const wrong: [name: string, flags: string[], message: RegExp][] = [
  ["a temperature in words", ["--temperature", "hot"], /Expected a number/],
  ["a temperature below 0", ["--temperature=-1"], /between 0 and 100 for temperature.*OPTION_INVALID/],
  ["another policy", ["--draft-policy", "bold"], /Allowed choices are adaptive, fixed, confidence/],
  ["a model beside n-grams alone", ["--draft-type", "ngram", "--draft", "fable-1m"], /OPTION_UNKNOWN/],
  ["a draft option beside --no-draft", ["--no-draft", "--draft-policy", "fixed"], /cannot be used with/],
  ["a grammar file that is not there", ["--grammar", "@nowhere.gbnf"], /ENOENT/],
  ["a schema that is no JSON", ["--json-schema", "{"], /--json-schema.* argument .* is invalid/],
  ["a schema that is not supported", ["--json-schema", '{"not": {}}'], /SCHEMA_UNSUPPORTED/],
  ["a bias without a token", ["--logit-bias", "fox"], /Expected <id>:<bias>/],
];
for (const [name, flags, message] of wrong) {
  t.test(`refuses ${name} with exit code 2`, async (t) => {
    const { code, stdout, stderr } = await cli([...SHORT, ...flags, "The fox"]);
    t.equal(code, 2);
    t.equal(stdout, "");
    t.match(stderr, message);
    t.notMatch(stderr, /\n\s+at /);
  });
}
