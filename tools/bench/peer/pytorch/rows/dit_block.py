"""A block of a diffusion transformer: self-attention and feed-forward between shift, scale and gate. Names as in diffusers."""

import torch
import torch.nn.functional as F
from torch import nn


class SelfAttention(nn.Module):
    """Queries and keys are normalised over the channels of all heads together."""

    def __init__(self, channels, heads, eps):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.norm_q = nn.RMSNorm(channels, eps)
        self.norm_k = nn.RMSNorm(channels, eps)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):  # [b n c]
        q, k, v = self.norm_q(self.to_q(x)), self.norm_k(self.to_k(x)), self.to_v(x)
        q, k, v = (y.to(v.dtype).unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in (q, k, v))  # [b h n d]
        context = F.scaled_dot_product_attention(q, k, v)
        return self.to_out[0](context.transpose(1, 2).flatten(2))


class Projected(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.proj = nn.Linear(channels, hidden)

    def forward(self, x):
        return F.gelu(self.proj(x), approximate="tanh")


class FeedForward(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.net = nn.ModuleList([Projected(channels, hidden), nn.Identity(), nn.Linear(hidden, channels)])

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class DitBlock(nn.Module):
    def __init__(self, channels, heads, hidden, eps):
        super().__init__()
        self.eps = eps
        self.scale_shift_table = nn.Parameter(torch.zeros(1, 6, channels))
        self.attn1 = SelfAttention(channels, heads, eps)
        self.ffn = FeedForward(channels, hidden)

    def forward(self, x, conditioning):  # [1 n c], [1 6 c]
        shift, scale, gate, ffn_shift, ffn_scale, ffn_gate = (self.scale_shift_table + conditioning)[0].unbind(0)
        x = x + gate * self.attn1(self.shifted(x, shift, scale))
        return x + ffn_gate * self.ffn(self.shifted(x, ffn_shift, ffn_scale))

    def shifted(self, x, shift, scale):
        # One sample: the modulation can be the norm's own weights, which saves the passes over memory for it.
        return F.layer_norm(x, shift.shape, 1 + scale, shift, self.eps)
