import t from "tap";
import { checkSchema } from "../helpers/json-schema.js";

const texts = [
  ...String.raw`a b A z _ - ^ ] [ \ . 0 7 " / $ { } é 語 😀`.split(" "),
  ...`ab ba aa aaa aab abab abc ac a$ a"b 😀😀 12 123 1234 12-34 a1 +1 1+ a{2} uu`.split(" "),
  ...["", " ", "a b", "\t", "\n", "a\nb", "\b", "\f", "\0", "\x1f", "\x7f", "\xa0", "\u2028", "\ufeff"],
];

const patterns = {
  "literals and escapes": String.raw`^$ ^a$ ^ab$ ^😀$ ^"$ ^a"b$ ^\\$ ^\.$ ^\/$ ^\$$ ^\^$ ^\[$ ^\]$ ^\{$ ^a\$$ ^\+1$
    ^\n$ ^\t$ ^\f$ ^\0$ ^\x61$ ^\u00e9$ ^\u2028$ ^\u{1F600}$ ^\ud83d\ude00$`,
  quantifiers: String.raw`^ab*$ ^a+b?$ ^a{2}$ ^a{2,}$ ^a{0,2}b$ ^a{0}b$ ^a{1,2}?$ ^a*?b+?$ ^(ab)+$ ^(?:ab){2}$ ^\+?1$
    ^(?<name>ab){2}$ ^(a?b?){0,2}$ ^(a*)?b$ ^\d{2}-\d{2}$ ^\d{3,4}$`,
  alternatives: `^(?:a|b)c?$ ^a$|^b$ ^(a|b|)c$ ^(|a)$ ^((a|b)(b|a))?$ ^(a|ab)(c|)$ ^$|^a$`,
  classes: String.raw`^.$ ^.*$ ^..$ ^\d+$ ^\D$ ^\w+$ ^\W$ ^\s$ ^\S+$ ^[abc]$ ^[a-c]+$ ^[^a-c]$ ^[^\d\s]$ ^[\w-]+$
    ^[-a]$ ^[a-]$ ^[\]\[\\]$ ^[^]$ ^[]$|^a$ ^[\b]$ ^[\^-]$ ^[\^a]$ ^[.$]$ ^[^"]$ ^[\s\S]$ ^[\D\d]$ ^[\x00-\uffff]$ ^[\n-\r]$
    ^[\u{1F600}-\u{1F64F}]$ ^[^\ud83d\ude00]$ ^[!-~]+$`,
  "without the flag u": String.raw`^\-$ ^\_+$ ^a\"b$`,
};

for (const [name, list] of Object.entries(patterns)) {
  t.test(`${name} match as in JavaScript`, async (t) => {
    for (const pattern of list.split(/\s+/)) {
      const expression = new RegExp(pattern, name.includes("flag") ? "" : "u");
      const [matched, others] = [true, false].map((matches) =>
        texts.filter((text) => expression.test(text) === matches),
      );
      checkSchema(t, { type: ["string", "null"], pattern }, [null, ...(matched ?? [])], others ?? []);
    }
  });
}

t.test("a pattern's repetitions beyond llama.cpp's limit", async (t) => {
  checkSchema(t, { pattern: "^(?:ab|c){2100}$" }, ["ab".repeat(2100), "c".repeat(2100)], ["c".repeat(2099)]);
  checkSchema(t, { pattern: "^(?:[ab]{60}c){60}$" }, [`${"ab".repeat(30)}c`.repeat(60)], ["c".repeat(60)]);
});
