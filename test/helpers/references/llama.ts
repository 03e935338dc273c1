import { attention } from "./attention.js";
import { add, type Model, type Vector } from "./model.js";
import { plainFrequency, rotateHalves, scaledFrequency } from "./rotation.js";

/** Llama, Mistral, Qwen2, Qwen3. */
export function decoder(model: Model, tokens: readonly number[]): Vector[] {
  const { config, tensors } = model.checkpoint;
  const heads = model.number("num_attention_heads");
  const keyHeads = model.number("num_key_value_heads");
  const head = Number(config.head_dim ?? model.number("hidden_size") / heads);
  const frequency = config.rope_scaling
    ? scaledFrequency(config.rope_scaling as Record<string, number>, head)
    : plainFrequency(head);
  let hidden = tokens.map((token) => model.row("model.embed_tokens.weight", token));
  for (let i = 0; i < model.number("num_hidden_layers"); i++) {
    const layer = `model.layers.${i}`;
    const inputs = hidden.map((x) => model.rmsNorm(`${layer}.input_layernorm`, x));
    const project = (name: string) => {
      const full = `${layer}.self_attn.${name}`;
      return inputs.map((x) =>
        tensors.has(`${full}.bias`) ? model.linear(full, x) : model.times(`${full}.weight`, x),
      );
    };
    const projections = [project("q_proj"), project("k_proj"), project("v_proj")];
    const attended = attention(tokens.length, heads, (pos, h, which) => {
      const source = (projections[which] as Vector[])[pos] as Vector;
      const at = (which === 0 ? h : Math.floor(h / (heads / keyHeads))) * head;
      const one = source.slice(at, at + head);
      if (which === 2) return one;
      const norm = `${layer}.self_attn.${which === 0 ? "q_norm" : "k_norm"}`;
      return rotateHalves(
        tensors.has(`${norm}.weight`) ? model.rmsNorm(norm, one) : one,
        pos,
        head,
        frequency,
      );
    });
    hidden = hidden.map((x, pos) => {
      const middle = add(x, model.times(`${layer}.self_attn.o_proj.weight`, attended[pos] as Vector));
      const normed = model.rmsNorm(`${layer}.post_attention_layernorm`, middle);
      const up = model.times(`${layer}.mlp.up_proj.weight`, normed);
      const gated = model
        .times(`${layer}.mlp.gate_proj.weight`, normed)
        .map((g, j) => (g / (1 + Math.exp(-g))) * (up[j] as number));
      return add(middle, model.times(`${layer}.mlp.down_proj.weight`, gated));
    });
  }
  const output = config.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  return hidden.map((x) => model.times(output, model.rmsNorm("model.norm", x)));
}
