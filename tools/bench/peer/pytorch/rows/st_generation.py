"""Generation of grid after grid, with keys and values of earlier grids kept in place."""

import torch
import torch.nn.functional as F


class Memory:
    """Keys and values of all layers, [layers b·s h t d]."""

    def __init__(self, layers, sequences, heads, times, depth, dtype):
        self.keys = torch.zeros(layers, sequences, heads, times, depth, dtype=dtype)
        self.values = torch.zeros_like(self.keys)


def over_time(attention, x, keys, values, first, by_elements):
    """Causal attention of grids [n t c] to those kept in keys and values [n h times d] and to themselves."""
    n, t, c = x.shape
    qkv = attention.qkv(x).view(n, t, 3, attention.heads, c // attention.heads).permute(2, 0, 3, 1, 4)
    q, k, v = qkv.unbind(0)  # [n h t d]
    keys[:, :, first : first + t] = k
    values[:, :, first : first + t] = v
    if first == 0:
        context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    elif by_elements:
        seen = slice(None, first + 1)
        scores = (q * keys[:, :, seen]).sum(-1, keepdim=True) * q.shape[-1] ** -0.5  # one query: [n h t 1]
        context = (scores.softmax(-2) * values[:, :, seen]).sum(-2, keepdim=True).to(v.dtype)
    else:
        context = F.scaled_dot_product_attention(q, keys[:, :, : first + t], values[:, :, : first + t])
    return attention.proj(context.transpose(1, 2).reshape(n, t, c))


def see(model, codes, states, keys, values, first, by_elements):
    """What is known after the last of these grids, [b s c]."""
    x = model.embed(codes, states, first)
    b, t, s, c = x.shape
    for i, layer in enumerate(model.layers):
        x = x + layer.spatial_attn(layer.norm1(x).view(b * t, s, c)).view(b, t, s, c)
        places = layer.temporal_norm(x).transpose(1, 2).reshape(b * s, t, c)
        past = over_time(layer.temporal_attn, places, keys[i], values[i], first, by_elements)
        x = x + past.view(b, s, t, c).transpose(1, 2)
        x = x + layer.mlp(layer.norm2(x))
    return model.norm_out(x[:, -1])


def grid_states(frames):
    """States [frames channels] of two triples of grids -> [1 6 8 channels]: 1, 8 and 8 frames each, the one repeated."""
    starts = [(0, 1), (1, 8), (9, 8), (17, 1), (18, 8), (26, 8)]
    return torch.stack([frames[start : start + count].expand(8, -1) for start, count in starts])[None]


class Generation:
    """Its output: the log-probability of each code that was chosen."""

    def __init__(self, mode, model, codes, frame_states, settings):
        self.mode = mode
        self.model = model
        self.codes = codes.long()
        self.states = mode.cast(grid_states(frame_states))
        self.see = mode.compile(see)
        self.head = mode.compile(self.likeliest)
        self.made = self.chosen = None

    def likeliest(self, hidden):
        return F.linear(hidden, self.model.vocabulary.table).argmax(-1)

    def run(self):
        with torch.inference_mode(), self.mode.autocast():
            self.made, _ = self.generate(self.head)

    def generate(self, choose):
        model, given = self.model, self.codes.shape[1]
        times, s, channels = model.positions.shape
        heads = model.layers[0].temporal_attn.heads
        dtype = torch.bfloat16 if self.mode.bf16 else torch.float32
        memory = Memory(len(model.layers), self.codes.shape[0] * s, heads, times, channels // heads, dtype)
        grids, all_hidden, codes, first = [], [], self.codes, 0
        for grid in range(given, times + 1):
            states = self.states[:, first : grid + 1]
            hidden = self.see(model, codes, states, memory.keys, memory.values, first, self.mode.elementwise_time)
            codes, first = choose(hidden)[:, None], grid
            grids.append(codes)
            all_hidden.append(hidden)
        return torch.cat(grids, 1), all_hidden

    def outputs(self):
        with torch.inference_mode(), self.mode.autocast():
            made, hidden = self.generate(self.head)
            logits = [F.linear(h, self.model.vocabulary.table).float() for h in hidden]
            chosen = [x.log_softmax(-1).gather(-1, made[:, i, :, None]) for i, x in enumerate(logits)]
        return {"chosen": torch.cat(chosen).squeeze(-1)}
