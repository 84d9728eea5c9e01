"""Modules with the parameters that a row's inputs hold."""


def loaded(module, inputs, given, mode):
    """The module with the parameters that are among the inputs, all but the given ones."""
    module.load_state_dict({name: value for name, value in inputs.items() if name not in given})
    return module.bfloat16() if mode.bf16 == "weights" else module
