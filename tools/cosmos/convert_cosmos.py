#!/usr/bin/env python3
"""NVIDIA's published Cosmos video tokenizers, from TorchScript to the safetensors file that Borealis reads.

    python convert_cosmos.py autoencoder.jit --out cosmos-dv8x8x8.safetensors
    python convert_cosmos.py encoder.jit decoder.jit --out cosmos-dv8x8x8.safetensors

The files are those of nvidia/Cosmos-0.1-Tokenizer-DV8x8x8 on Hugging Face (their licence applies). Names, shapes and
number types stay as they are; the sizes of the network go into the file's metadata. Needs torch and safetensors.
"""

import argparse
import json
import re
import sys
import warnings
from pathlib import Path

WEIGHTS = re.compile(r"(encoder|decoder|quant_conv|post_quant_conv)\.")
# Fixed numbers that scripting made tensors of: wavelets, levels, strides, the table of all codes.
CONSTANTS = re.compile(r"(^|\.)(wavelets|_arange|patch_size_buffer|_levels|_basis|implicit_codebook|dtype)$")
COSMOS_LEVELS = [8, 8, 8, 5, 5, 5]


def main() -> None:
    args = parse_arguments()
    try:
        import torch
        from safetensors.torch import save_file
    except ImportError as error:
        fail(f"{error.name} is missing: pip install torch safetensors")
    warnings.simplefilter("ignore", FutureWarning)  # torch.jit is on its way out, the published files are not
    weights, constants = {}, {}
    for path in args.files:
        for name, tensor in read_torchscript(torch, path).items():
            group = weights if WEIGHTS.match(name) and not CONSTANTS.search(name) else constants
            if group is constants and not CONSTANTS.search(name):
                fail(f"{path}: {name} {list(tensor.shape)} is no tensor of a Cosmos discrete video tokenizer")
            if name in group and not torch.equal(group[name], tensor):
                fail(f"{path}: {name} differs from the file before it: do the files belong together?")
            group[name] = tensor.detach().to("cpu").contiguous().clone()
    config = config_of(weights, constants, args.compression)
    check_complete(weights, config)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    partial = args.out.with_name(args.out.name + ".partial")
    save_file(weights, str(partial), metadata={"config": json.dumps(config)})
    partial.replace(args.out)
    count = sum(tensor.numel() for tensor in weights.values())
    types = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in weights.values()})
    print(f"{args.out}: {len(weights)} tensors, {count:,} numbers ({', '.join(types)})")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE.jit", help="autoencoder.jit, or encoder.jit and decoder.jit"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.safetensors")
    parser.add_argument(
        "--compression",
        default="8x8x8",
        metavar="TxHxW",
        help="frames and pixels a code stands for; it can't be told from the weights (default 8x8x8)",
    )
    return parser.parse_args()


def fail(message: str) -> None:
    raise SystemExit(f"convert_cosmos: {message}")


def read_torchscript(torch, path: Path) -> dict:
    if not path.is_file():
        fail(f"{path} is not there")
    try:
        module = torch.jit.load(str(path), map_location="cpu")
    except (RuntimeError, ValueError, EOFError) as error:
        first = str(error).strip().splitlines()[0]
        fail(f"{path} is no TorchScript file ({first}); expected what torch.jit.save wrote")
    return dict(module.state_dict())


def config_of(weights: dict, constants: dict, compression: str) -> dict:
    """The sizes, from the weights' shapes, in the form of @borealis/video-tokenizer."""
    found = re.fullmatch(r"(\d+)x(\d+)x(\d+)", compression)
    if found is None or found[2] != found[3]:
        fail(f"--compression is {compression}; expected frames x height x width with equal sides, such as 8x8x8")

    def shape(name: str) -> list:
        if name not in weights:
            fail(f"there is no {name}; give autoencoder.jit, or both encoder.jit and decoder.jit")
        return list(weights[name].shape)

    patched = shape("encoder.conv_in.0.conv3d.weight")[1]
    patch_size = next((p for p in (1, 2, 4, 8) if 3 * p**3 == patched), None)
    if patch_size is None:
        fail(f"encoder.conv_in.0 takes {patched} channels: these are no patches of RGB")
    channels = shape("encoder.conv_in.0.conv3d.bias")[0]
    levels_down = sorted({int(m[1]) for m in map(re.compile(r"encoder\.down\.(\d+)\.").match, weights) if m})
    blocks = {int(m[1]) for m in map(re.compile(r"encoder\.down\.0\.block\.(\d+)\.").match, weights) if m}
    widths = [shape(f"encoder.down.{i}.block.0.norm2.norm.weight")[0] for i in levels_down]
    codes = shape("quant_conv.conv3d.bias")[0]
    stored = [t for name, t in constants.items() if name.endswith("_levels")]
    levels = [int(v) for v in stored[0].flatten().tolist()] if stored else COSMOS_LEVELS
    if len(levels) != codes:
        fail(f"quant_conv gives {codes} numbers, FSQ levels are {levels}: only discrete (DV) tokenizers are converted")
    return {
        "pictureChannels": 3,
        "patchSize": patch_size,
        "channels": channels,
        "channelMultipliers": [width // channels for width in widths],
        "residualBlocks": len(blocks),
        "latentChannels": shape("encoder.conv_out.1.conv3d.bias")[0],
        "spatialCompression": int(found[2]),
        "temporalCompression": int(found[1]),
        "levels": levels,
    }


def check_complete(weights: dict, config: dict) -> None:
    """Enough to tell a half from a whole; the reader checks every name and shape."""
    last = len(config["channelMultipliers"]) - 1
    up = f"decoder.up.{last}.block.0.norm1.norm.weight"
    for name in ("decoder.conv_out.1.conv3d.weight", "post_quant_conv.conv3d.weight", up):
        if name not in weights:
            fail(f"there is no {name}; give autoencoder.jit, or both encoder.jit and decoder.jit")


if __name__ == "__main__":
    sys.exit(main())
