import { attention, headOf } from "./attention.js";
import { add, geluTanh, type Model, type Vector } from "./model.js";

export function gpt2(model: Model, tokens: readonly number[]): Vector[] {
  const heads = model.number("n_head");
  const size = model.number("n_embd");
  let hidden = tokens.map((token, pos) =>
    add(model.row("transformer.wte.weight", token), model.row("transformer.wpe.weight", pos)),
  );
  for (let i = 0; i < model.number("n_layer"); i++) {
    const layer = `transformer.h.${i}`;
    const qkv = hidden.map((x) =>
      model.exchanged(`${layer}.attn.c_attn`, model.layerNorm(`${layer}.ln_1`, x)),
    );
    const attended = attention(tokens.length, heads, (pos, h, which) =>
      headOf((qkv[pos] as Vector).slice(which * size, (which + 1) * size), h, heads),
    );
    hidden = hidden.map((x, pos) => {
      const middle = add(x, model.exchanged(`${layer}.attn.c_proj`, attended[pos] as Vector));
      const up = model.exchanged(`${layer}.mlp.c_fc`, model.layerNorm(`${layer}.ln_2`, middle)).map(geluTanh);
      return add(middle, model.exchanged(`${layer}.mlp.c_proj`, up));
    });
  }
  return hidden.map((x) => model.times("transformer.wte.weight", model.layerNorm("transformer.ln_f", x)));
}
