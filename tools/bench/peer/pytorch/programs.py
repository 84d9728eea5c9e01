"""What is timed: run() is one iteration, outputs() the results of the last."""

import torch


class Forward:
    def __init__(self, mode, function, inputs):
        self.mode = mode
        self.function = mode.compile(function)
        self.inputs = [mode.cast(x) for x in inputs]
        self.result = None

    def run(self):
        with torch.inference_mode(), self.mode.autocast():
            self.result = self.function(*self.inputs)

    def outputs(self):
        return {"y": self.result}


class Backward:
    """The value, and its gradients with respect to all inputs."""

    def __init__(self, mode, function, inputs, dy):
        self.mode = mode
        self.function = mode.compile(function)
        self.inputs = [mode.cast(x).requires_grad_() for x in inputs]
        self.dy = dy
        self.result = None

    def run(self):
        with self.mode.autocast():
            y = self.function(*self.inputs)
        if self.dy.dtype != y.dtype:
            self.dy = self.dy.to(y.dtype)  # once
        self.result = (y, torch.autograd.grad(y, self.inputs, self.dy))

    def outputs(self):
        y, gradients = self.result
        return {"y": y} | {f"grad.{i}": gradient for i, gradient in enumerate(gradients)}


class Training:
    """Loss of (module, *batch), gradients, clipping where it is asked for, AdamW (fused, in place; decay on matrices only)
    of what is not frozen; the loss is read at each step."""

    def __init__(self, mode, module, loss, batch, settings):
        self.mode = mode
        self.module = module
        self.batch = batch
        self.loss = mode.compile(lambda *batch: loss(module, *batch))
        parameters = [p for p in module.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": settings["weightDecay"]},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.parameters = parameters
        self.max_norm = settings.get("maxGradientNorm")
        self.optimizer = torch.optim.AdamW(groups, lr=settings["rate"], fused=True)
        self.losses = []

    def run(self):
        self.optimizer.zero_grad(set_to_none=True)
        with self.mode.autocast():
            loss = self.loss(*self.batch)
        loss.backward()
        if self.max_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.max_norm)
        self.optimizer.step()
        self.losses.append(loss.item())

    def outputs(self):
        outputs = {"losses": torch.tensor(self.losses)}
        for name, parameter in self.module.named_parameters():
            if not parameter.requires_grad:
                continue
            outputs[f"parameter.{name}"] = parameter
            # what the loss does not look at has no moments
            outputs[f"moment.{name}"] = self.optimizer.state[parameter].get("exp_avg", torch.zeros_like(parameter))
        return outputs
