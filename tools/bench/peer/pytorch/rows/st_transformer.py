"""A small ST-transformer over tokens; the table that embeds predicts."""

import torch
import torch.nn.functional as F
from torch import nn

from rows.st_block import StBlock


class StTransformer(nn.Module):
    def __init__(self, shape, classes, layers, heads, hidden):
        super().__init__()
        channels = shape[-1]
        self.embedding = nn.Embedding(classes, channels)
        self.positions = nn.Parameter(torch.zeros(shape))
        self.layers = nn.ModuleList([StBlock(channels, heads, hidden) for _ in range(layers)])
        self.norm_out = nn.LayerNorm(channels)

    def forward(self, tokens):  # [b t s] -> [b t s classes]
        x = self.embedding(tokens) + self.positions
        for layer in self.layers:
            x = layer(x)
        return F.linear(self.norm_out(x), self.embedding.weight)
