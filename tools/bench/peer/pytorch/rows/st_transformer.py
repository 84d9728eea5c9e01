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

    def forward(self, tokens):  # [b t s] -> [b t s c], which the table turns into logits
        x = self.embedding(tokens) + self.positions
        for layer in self.layers:
            x = layer(x)
        return self.norm_out(x)


def whole_loss(model, tokens, targets):
    logits = F.linear(model(tokens).flatten(0, -2), model.embedding.weight)
    return F.cross_entropy(logits, targets)


def loss_in_parts(dtype):
    """Never all logits at once. Half the rows at a time: the default takes fewer, and four times as long."""

    def loss(model, tokens, targets):
        hidden = model(tokens).flatten(0, -2)
        options = nn.LinearCrossEntropyOptions(batch_chunk_size=hidden.shape[0] // 2)
        # autocast leaves this function in float32
        return F.linear_cross_entropy(hidden.to(dtype), model.embedding.weight.to(dtype), targets, options=options)

    return loss
