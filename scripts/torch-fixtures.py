#!/usr/bin/env python3
# Writes test/fixtures/torch: small state dictionaries as torch.save writes them, in today's format and in that of before
# PyTorch 1.6. Needs PyTorch (any version from 1.6 on). The tests hold the values.
import collections
import pathlib

import torch

folder = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "torch"
folder.mkdir(parents=True, exist_ok=True)


def save(name, tensors):
    state = collections.OrderedDict(tensors)
    state._metadata = collections.OrderedDict(layer={"version": 1})
    torch.save(state, folder / f"zip{name}.bin")
    torch.save(state, folder / f"legacy{name}.bin", _use_new_zipfile_serialization=False)


plain = torch.arange(24, dtype=torch.float32) / 8
matrix = plain.clone().reshape(4, 6)
save(
    "",
    {
        "matrix": matrix,
        "tied": matrix,
        "half": torch.tensor([[1.5, -2.25], [0.125, 65504.0]], dtype=torch.float16),
        "brain": torch.tensor([1.0, -3.0, 0.5], dtype=torch.bfloat16),
        "double": torch.tensor([0.25, 0.5], dtype=torch.float64),
        "integers": torch.tensor([1, 2, 3]),
        "part": plain[6:18].reshape(3, 4),
        "rest": torch.nn.Parameter(plain[18:]),
    },
)
save("-strided", {"transposed": matrix.t()})
