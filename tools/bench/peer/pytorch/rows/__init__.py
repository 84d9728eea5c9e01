"""Suite -> row -> function of (inputs, settings, mode) that builds the program. Names are those of tools/bench/src/suites."""

from . import dit_sampler, st_transformer_suite, tensor, video_vae

SUITES = {
    "tensor": tensor.ROWS,
    "attention-memory": tensor.ATTENTION_MEMORY,
    "st-transformer": st_transformer_suite.ROWS,
    "video-vae": video_vae.ROWS,
    "dit-sampler": dit_sampler.ROWS,
    "full-width": video_vae.ROWS | dit_sampler.ROWS,
}
