"""Rows of `borealis bench tensor`."""

import torch
import torch.nn.functional as F

from programs import Backward, Forward, Training
from rows.st_block import StBlock


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


def loaded_block(inputs, settings, mode):
    channels = inputs["x"].shape[-1]
    block = StBlock(channels, settings["heads"], inputs["mlp.fc1.weight"].shape[0])
    block.load_state_dict({name: value for name, value in inputs.items() if name != "x"})
    return block.bfloat16() if mode.bf16 == "weights" else block


def st_block(inputs, settings, mode):
    return Forward(mode, loaded_block(inputs, settings, mode).eval(), [inputs["x"]])


def st_block_training(inputs, settings, mode):
    return Training(mode, loaded_block(inputs, settings, mode).train(), inputs["x"], settings)


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
}
