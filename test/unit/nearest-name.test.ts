import t from "tap";
import { nearest } from "../../lib/is.js";

t.test("the nearest known name, whatever its case", async (t) => {
  const known = ["maxTokens", "stop", "signal", "contextSize"];
  t.equal(nearest("maxtokens", known), "maxTokens");
  t.equal(nearest("max_tokens", known), "maxTokens");
  t.equal(nearest("stops", known), "stop");
  t.equal(nearest("contextLength", known), undefined);
  t.equal(nearest("x", []), undefined);
});
