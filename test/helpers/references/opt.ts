import { attention, headOf } from "./attention.js";
import { add, type Model, type Vector } from "./model.js";

export function opt(model: Model, tokens: readonly number[]): Vector[] {
  const heads = model.number("num_attention_heads");
  const normBefore = model.checkpoint.config.do_layer_norm_before === true;
  const narrow = model.number("word_embed_proj_dim") !== model.number("hidden_size");
  const decoder = "model.decoder";
  let hidden = tokens.map((token, pos) => {
    const word = model.row(`${decoder}.embed_tokens.weight`, token);
    const x = narrow ? model.times(`${decoder}.project_in.weight`, word) : word;
    return add(x, model.row(`${decoder}.embed_positions.weight`, pos + 2));
  });
  for (let i = 0; i < model.number("num_hidden_layers"); i++) {
    const layer = `${decoder}.layers.${i}`;
    const before = (name: string, x: Vector) => (normBefore ? model.layerNorm(`${layer}.${name}`, x) : x);
    const after = (name: string, x: Vector) => (normBefore ? x : model.layerNorm(`${layer}.${name}`, x));
    const inputs = hidden.map((x) => before("self_attn_layer_norm", x));
    const projections = ["q_proj", "k_proj", "v_proj"].map((part) =>
      inputs.map((x) => model.linear(`${layer}.self_attn.${part}`, x)),
    );
    const attended = attention(tokens.length, heads, (pos, h, which) =>
      headOf((projections[which] as Vector[])[pos] as Vector, h, heads),
    );
    hidden = hidden.map((x, pos) => {
      const middle = after(
        "self_attn_layer_norm",
        add(x, model.linear(`${layer}.self_attn.out_proj`, attended[pos] as Vector)),
      );
      const up = model
        .linear(`${layer}.fc1`, before("final_layer_norm", middle))
        .map((value) => Math.max(value, 0));
      return after("final_layer_norm", add(middle, model.linear(`${layer}.fc2`, up)));
    });
  }
  const output =
    model.checkpoint.config.tie_word_embeddings === false
      ? "lm_head.weight"
      : `${decoder}.embed_tokens.weight`;
  return hidden.map((x) => {
    const normed = normBefore ? model.layerNorm(`${decoder}.final_layer_norm`, x) : x;
    return model.times(output, narrow ? model.times(`${decoder}.project_out.weight`, normed) : normed);
  });
}
