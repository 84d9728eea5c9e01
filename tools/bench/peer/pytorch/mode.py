"""How a row is run: eager or compiled, float32 or bfloat16, and what a row knows further ways of."""

import contextlib

import torch


class Mode:
    """bf16 is None, "autocast" (float32 weights, products in bfloat16) or "weights" (everything in bfloat16)."""

    def __init__(self, variant):
        self.compiled = variant.get("compile", False)
        self.bf16 = variant.get("bf16")
        self.loss_in_parts = variant.get("lossInParts", False)
        self.elementwise_time = variant.get("elementwiseTime", False)
        self.channels_last = variant.get("channelsLast", False)
        self.frozen_bf16 = variant.get("frozenBf16", False)

    def compile(self, function):
        return torch.compile(function) if self.compiled else function

    def cast(self, tensor):
        return tensor.bfloat16() if self.bf16 == "weights" else tensor

    def autocast(self):
        if self.bf16 == "autocast":
            return torch.autocast("cpu", torch.bfloat16)
        return contextlib.nullcontext()
