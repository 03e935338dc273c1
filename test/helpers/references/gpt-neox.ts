import { attention } from "./attention.js";
import { add, gelu, type Model, type Vector } from "./model.js";
import { plainFrequency, rotateHalves } from "./rotation.js";

export function gptNeox(model: Model, tokens: readonly number[]): Vector[] {
  const heads = model.number("num_attention_heads");
  const head = model.number("hidden_size") / heads;
  const rotary = model.number("rotary_pct") * head;
  let hidden = tokens.map((token) => model.row("gpt_neox.embed_in.weight", token));
  for (let i = 0; i < model.number("num_hidden_layers"); i++) {
    const layer = `gpt_neox.layers.${i}`;
    const qkv = hidden.map((x) =>
      model.linear(`${layer}.attention.query_key_value`, model.layerNorm(`${layer}.input_layernorm`, x)),
    );
    // [head][query, key, value][head size]
    const part = (pos: number, h: number, which: number) =>
      (qkv[pos] as Vector).slice((3 * h + which) * head, (3 * h + which + 1) * head);
    const attended = attention(tokens.length, heads, (pos, h, which) =>
      which === 2 ? part(pos, h, 2) : rotateHalves(part(pos, h, which), pos, rotary, plainFrequency(rotary)),
    );
    hidden = hidden.map((x, pos) => {
      const attentionOut = model.linear(`${layer}.attention.dense`, attended[pos] as Vector);
      const mlp = (y: Vector) =>
        model.linear(
          `${layer}.mlp.dense_4h_to_h`,
          model
            .linear(`${layer}.mlp.dense_h_to_4h`, model.layerNorm(`${layer}.post_attention_layernorm`, y))
            .map(gelu),
        );
      if (model.checkpoint.config.use_parallel_residual) return add(add(x, attentionOut), mlp(x));
      const middle = add(x, attentionOut);
      return add(middle, mlp(middle));
    });
  }
  return hidden.map((x) => model.times("embed_out.weight", model.layerNorm("gpt_neox.final_layer_norm", x)));
}
