#!/usr/bin/env python3
"""Published weights of LPIPS and FID, from PyTorch's files to the safetensors files that @borealis/perceptual reads.

    python convert_perceptual.py lpips --net alex --backbone alexnet-owt-7be5be79.pth --lin alex.pth --out lpips-alex.safetensors
    python convert_perceptual.py fid pt_inception-2015-12-05-6726825d.pth --out fid-inception.safetensors

The backbone is torchvision's (alexnet-owt-7be5be79.pth, vgg16-397923af.pth, squeezenet1_1-b8a52dc0.pth), the lin weights are
lpips/weights/v0.1/<net>.pth of richzhang/PerceptualSimilarity, the FID network is the release file of mseitz/pytorch-fid. Their
licences apply. Numbers stay as they are. Needs torch and safetensors; nothing is downloaded, no code out of the files is run.
"""

import argparse
import re
from pathlib import Path

# Which of torchvision's `features` belong to which slice (lpips/pretrained_networks.py).
SLICES = {
    "alex": [range(0, 2), range(2, 5), range(5, 8), range(8, 10), range(10, 12)],
    "vgg": [range(0, 4), range(4, 9), range(9, 16), range(16, 23), range(23, 30)],
    "squeeze": [range(0, 2), range(2, 5), range(5, 8), range(8, 10), range(10, 11), range(11, 12), range(12, 13)],
}
# Where these have layers with weights.
PLACES = {
    "alex": {0, 3, 6, 8, 10},
    "vgg": {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28},
    "squeeze": {0, 3, 4, 6, 7, 9, 10, 11, 12},
}
SHIFT = [-0.030, -0.088, -0.188]
SCALE = [0.458, 0.448, 0.450]
FID_CLASSES = 1008


def main() -> None:
    args = parse_arguments()
    try:
        import torch
        from safetensors.torch import save_file
    except ImportError as error:
        fail(f"{error.name} is missing: pip install torch safetensors")
    tensors = lpips(torch, args) if args.what == "lpips" else fid(torch, args.file)
    tensors = {name: tensor.detach().float().contiguous().clone() for name, tensor in tensors.items()}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    partial = args.out.with_name(args.out.name + ".partial")
    save_file(tensors, str(partial))
    partial.replace(args.out)
    print(f"{args.out}: {len(tensors)} tensors, {sum(tensor.numel() for tensor in tensors.values()):,} numbers")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="what", required=True)
    kind = kinds.add_parser("lpips", help="a backbone and its lin weights")
    kind.add_argument("--net", required=True, choices=SLICES)
    kind.add_argument("--backbone", required=True, type=Path, metavar="FILE.pth")
    kind.add_argument("--lin", required=True, type=Path, metavar="FILE.pth")
    kind.add_argument("--out", required=True, type=Path, metavar="FILE.safetensors")
    kind = kinds.add_parser("fid", help="the Inception network of pytorch-fid")
    kind.add_argument("file", type=Path, metavar="FILE.pth")
    kind.add_argument("--out", required=True, type=Path, metavar="FILE.safetensors")
    return parser.parse_args()


def fail(message: str) -> None:
    raise SystemExit(f"convert_perceptual: {message}")


def read(torch, path: Path) -> dict:
    if not path.is_file():
        fail(f"{path} is not there")
    try:
        state = torch.load(str(path), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever unpickling says
        fail(f"{path} can't be read as PyTorch weights ({type(error).__name__}); expected a state dict of tensors")
    if not isinstance(state, dict) or not all(torch.is_tensor(value) for value in state.values()):
        fail(f"{path} holds no state dict; expected names and tensors")
    return state


def lpips(torch, args: argparse.Namespace) -> dict:
    backbone, lins = read(torch, args.backbone), read(torch, args.lin)
    slices = SLICES[args.net]
    tensors = {"scaling_layer.shift": torch.tensor(SHIFT), "scaling_layer.scale": torch.tensor(SCALE)}
    tensors = {name: value.reshape(1, 3, 1, 1) for name, value in tensors.items()}
    places = set()
    for name, value in backbone.items():
        found = re.fullmatch(r"features\.(\d+)\.(.+)", name)
        if found is None:
            continue  # the classifier
        places.add(int(found[1]))
        k = next((k for k, part in enumerate(slices) if int(found[1]) in part), 0)
        tensors[f"net.slice{k + 1}.{found[1]}.{found[2]}"] = value
    if places != PLACES[args.net]:
        fail(f"{args.backbone} has weights in features {sorted(places)}, {args.net} in {sorted(PLACES[args.net])}")
    names = {f"lin{k}.model.1.weight" for k in range(len(slices))}
    if set(lins) != names:
        fail(f"{args.lin} holds {', '.join(sorted(lins)) or 'nothing'}; expected {', '.join(sorted(names))}")
    return tensors | lins


def fid(torch, path: Path) -> dict:
    state = read(torch, path)
    classes = len(state["fc.bias"]) if "fc.bias" in state else 0
    if classes != FID_CLASSES:
        fail(f"{path} is no network of {FID_CLASSES} classes ({classes}); FID is defined by pt_inception-2015-12-05")
    unused = re.compile(r"^(fc|AuxLogits)\.|\.num_batches_tracked$")
    return {name: value for name, value in state.items() if not unused.search(name)}


if __name__ == "__main__":
    main()
