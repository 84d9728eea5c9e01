"""The whole ST-transformer, codes and robot states in; parameters under the names of @borealis/st-transformer."""

import torch
import torch.nn.functional as F
from torch import nn

from rows.st_block import StBlock


class Vocabulary(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(classes, channels))


class States(nn.Module):
    """The position that predicts the next grid carries the states of its grid and of the next one."""

    def __init__(self, features, channels):
        super().__init__()
        self.fc1 = nn.Linear(features, channels)
        self.fc2 = nn.Linear(channels, channels)
        self.constant = nn.Parameter(torch.zeros(features))  # for models without states

    def forward(self, states):  # [b t+1 frames channels] -> [b t c]
        flat = states.flatten(2)
        return self.fc2(F.silu(self.fc1(torch.cat([flat[:, :-1], flat[:, 1:]], -1))))


class StModel(nn.Module):
    def __init__(self, shapes, layers, heads):
        super().__init__()
        classes, channels = shapes["vocabulary.table"]
        self.vocabulary = Vocabulary(classes, channels)
        self.positions = nn.Parameter(torch.zeros(shapes["positions"]))
        self.states = States(shapes["states.constant"][0], channels)
        hidden = shapes["layers.0.mlp.fc1.weight"][0]
        self.layers = nn.ModuleList([StBlock(channels, heads, hidden) for _ in range(layers)])
        self.norm_out = nn.LayerNorm(channels)

    def embed(self, codes, states, first=0):  # [b t s], [b t+1 frames channels] -> [b t s c]
        positions = self.positions[first : first + codes.shape[1]]
        return F.embedding(codes, self.vocabulary.table) + positions + self.states(states)[:, :, None]

    def forward(self, codes, states):
        x = self.embed(codes, states)
        for layer in self.layers:
            x = layer(x)
        return self.norm_out(x)


def whole_loss(model, codes, states):
    logits = F.linear(model(codes[:, :-1], states).flatten(0, -2), model.vocabulary.table)
    return F.cross_entropy(logits, codes[:, 1:].flatten())


def loss_in_parts(dtype):
    """Never all logits at once. Half the rows at a time: the default takes fewer, and four times as long."""

    def loss(model, codes, states):
        hidden = model(codes[:, :-1], states).flatten(0, -2)
        options = nn.LinearCrossEntropyOptions(batch_chunk_size=hidden.shape[0] // 2)
        # autocast leaves this function in float32
        table = model.vocabulary.table.to(dtype)
        return F.linear_cross_entropy(hidden.to(dtype), table, codes[:, 1:].flatten(), options=options)

    return loss
