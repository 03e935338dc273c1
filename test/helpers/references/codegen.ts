import { attention } from "./attention.js";
import { add, geluTanh, type Model, type Vector } from "./model.js";
import { rotateNeighbours } from "./rotation.js";

export function codegen(model: Model, tokens: readonly number[]): Vector[] {
  const size = model.number("n_embd");
  const heads = model.number("n_head");
  const head = size / heads;
  const rotary = model.number("rotary_dim");
  let hidden = tokens.map((token) => model.row("transformer.wte.weight", token));
  for (let i = 0; i < model.number("n_layer"); i++) {
    const layer = `transformer.h.${i}`;
    const normed = hidden.map((x) => model.layerNorm(`${layer}.ln_1`, x));
    const qkv = normed.map((x) => model.times(`${layer}.attn.qkv_proj.weight`, x));
    // The projection is that of four chips, each with its queries, values and keys, in that order.
    const local = size / 4;
    const place = [0, 2, 1];
    const part = (pos: number, h: number, which: number) =>
      Float64Array.from({ length: head }, (_, j) => {
        const index = h * head + j;
        const chip = Math.floor(index / local);
        return (qkv[pos] as Vector)[
          chip * 3 * local + (place[which] as number) * local + (index % local)
        ] as number;
      });
    const attended = attention(tokens.length, heads, (pos, h, which) =>
      which === 2 ? part(pos, h, 2) : rotateNeighbours(part(pos, h, which), pos, rotary),
    );
    hidden = hidden.map((x, pos) => {
      const attentionOut = model.times(`${layer}.attn.out_proj.weight`, attended[pos] as Vector);
      const mlp = model.linear(
        `${layer}.mlp.fc_out`,
        model.linear(`${layer}.mlp.fc_in`, normed[pos] as Vector).map(geluTanh),
      );
      return add(add(attentionOut, mlp), x);
    });
  }
  return hidden.map((x) => model.linear("lm_head", model.layerNorm("transformer.ln_f", x)));
}
