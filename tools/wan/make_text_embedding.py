#!/usr/bin/env python3
"""The text embedding that a Wan 2.2 transformer is given, from the text encoder of its own pipeline.

    python make_text_embedding.py Wan2.2-TI2V-5B-Diffusers --out empty-text.safetensors
    borealis train dit-sampler --from Wan2.2-TI2V-5B-Diffusers --statistics empty-text.safetensors ...

The folder is a pipeline in the diffusers layout with its tokenizer/ and text_encoder/ (umT5; 11 GB of memory in bfloat16,
once). As the pipeline does it: tokens that the text doesn't fill are zeros, not the encoder's. Needs torch, transformers,
sentencepiece and safetensors; nothing is downloaded.
"""

import argparse
from pathlib import Path


def main() -> None:
    args = parse_arguments()
    try:
        import torch
        from safetensors.torch import save_file
        from transformers import AutoTokenizer, UMT5EncoderModel
    except ImportError as error:
        fail(f"{error.name} is missing: pip install torch transformers sentencepiece safetensors")
    for part in ("tokenizer", "text_encoder"):
        if not (args.pipeline / part).is_dir():
            fail(f"{args.pipeline} has no {part}/: give a pipeline in the diffusers layout")
    tokenizer = AutoTokenizer.from_pretrained(args.pipeline / "tokenizer", local_files_only=True)
    encoder = UMT5EncoderModel.from_pretrained(args.pipeline / "text_encoder", local_files_only=True, dtype=torch.bfloat16)
    tokens = tokenizer(args.text, padding="max_length", max_length=args.length, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = encoder(tokens.input_ids, attention_mask=tokens.attention_mask).last_hidden_state[0]
    embedding = hidden.float() * tokens.attention_mask[0, :, None]
    save_file({"text_embedding": embedding.contiguous()}, args.out, {"text": args.text})
    print(f"{args.out}: {list(embedding.shape)}, {int(tokens.attention_mask.sum())} tokens of {args.text!r}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("--text", default="", help='default: ""')
    parser.add_argument("--length", type=int, default=512, help="tokens, filled up with zeros (default: 512)")
    parser.add_argument("--out", required=True)
    return parser.parse_args()


def fail(message: str) -> None:
    raise SystemExit(f"error: {message}")


if __name__ == "__main__":
    main()
