"""Rows of `borealis bench st-transformer`."""

import torch
import torch.nn.functional as F

from programs import Backward, Training
from rows.loaded import loaded
from rows.st_generation import Generation
from rows.st_model import StModel, loss_in_parts, whole_loss


def loaded_model(inputs, given, settings, mode):
    shapes = {name: value.shape for name, value in inputs.items()}
    return loaded(StModel(shapes, settings["layers"], settings["heads"]), inputs, given, mode)


def training(inputs, settings, mode):
    model = loaded_model(inputs, ["codes", "states"], settings, mode).train()
    loss = loss_in_parts(torch.bfloat16 if mode.bf16 else torch.float32) if mode.loss_in_parts else whole_loss
    return Training(mode, model, loss, [inputs["codes"].long(), mode.cast(inputs["states"])], settings)


def generation(inputs, settings, mode):
    model = loaded_model(inputs, ["codes", "frame_states"], settings, mode).eval()
    return Generation(mode, model, inputs["codes"], inputs["frame_states"], settings)


def heads_of(qkv, heads):  # [n l 3c] -> three of [n h l d]
    n, length, width = qkv.shape
    return qkv.view(n, length, 3, heads, width // 3 // heads).permute(2, 0, 3, 1, 4).unbind(0)


def joined(context):  # [n h l d] -> [n l c]
    return context.transpose(1, 2).flatten(2)


def attention_spatio_temporal(inputs, settings, mode):
    def function(spatial, temporal):
        b, t, s, width = spatial.shape
        q, k, v = heads_of(spatial.view(b * t, s, width), settings["heads"])
        seen = joined(F.scaled_dot_product_attention(q, k, v)).view(b, t, s, width // 3)
        q, k, v = heads_of(temporal.transpose(1, 2).reshape(b * s, t, width), settings["heads"])
        past = joined(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return seen + past.view(b, s, t, width // 3).transpose(1, 2)

    return Backward(mode, function, [inputs["spatial"], inputs["temporal"]], inputs["dy"])


def attention_full(inputs, settings, mode):
    """Grid by grid: a mask would make the fused kernels look at what is hidden, too."""

    def function(qkv):
        b, t, s, width = qkv.shape
        q, k, v = heads_of(qkv.view(b, t * s, width), settings["heads"])
        grids = [
            F.scaled_dot_product_attention(q[:, :, i * s : (i + 1) * s], k[:, :, : (i + 1) * s], v[:, :, : (i + 1) * s])
            for i in range(t)
        ]
        return joined(torch.cat(grids, 2)).view(b, t, s, width // 3)

    return Backward(mode, function, [inputs["qkv"]], inputs["dy"])


ROWS = {
    "training": training,
    "recomputed-training": training,
    "generation": generation,
    "attention-spatio-temporal": attention_spatio_temporal,
    "attention-full": attention_full,
}
