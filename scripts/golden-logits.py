#!/usr/bin/env python3
# Writes test/fixtures/golden: logits of the tests' tiny random checkpoints, by the equations of the published model code
# (transformers' GPTNeoXForCausalLM, OPTForCausalLM, CodeGenForCausalLM) in PyTorch, in float64. Nothing here is taken from the
# tests' own references, which the logits are there to check.
#
# Needs PyTorch (Debian's python3-torch does), Node and the repository's npm packages.
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

import torch
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 11
TOKENS = [(i * 37 + 11) % 96 for i in range(64)]
POSITIONS = [0, 1, 2, 7, 15, 31, 47, 63]
NAMES = {
    "gpt-neox": "gpt-neox",
    "gpt-neox, sequential": "gpt-neox-sequential",
    "opt": "opt",
    "opt, norm before, projections": "opt-projections",
    "opt, norm after, projections": "opt-norm-after-projections",
    "codegen": "codegen",
}


class Weights:
    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        data = bytearray((folder / "model.safetensors").read_bytes())
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__")
        self.tensors = {}
        for name, about in header.items():
            begin, end = (8 + length + at for at in about["data_offsets"])
            flat = torch.frombuffer(data[begin:end], dtype=torch.float16)
            self.tensors[name] = flat.reshape(about["shape"]).to(torch.float64)

    def __getitem__(self, name):
        return self.tensors[name]

    def linear(self, name, x):
        return F.linear(x, self[f"{name}.weight"], self.tensors.get(f"{name}.bias"))

    def layer_norm(self, name, x):
        weight = self[f"{name}.weight"]
        return F.layer_norm(x, weight.shape, weight, self[f"{name}.bias"], 1e-5)


def attention(query, key, value):
    """[heads, positions, head size] each."""
    length = query.shape[1]
    scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.shape[-1])
    allowed = torch.tril(torch.ones(length, length, dtype=torch.bool))
    scores = torch.where(allowed, scores, torch.tensor(torch.finfo(scores.dtype).min, dtype=scores.dtype))
    return torch.matmul(F.softmax(scores, dim=-1), value)


def merge_heads(x):
    return x.permute(1, 0, 2).reshape(x.shape[1], -1)


def frequencies(length, dim, base):
    inverse = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim))
    return torch.einsum("i,j->ij", torch.arange(length, dtype=torch.float64), inverse)


def gpt_neox(weights, ids):
    config = weights.config
    heads = config["num_attention_heads"]
    head_size = config["hidden_size"] // heads
    rotary = int(head_size * config["rotary_pct"])
    angles = frequencies(len(ids), rotary, config["rotary_emb_base"])
    cos, sin = (f(torch.cat((angles, angles), dim=-1)) for f in (torch.cos, torch.sin))

    def rotate_half(x):
        half = x.shape[-1] // 2
        return torch.cat((-x[..., half:], x[..., :half]), dim=-1)

    def rotate(x):
        turned, kept = x[..., :rotary], x[..., rotary:]
        return torch.cat((turned * cos + rotate_half(turned) * sin, kept), dim=-1)

    hidden = weights["gpt_neox.embed_in.weight"][ids]
    for i in range(config["num_hidden_layers"]):
        layer = f"gpt_neox.layers.{i}"
        normed = weights.layer_norm(f"{layer}.input_layernorm", hidden)
        qkv = weights.linear(f"{layer}.attention.query_key_value", normed)
        qkv = qkv.view(len(ids), heads, 3 * head_size)
        query = qkv[..., :head_size].permute(1, 0, 2)
        key = qkv[..., head_size : 2 * head_size].permute(1, 0, 2)
        value = qkv[..., 2 * head_size :].permute(1, 0, 2)
        attended = merge_heads(attention(rotate(query), rotate(key), value))
        attended = weights.linear(f"{layer}.attention.dense", attended)

        def mlp(x):
            up = weights.linear(f"{layer}.mlp.dense_h_to_4h", x)
            return weights.linear(f"{layer}.mlp.dense_4h_to_h", F.gelu(up))

        norm = f"{layer}.post_attention_layernorm"
        if config["use_parallel_residual"]:
            hidden = mlp(weights.layer_norm(norm, hidden)) + attended + hidden
        else:
            attended = attended + hidden
            hidden = mlp(weights.layer_norm(norm, attended)) + attended
    hidden = weights.layer_norm("gpt_neox.final_layer_norm", hidden)
    return F.linear(hidden, weights["embed_out.weight"])


