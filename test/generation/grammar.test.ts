import t from "tap";
import type { GenerateOptions } from "../../lib/index.js";
import { fable, ids } from "../helpers/fable.js";

t.test("the text follows the grammar, and drafts change nothing in it", async (t) => {
  const pair = await fable(t, { draft: { type: "combined", model: "fable-1m" } });
  const grammar = 'root ::= (" " word){2,6} "."\nword ::= [a-z]+';
  const plain = await pair.complete("The fox", { grammar, draft: false, maxTokens: 60 });
  t.match(plain.text, /^( [a-z]+){2,6}\.$/);
  t.equal(plain.finishReason, "stop");
  for (const draft of [{}, { policy: "fixed", maxTokens: 4 }, { type: "ngram" }] as const) {
    const drafted = await pair.complete("The fox", { grammar, draft, maxTokens: 60 });
    t.strictSame(ids(drafted), ids(plain), JSON.stringify(draft));
    t.ok(drafted.stats.grammarMs > 0);
  }
});

t.test("sampled texts follow it under every rule", async (t) => {
  const pair = await fable(t);
  for (const verification of ["sample-match", "rejection", "block"] as const) {
    for (let seed = 1; seed <= 5; seed++) {
      const options = {
        grammar: 'root ::= ("a" | "b" | "cd")+ "e"',
        temperature: 1.5,
        seed,
        verification,
      } as const;
      const { text, finishReason } = await pair.complete("The fox", { ...options, maxTokens: 30 });
      t.match(text, finishReason === "stop" ? /^(a|b|cd)+e$/ : /^(a|b|c|d)*e?$/, `${verification} ${seed}`);
    }
  }
});

t.test("a JSON schema gives a document that fits it", async (t) => {
  const pair = await fable(t);
  const jsonSchema = {
    type: "object",
    properties: {
      name: { type: "string", maxLength: 12 },
      age: { type: "integer", minimum: 1, maximum: 99 },
      kind: { enum: ["fox", "hen"] },
    },
    required: ["name", "age", "kind"],
  };
  for (const temperature of [0, 1]) {
    const { text, finishReason } = await pair.complete("A fable:", { jsonSchema, temperature, seed: 4 });
    t.equal(finishReason, "stop");
    const { name, age, kind } = JSON.parse(text);
    t.ok(
      typeof name === "string" && name.length <= 12 && age >= 1 && age <= 99 && ["fox", "hen"].includes(kind),
      text,
    );
  }
});

const bad: [name: string, grammar: string, reason: RegExp][] = [
  ["that is no grammar", "the fox", /expecting ::=/],
  ["with a rule that is not there", "root ::= fox", /Undefined rule identifier 'fox'/],
  ["without a root", 'fox ::= "a"', /root/],
  ["that recurses to its left", 'root ::= root "a" | "a"', /left recursion/],
  ["that nests without end", `root ::= ${"(".repeat(100000)}"a"`, /more than 256 parentheses/],
  ["that nests behind a comment", `# "\nroot ::= ${"(".repeat(100000)}"a"`, /more than 256 parentheses/],
  ["that repeats at most fewer times than at least", 'root ::= "a"{5,3}', /at least 5 times/],
  ["with a null character", "\0root ::= fox", /null character/],
  ["with too many rules", chain(20000, (next) => next), /more than 10000 rules/],
];
t.test("reads rules that begin with two others each, in a long chain", async (t) => {
  const pair = await fable(t);
  const options: GenerateOptions = { grammar: chain(60, (next) => `${next} | ${next}`), maxTokens: 2 };
  t.ok((await pair.complete("The fox", options)).text.startsWith("a"));
});

/** Rules r0, r1, … each made of the next, the last of a letter. */
function chain(length: number, rule: (next: string) => string): string {
  const rules = Array.from({ length }, (_, i) => `r${i} ::= ${rule(`r${i + 1}`)}`);
  return ["root ::= r0", ...rules, `r${length} ::= "a"`].join("\n");
}

for (const [name, grammar, reason] of bad) {
  t.test(`refuses a grammar ${name}`, async (t) => {
    const pair = await fable(t);
    const options: GenerateOptions = { grammar };
    t.throws(() => pair.generate("The fox", options), {
      name: "OptionError",
      code: "GRAMMAR_INVALID",
      message: reason,
    });
    t.equal((await pair.complete("The fox", { maxTokens: 2 })).tokens.length, 2);
  });
}
