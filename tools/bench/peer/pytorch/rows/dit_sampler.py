"""Rows of `borealis bench dit-sampler`: diffusers' WanTransformer3DModel, with Euler's step, and with adapters that train."""

import torch
import torch.nn.functional as F
from torch import nn

from programs import Forward, Training


def transformer(settings):
    from diffusers import WanTransformer3DModel

    return WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=int(settings["heads"]),
        attention_head_dim=int(settings["headDim"]),
        in_channels=int(settings["latentChannels"]),
        out_channels=int(settings["latentChannels"]),
        text_dim=int(settings["textDim"]),
        freq_dim=int(settings["freqDim"]),
        ffn_dim=int(settings["ffnDim"]),
        num_layers=int(settings["layers"]),
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        eps=settings["eps"],
    )


def loaded(module, inputs, given, mode):
    module.load_state_dict({name: value for name, value in inputs.items() if name not in given})
    return module.bfloat16() if mode.bf16 == "weights" else module


def channels_first(x):  # [b t h w c] -> [b c t h w]
    return x.permute(0, 4, 1, 2, 3).contiguous()


def channels_last(x):
    return x.permute(0, 2, 3, 4, 1)


def token_timesteps(frames, given, tokens_a_frame, timestep):
    """Tokens of given frames are at 0, as in the pipelines of TI2V."""
    per_frame = torch.cat([torch.zeros(given), timestep.float().reshape(1).expand(frames - given)])
    return per_frame.repeat_interleave(tokens_a_frame).unsqueeze(0)


class Step(Forward):
    """The next latents, and the velocity that leads there."""

    def outputs(self):
        y, velocity = self.result
        return {"y": y, "velocity": velocity}


def sampler_step(inputs, settings, mode):
    from diffusers import FlowMatchEulerDiscreteScheduler

    model = loaded(transformer(settings), inputs, ["given", "noisy", "text"], mode).eval().requires_grad_(False)
    scheduler = FlowMatchEulerDiscreteScheduler(shift=settings["shift"])
    scheduler.set_timesteps(int(settings["steps"]))
    change = scheduler.sigmas[1] - scheduler.sigmas[0]
    given, noisy = channels_first(inputs["given"]), channels_first(inputs["noisy"])
    k, (_, _, t, h, w) = given.shape[2], noisy.shape
    timesteps = token_timesteps(k + t, k, h * w // 4, scheduler.timesteps[0])

    def step(given, noisy, text):
        latents = torch.cat([given, noisy], 2)
        velocity = model(latents, timesteps, text, return_dict=False)[0][:, :, k:]
        return channels_last(noisy + change * velocity), channels_last(velocity)

    return Step(mode, step, [given, noisy, embedded_once(model, inputs["text"], mode)])


def embedded_once(model, text, mode):
    """All steps of a sample are told the same; diffusers would embed it at each of them."""
    with torch.no_grad(), mode.autocast():
        embedded = model.condition_embedder.text_embedder(mode.cast(text))
    model.condition_embedder.text_embedder = nn.Identity()
    return embedded


class LoraLinear(nn.Linear):
    """A frozen linear layer with an adapter (alpha = rank), as peft computes it."""

    def __init__(self, layer, rank):
        super().__init__(layer.in_features, layer.out_features)
        self.lora_A = nn.Linear(layer.in_features, rank, bias=False)
        self.lora_B = nn.Linear(rank, layer.out_features, bias=False)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias) + self.lora_B(self.lora_A(x))


def with_adapters(module, rank):
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, LoraLinear(child, rank))
        else:
            with_adapters(child, rank)
    return module


def freeze_in_bf16(model):
    """As one loads a model to put adapters on it: what doesn't train lies in bfloat16, adapters in float32."""
    for layer in model.modules():
        if isinstance(layer, LoraLinear):
            layer.weight.data = layer.weight.data.bfloat16()
            layer.bias.data = layer.bias.data.bfloat16()


def lora_training(inputs, settings, mode):
    model = with_adapters(transformer(settings), int(settings["rank"]))
    model = loaded(model, inputs, ["latents", "noise", "sigmas", "text"], mode).train()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".lora_" in name)
    if mode.frozen_bf16 and mode.bf16 == "autocast":
        freeze_in_bf16(model)
    latents, noise = channels_first(inputs["latents"]), channels_first(inputs["noise"])
    k, (_, _, t, h, w) = int(settings["contextLatents"]), latents.shape
    timesteps = token_timesteps(t, k, h * w // 4, inputs["sigmas"][0] * 1000)

    def loss(model, latents, noise, sigmas, text):
        clean = latents[:, :, k:]
        noisy = torch.cat([latents[:, :, :k], (1 - sigmas) * clean + sigmas * noise], 2)
        predicted = model(noisy, timesteps, text, return_dict=False)[0][:, :, k:]
        return F.mse_loss(predicted.float(), (noise - clean).float())

    batch = [mode.cast(x) for x in (latents, noise, inputs["sigmas"], inputs["text"])]
    return Training(mode, model, loss, batch, settings)


ROWS = {"sampler-step": sampler_step, "lora-training": lora_training}
