import t from "tap";
import { cli } from "../helpers/cli.js";
import { reverseVocabulary } from "../helpers/foreign-vocabulary.js";
import { rewrite } from "../helpers/gguf.js";

t.test(
  "a draft of another vocabulary is used where the flag says so, and the refusal names the way",
  async (t) => {
    const draft = rewrite("fable-1m", `${t.testdir()}/reversed.gguf`, reverseVocabulary);
    const args = ["generate", "Once upon a time", "--max-tokens", "24", "--draft", draft];
    const refused = await cli(args);
    t.equal(refused.code, 1);
    t.match(refused.stderr, /VOCABULARIES_INCOMPATIBLE/);
    t.match(refused.stderr, /crossVocabulary/);
    const plain = await cli(["generate", "Once upon a time", "--max-tokens", "24", "--no-draft"]);
    const drafted = await cli([...args, "--draft-cross-vocabulary"]);
    t.equal(drafted.code, 0);
    t.equal(drafted.stdout, plain.stdout);
  },
);
