"""Rows of `borealis bench video-vae`: diffusers' AutoencoderKLWan in the form of Wan 2.2."""

import torch

from programs import Forward


def loaded_vae(inputs, settings, mode):
    from diffusers import AutoencoderKLWan

    z = int(settings["zDim"])
    vae = AutoencoderKLWan(
        base_dim=int(settings["baseDim"]),
        decoder_base_dim=int(settings["decoderBaseDim"]),
        z_dim=z,
        dim_mult=[1, 2, 4, 4],
        num_res_blocks=int(settings["numResBlocks"]),
        attn_scales=[],
        temperal_downsample=[False, True, True],
        dropout=0.0,
        latents_mean=[0.0] * z,
        latents_std=[1.0] * z,
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        scale_factor_spatial=16,
        scale_factor_temporal=4,
    )
    vae.load_state_dict({name: value for name, value in inputs.items() if name != "x"})
    vae = vae.eval().requires_grad_(False)
    if mode.bf16 == "weights":
        vae = vae.bfloat16()
    if mode.channels_last:  # kernels over time and space, and over space alone
        for module in vae.modules():
            if isinstance(module, torch.nn.Conv3d):
                module.to(memory_format=torch.channels_last_3d)
            elif isinstance(module, torch.nn.Conv2d):
                module.to(memory_format=torch.channels_last)
    return vae


def channels_first(x, mode):  # [b t h w c] -> [b c t h w]
    moved = x.permute(0, 4, 1, 2, 3)
    return moved if mode.channels_last else moved.contiguous()


def channels_last(x):
    return x.permute(0, 2, 3, 4, 1)


def encode(inputs, settings, mode):
    vae = loaded_vae(inputs, settings, mode)
    return Forward(mode, lambda x: channels_last(vae.encode(x).latent_dist.mode()), [channels_first(inputs["x"], mode)])


def decode(inputs, settings, mode):
    vae = loaded_vae(inputs, settings, mode)
    return Forward(mode, lambda z: channels_last(vae.decode(z).sample), [channels_first(inputs["x"], mode)])


def last_frame(inputs, settings, mode):
    vae = loaded_vae(inputs, settings, mode)
    return Forward(mode, lambda z: channels_last(vae.decode(z).sample)[:, -1], [channels_first(inputs["x"], mode)])


def whole(x, length):
    """The first frame, then the others again and again: a video of so many frames."""
    rounds = (length - 1) // (x.shape[1] - 1)
    return torch.cat([x[:, :1]] + [x[:, 1:]] * rounds, 1)


def encode_memory(inputs, settings, mode):
    vae = loaded_vae(inputs, settings, mode)
    video = channels_first(whole(inputs["x"], int(settings["frames"])), mode)
    return Forward(mode, lambda x: channels_last(vae.encode(x).latent_dist.mode()).mean((2, 3)), [video])


def decode_memory(inputs, settings, mode):
    vae = loaded_vae(inputs, settings, mode)
    latents = channels_first(whole(inputs["x"], 1 + (int(settings["frames"]) - 1) // 4), mode)
    return Forward(mode, lambda z: channels_last(vae.decode(z).sample).mean((2, 3)), [latents])


ROWS = {
    "encode": encode,
    "decode": decode,
    "encode-large": encode,
    "decode-large": decode,
    "decode-long": decode,
    "last-frame": last_frame,
} | {
    f"{name}-memory-{frames}": row
    for name, row in (("encode", encode_memory), ("decode", decode_memory))
    for frames in (5, 17, 77)
}
