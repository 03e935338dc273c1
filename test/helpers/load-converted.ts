import { convertCheckpoint, loadPair, type Pair } from "../../lib/index.js";
import { writeCheckpoint } from "./checkpoint.js";

/** A random model of a family with a tokenizer, converted and loaded without a draft. Its folder is `folder`/model. */
export async function loadConverted(
  folder: string,
  family: string,
  vocabulary: number,
  tokenizer: (folder: string) => void,
): Promise<Pair> {
  const checkpoint = writeCheckpoint(`${folder}/model`, family, { vocabulary, tokenizer });
  const { path } = await convertCheckpoint({ from: checkpoint.folder, to: `${folder}/model.gguf` });
  return loadPair({ target: path, draft: false, contextSize: 32, threads: 1 });
}
