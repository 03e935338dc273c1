/**
 * Forward passes in double precision, from the published models' equations, on the checkpoint's own tensors: plain loops,
 * independent of the converter and of llama.cpp.
 */
import type { Checkpoint, Tensor } from "./checkpoint.js";

type Vector = Float64Array;

/** Logits of every position. */
export function referenceLogits(checkpoint: Checkpoint, tokens: readonly number[]): Vector[] {
  const type = String(checkpoint.config.model_type);
  const model = new Model(checkpoint);
  if (type === "gpt_neox") return gptNeox(model, tokens);
  if (type === "opt") return opt(model, tokens);
  if (type === "codegen") return codegen(model, tokens);
  if (type === "gpt2") return gpt2(model, tokens);
  return decoder(model, tokens);
}

class Model {
  constructor(readonly checkpoint: Checkpoint) {}

  number(key: string): number {
    return Number(this.checkpoint.config[key]);
  }
  tensor(name: string): Tensor {
    const tensor = this.checkpoint.tensors.get(name);
    if (tensor === undefined) throw new Error(`no ${name}`);
    return tensor;
  }
  row(name: string, row: number): Vector {
    const { shape, values } = this.tensor(name);
    const width = shape[1] as number;
    return values.slice(row * width, (row + 1) * width);
  }
  /** W·x */
  times(name: string, x: Vector): Vector {
    const { shape, values } = this.tensor(name);
    const [rows = 0, columns = 0] = shape;
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += (values[row * columns + i] as number) * (x[i] as number);
      return sum;
    });
  }
  /** xᵀ·W, as GPT-2 stores it. */
  timesExchanged(name: string, x: Vector): Vector {
    const { shape, values } = this.tensor(name);
    const [rows = 0, columns = 0] = shape;
    const out = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < columns; i++)
        out[i] = (out[i] as number) + (x[row] as number) * (values[row * columns + i] as number);
    }
    return out;
  }
  linear(name: string, x: Vector): Vector {
    return add(this.times(`${name}.weight`, x), this.tensor(`${name}.bias`).values);
  }
  exchanged(name: string, x: Vector): Vector {
    return add(this.timesExchanged(`${name}.weight`, x), this.tensor(`${name}.bias`).values);
  }
  layerNorm(name: string, x: Vector): Vector {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const { values: weight } = this.tensor(`${name}.weight`);
    const { values: bias } = this.tensor(`${name}.bias`);
    return x.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(variance + 1e-5)) * (weight[i] as number) + (bias[i] as number),
    );
  }
  rmsNorm(name: string, x: Vector): Vector {
    const square = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
    const { values: weight } = this.tensor(`${name}.weight`);
    return x.map((value, i) => (value / Math.sqrt(square + 1e-5)) * (weight[i] as number));
  }
}

function gptNeox(model: Model, tokens: readonly number[]): Vector[] {
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

function opt(model: Model, tokens: readonly number[]): Vector[] {
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
  return hidden.map((x) => {
    const normed = normBefore ? model.layerNorm(`${decoder}.final_layer_norm`, x) : x;
    return model.times(
      `${decoder}.embed_tokens.weight`,
      narrow ? model.times(`${decoder}.project_out.weight`, normed) : normed,
    );
  });
}

function codegen(model: Model, tokens: readonly number[]): Vector[] {
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

function gpt2(model: Model, tokens: readonly number[]): Vector[] {
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

/** Llama, Mistral, Qwen2, Qwen3. */
function decoder(model: Model, tokens: readonly number[]): Vector[] {
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

/** Causal attention; `part` gives the query (0), key (1) or value (2) of a head at a position. */
function attention(
  length: number,
  heads: number,
  part: (pos: number, head: number, which: number) => Vector,
): Vector[] {
  const out: Vector[] = Array.from({ length }, () => new Float64Array(0));
  for (let h = 0; h < heads; h++) {
    const keys = Array.from({ length }, (_, pos) => part(pos, h, 1));
    const values = Array.from({ length }, (_, pos) => part(pos, h, 2));
    for (let pos = 0; pos < length; pos++) {
      const query = part(pos, h, 0);
      const weights = keys
        .slice(0, pos + 1)
        .map((key) => Math.exp(dot(query, key) / Math.sqrt(query.length)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const head = new Float64Array(query.length);
      for (const [j, weight] of weights.entries()) {
        for (let k = 0; k < head.length; k++)
          head[k] = (head[k] as number) + (weight / total) * ((values[j] as Vector)[k] as number);
      }
      out[pos] = Float64Array.from([...(out[pos] as Vector), ...head]);
    }
  }
  return out;
}

type Frequency = (pair: number) => number;

function plainFrequency(size: number): Frequency {
  return (pair) => 10000 ** ((-2 * pair) / size);
}

/** Llama 3.1's: long waves are slowed down, short ones left alone, those between interpolated. */
function scaledFrequency(scaling: Record<string, number>, size: number): Frequency {
  const {
    factor = 1,
    low_freq_factor: low = 1,
    high_freq_factor: high = 4,
    original_max_position_embeddings: trained = 1,
  } = scaling;
  return (pair) => {
    const frequency = 10000 ** ((-2 * pair) / size);
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < trained / high) return frequency;
    if (wavelength > trained / low) return frequency / factor;
    const smooth = (trained / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  };
}

/** Rotates the pairs (i, i + rotary / 2). */
function rotateHalves(x: Vector, pos: number, rotary: number, frequency: Frequency): Vector {
  return rotate(x, pos, rotary, (i) => [i, i + rotary / 2], frequency);
}

/** Rotates the pairs (2i, 2i + 1). */
function rotateNeighbours(x: Vector, pos: number, rotary: number): Vector {
  return rotate(x, pos, rotary, (i) => [2 * i, 2 * i + 1], plainFrequency(rotary));
}

function rotate(
  x: Vector,
  pos: number,
  rotary: number,
  pair: (i: number) => [number, number],
  frequency: Frequency,
): Vector {
  const out = x.slice();
  for (let i = 0; i < rotary / 2; i++) {
    const [a, b] = pair(i);
    const cos = Math.cos(pos * frequency(i));
    const sin = Math.sin(pos * frequency(i));
    out[a] = (x[a] as number) * cos - (x[b] as number) * sin;
    out[b] = (x[b] as number) * cos + (x[a] as number) * sin;
  }
  return out;
}

function headOf(x: Vector, h: number, heads: number): Vector {
  const head = x.length / heads;
  return x.slice(h * head, (h + 1) * head);
}

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + (b[i] as number));
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** x·Φ(x), with the error function to 1e-7 (Abramowitz & Stegun 7.1.26). */
function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-z * z);
  return (x / 2) * (1 + (x < 0 ? -erf : erf));
}

function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
