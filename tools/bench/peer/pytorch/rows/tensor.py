"""Rows of `borealis bench tensor`."""

import torch
import torch.nn.functional as F

from programs import Backward, Forward, Training
from rows import causal_conv as conv
from rows.dit_block import DitBlock
from rows.loaded import loaded
from rows.st_block import StBlock
from rows.st_transformer import StTransformer, loss_in_parts, whole_loss


def matmul(inputs, settings, mode):
    return Forward(mode, torch.matmul, [inputs["a"], inputs["b"]])


def attend(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


def attention(inputs, settings, mode):
    return Forward(mode, attend, [inputs[name] for name in "qkv"])


def attention_backward(inputs, settings, mode):
    return Backward(mode, attend, [inputs[name] for name in "qkv"], inputs["dy"])


def normaliser(settings):
    return lambda x, gain, bias: F.layer_norm(x, gain.shape, gain, bias, settings["eps"])


def layer_norm(inputs, settings, mode):
    return Forward(mode, normaliser(settings), [inputs[name] for name in ("x", "gain", "bias")])


def layer_norm_backward(inputs, settings, mode):
    tensors = [inputs[name] for name in ("x", "gain", "bias")]
    return Backward(mode, normaliser(settings), tensors, inputs["dy"])


def gelu(inputs, settings, mode):
    return Forward(mode, F.gelu, [inputs["x"]])


def gelu_backward(inputs, settings, mode):
    return Backward(mode, F.gelu, [inputs["x"]], inputs["dy"])


def mean_square(module, *inputs):
    return module(*inputs).float().square().mean()


def loaded_st_block(inputs, settings, mode):
    block = StBlock(inputs["x"].shape[-1], settings["heads"], inputs["mlp.fc1.weight"].shape[0])
    return loaded(block, inputs, ["x"], mode)


def st_block(inputs, settings, mode):
    return Forward(mode, loaded_st_block(inputs, settings, mode).eval(), [inputs["x"]])


def st_block_training(inputs, settings, mode):
    module = loaded_st_block(inputs, settings, mode).train()
    return Training(mode, module, mean_square, [mode.cast(inputs["x"])], settings)


def st_training(inputs, settings, mode):
    classes = inputs["embedding.weight"].shape[0]
    hidden = inputs["layers.0.mlp.fc1.weight"].shape[0]
    model = StTransformer(inputs["positions"].shape, classes, settings["layers"], settings["heads"], hidden)
    model = loaded(model, inputs, ["tokens", "targets"], mode).train()
    loss = loss_in_parts(torch.bfloat16 if mode.bf16 else torch.float32) if mode.loss_in_parts else whole_loss
    batch = [inputs["tokens"].long(), inputs["targets"].long().flatten()]
    return Training(mode, model, loss, batch, settings)


def loaded_dit_block(inputs, settings, mode):
    hidden = inputs["ffn.net.0.proj.weight"].shape[0]
    block = DitBlock(inputs["x"].shape[-1], settings["heads"], hidden, settings["eps"])
    return loaded(block, inputs, ["x", "conditioning"], mode)


def dit_block(inputs, settings, mode):
    block = loaded_dit_block(inputs, settings, mode).eval()
    return Forward(mode, block, [inputs["x"], inputs["conditioning"]])


def dit_block_training(inputs, settings, mode):
    block = loaded_dit_block(inputs, settings, mode).train()
    batch = [mode.cast(inputs["x"]), mode.cast(inputs["conditioning"])]
    return Training(mode, block, mean_square, batch, settings)


def causal_conv(inputs, settings, mode):
    return Forward(mode, conv.residual_block(settings["eps"]), conv.prepared(inputs))


def causal_conv_backward(inputs, settings, mode):
    return Backward(mode, conv.residual_block(settings["eps"]), conv.prepared(inputs), inputs["dy"])


ROWS = {
    "matmul": matmul,
    "attention": attention,
    "attention-backward": attention_backward,
    "layer-norm": layer_norm,
    "layer-norm-backward": layer_norm_backward,
    "gelu": gelu,
    "gelu-backward": gelu_backward,
    "st-block": st_block,
    "st-block-training": st_block_training,
    "st-training": st_training,
    "dit-block": dit_block,
    "dit-block-training": dit_block_training,
    "causal-conv": causal_conv,
    "causal-conv-backward": causal_conv_backward,
}

ATTENTION_MEMORY = {
    f"{name}-{thousands}k": row
    for name, row in (("attention", attention), ("attention-backward", attention_backward))
    for thousands in (1, 2, 4, 8)
}
