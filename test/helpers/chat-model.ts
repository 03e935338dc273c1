import { join } from "node:path";
import type { Test } from "tap";
import { native } from "../../lib/native.js";
import { bool, editTexts, rewrite, text, uint32 } from "./gguf.js";

interface Specials {
  /** Texts of the special tokens; without one where it is empty. */
  bos?: string;
  eos?: string;
  addBos?: boolean;
}

const CONTROL = 3;

/** A copy of the smallest embedded model with a chat template and special tokens of its own; its last tokens make room. */
export function writeChatModel(t: Test, template: string | null, specials: Specials = {}): string {
  return rewrite("fable-1m", join(t.testdir(), "chat.gguf"), (gguf) => {
    const { metadata } = gguf;
    if (template !== null) metadata.set("tokenizer.chat_template", text(template));
    for (const [i, name] of (["bos", "eos"] as const).entries()) {
      const key = `tokenizer.ggml.${name}_token_id`;
      const special = specials[name] ?? "";
      metadata.delete(key);
      if (special === "") continue;
      editTexts(gguf, (texts) => {
        const id = texts.length - 1 - i;
        metadata.get("tokenizer.ggml.token_type")?.writeInt32LE(CONTROL, 16 + 4 * id);
        metadata.set(key, uint32(id));
        return texts.with(id, special);
      });
    }
    metadata.set("tokenizer.ggml.add_bos_token", bool(specials.addBos ?? false));
  });
}

/** Its vocabulary and template, without weights. */
export async function openChatModel(t: Test, template: string | null, specials?: Specials) {
  const path = writeChatModel(t, template, specials);
  const model = await native.loadModel(path, { gpuLayers: 0, extraBuffers: false, vocabularyOnly: true });
  t.teardown(() => model.close());
  return model;
}
