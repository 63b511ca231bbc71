"""Checkpoints of a training run, without pickle: tensors in one safetensors file, the rest in its metadata as JSON."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn


class RunningMean:
    """The mean of the weights over the last part of a run (Polyak averaging)."""

    def __init__(self) -> None:
        self.count = 0
        self.state: dict[str, torch.Tensor] = {}

    def add(self, state: dict[str, torch.Tensor]) -> None:
        self.count += 1
        for name, value in state.items():
            if name in self.state and value.is_floating_point():
                self.state[name].lerp_(value, 1 / self.count)
            else:
                self.state[name] = value.clone()


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, mean: RunningMean, facts: dict[str, Any]) -> None:
    """Write the checkpoint beside `path` first, so that a cut-off run never leaves half a file."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"mean.{name}": value for name, value in mean.state.items()}
    tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value)
                for index, entries in optimizer.state_dict()["state"].items() for name, value in entries.items()}
    partial = path.with_suffix(".part")
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, partial,
              metadata={"facts": json.dumps({**facts, "averaged": mean.count})})
    partial.replace(path)


def load(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, mean: RunningMean, facts: dict[str, Any]) -> int | None:
    """Restore what `save` wrote; the epoch it was written after, or None where it is of a run with other `facts`."""
    with safe_open(path, "pt") as file:
        saved = json.loads(file.metadata()["facts"])
        epoch, mean_count = saved.pop("epoch"), saved.pop("averaged")
        if saved != facts:
            return None
        groups: dict[str, dict[str, torch.Tensor]] = {"model": {}, "mean": {}, "optimizer": {}}
        for name in file.keys():  # noqa: SIM118 - not a mapping
            group, _, rest = name.partition(".")
            groups[group][rest] = file.get_tensor(name)
    model.load_state_dict(groups["model"])
    mean.count, mean.state = mean_count, groups["mean"]
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in groups["optimizer"].items():
        index, _, entry = name.partition(".")
        state.setdefault(int(index), {})[entry] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return int(epoch)
