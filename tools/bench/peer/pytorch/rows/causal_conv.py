"""Two causal 3x3x3 convolutions with a residual, channels_last_3d."""

import torch.nn.functional as F

NAMES = ["x"] + [f"{name}{i}" for i in (1, 2) for name in ("gain", "kernel", "bias")]


def channels_last_kernel(kernel):  # [kt kh kw c out]: the same, lying in memory as channels_last_3d wants it
    return kernel.permute(4, 0, 1, 2, 3).contiguous().permute(1, 2, 3, 4, 0)


def causal_conv(x, kernel, bias):  # [b t h w c]; permuted, it is a channels_last_3d tensor
    padded = F.pad(x.permute(0, 4, 1, 2, 3), (0, 0, 0, 0, 2, 0))
    return F.conv3d(padded, kernel.permute(4, 3, 0, 1, 2), bias, padding=(0, 1, 1)).permute(0, 2, 3, 4, 1)


def residual_block(eps):
    def forward(x, gain1, kernel1, bias1, gain2, kernel2, bias2):
        inner = causal_conv(F.silu(F.rms_norm(x, gain1.shape, gain1, eps)), kernel1, bias1)
        return x + causal_conv(F.silu(F.rms_norm(inner, gain2.shape, gain2, eps)), kernel2, bias2)

    return forward


def prepared(inputs):
    return [channels_last_kernel(inputs[name]) if name.startswith("kernel") else inputs[name] for name in NAMES]