def opt(weights, ids):
    config = weights.config
    heads = config["num_attention_heads"]
    before = config["do_layer_norm_before"]
    decoder = "model.decoder"
    projects = config["word_embed_proj_dim"] != config["hidden_size"]
    offset = 2
    hidden = weights[f"{decoder}.embed_tokens.weight"][ids]
    if projects:
        hidden = weights.linear(f"{decoder}.project_in", hidden)
    hidden = hidden + weights[f"{decoder}.embed_positions.weight"][torch.arange(len(ids)) + offset]
    for i in range(config["num_hidden_layers"]):
        layer = f"{decoder}.layers.{i}"

        def shape(x):
            return x.view(len(ids), heads, -1).transpose(0, 1)

        residual = hidden
        if before:
            hidden = weights.layer_norm(f"{layer}.self_attn_layer_norm", hidden)
        query, key, value = (
            shape(weights.linear(f"{layer}.self_attn.{part}_proj", hidden)) for part in ("q", "k", "v")
        )
        hidden = weights.linear(f"{layer}.self_attn.out_proj", merge_heads(attention(query, key, value)))
        hidden = residual + hidden
        if not before:
            hidden = weights.layer_norm(f"{layer}.self_attn_layer_norm", hidden)
        residual = hidden
        if before:
            hidden = weights.layer_norm(f"{layer}.final_layer_norm", hidden)
        hidden = weights.linear(f"{layer}.fc2", F.relu(weights.linear(f"{layer}.fc1", hidden)))
        hidden = residual + hidden
        if not before:
            hidden = weights.layer_norm(f"{layer}.final_layer_norm", hidden)
    if before:
        hidden = weights.layer_norm(f"{decoder}.final_layer_norm", hidden)
    if projects:
        hidden = weights.linear(f"{decoder}.project_out", hidden)
    return F.linear(hidden, weights[f"{decoder}.embed_tokens.weight"])


def codegen(weights, ids):
    config = weights.config
    heads = config["n_head"]
    head_size = config["n_embd"] // heads
    rotary = config["rotary_dim"]
    mp_num = 4
    angles = frequencies(len(ids), rotary, 10000)
    sin, cos = (f(angles).repeat_interleave(2, dim=-1)[:, None, :] for f in (torch.sin, torch.cos))

    def rotate_every_two(x):
        return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)

    def rotate(x):
        turned, kept = x[..., :rotary], x[..., rotary:]
        return torch.cat((turned * cos + rotate_every_two(turned) * sin, kept), dim=-1)

    def split_heads(x):
        split = x.reshape(x.shape[:-1] + (heads // mp_num, head_size))
        return split.reshape(x.shape[:-2] + (-1,) + split.shape[-1:])

    hidden = weights["transformer.wte.weight"][ids]
    for i in range(config["n_layer"]):
        layer = f"transformer.h.{i}"
        residual = hidden
        hidden = weights.layer_norm(f"{layer}.ln_1", hidden)
        qkv = weights.linear(f"{layer}.attn.qkv_proj", hidden)
        qkv = qkv.reshape(qkv.shape[:-1] + (mp_num, -1))
        query, value, key = torch.split(qkv, head_size * heads // mp_num, dim=-1)
        query, key, value = (split_heads(part) for part in (query, key, value))
        attended = attention(*(part.permute(1, 0, 2) for part in (rotate(query), rotate(key), value)))
        attended = weights.linear(f"{layer}.attn.out_proj", merge_heads(attended))
        up = weights.linear(f"{layer}.mlp.fc_in", hidden)
        up = 0.5 * up * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (up + 0.044715 * torch.pow(up, 3.0))))
        hidden = attended + weights.linear(f"{layer}.mlp.fc_out", up) + residual
    return weights.linear("lm_head", weights.layer_norm("transformer.ln_f", hidden))


MODELS = {"gpt_neox": gpt_neox, "opt": opt, "codegen": codegen}

WRITE = """
import { writeCheckpoint } from "./test/helpers/checkpoint.js";
const [families, seed] = JSON.parse(process.argv[2]);
for (const [family, name] of Object.entries(families)) writeCheckpoint(name, family, { seed });
"""


def write_checkpoints(folder):
    compiler = ["node", "node_modules/typescript/bin/tsc", "--noCheck", "--skipLibCheck", "--rootDir", "."]
    options = ["--module", "nodenext", "--target", "es2023", "--outDir", str(folder)]
    subprocess.run([*compiler, *options, "test/helpers/checkpoint.ts"], cwd=ROOT, check=True)
    (folder / "package.json").write_text('{ "type": "module" }')
    (folder / "write.js").write_text(WRITE)
    subprocess.run(["node", "write.js", json.dumps([NAMES, SEED])], cwd=folder, check=True)


def main():
    golden = ROOT / "test" / "fixtures" / "golden"
    golden.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        write_checkpoints(folder)
        for family, name in NAMES.items():
            weights = Weights(folder / name)
            with torch.no_grad():
                logits = MODELS[weights.config["model_type"]](weights, torch.tensor(TOKENS))
            about = {
                "family": family,
                "seed": SEED,
                "by": f"scripts/golden-logits.py, PyTorch {torch.__version__}, float64",
                "tokens": TOKENS,
                "positions": POSITIONS,
                "logits": [[float(f"{value:.9g}") for value in logits[at].tolist()] for at in POSITIONS],
            }
            (golden / f"{name}.json").write_text(json.dumps(about) + "\n")


if __name__ == "__main__":
    sys.exit(main())
