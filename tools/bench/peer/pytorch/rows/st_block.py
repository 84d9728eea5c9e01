"""A layer of the spatio-temporal transformer: attention over places, causal attention over time, MLP."""

import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, channels, heads, causal):
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x):  # [n s c]
        n, s, c = x.shape
        q, k, v = self.qkv(x).view(n, s, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        context = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.proj(context.transpose(1, 2).reshape(n, s, c))


class Mlp(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class StBlock(nn.Module):
    def __init__(self, channels, heads, hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.spatial_attn = Attention(channels, heads, causal=False)
        self.temporal_norm = nn.LayerNorm(channels)
        self.temporal_attn = Attention(channels, heads, causal=True)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, hidden)

    def forward(self, x):  # [b t s c]
        b, t, s, c = x.shape
        x = x + self.spatial_attn(self.norm1(x).view(b * t, s, c)).view(b, t, s, c)
        places = self.temporal_norm(x).transpose(1, 2).reshape(b * s, t, c)
        x = x + self.temporal_attn(places).view(b, s, t, c).transpose(1, 2)
        return x + self.mlp(self.norm2(x))
