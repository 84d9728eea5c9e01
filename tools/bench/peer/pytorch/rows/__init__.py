"""Suite -> row -> function of (inputs, settings, mode) that builds the program. Names are those of tools/bench/src/suites."""

from . import tensor

SUITES = {"tensor": tensor.ROWS, "attention-memory": tensor.ATTENTION_MEMORY}
