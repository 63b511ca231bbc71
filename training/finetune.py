"""Fine-tune the tagger on the corpus, with checkpoints to go on from.

    python -m training.finetune build/corpus.jsonl build/base build/tagger
"""

import argparse
import hashlib
import json
import logging
import math
import random
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from training import checkpoint
from training.data import batches, collate, epoch, held_out, load
from training.model import Tagger, from_base, loss
from zhibiao.encoding import PAD

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to fine-tune. tokens: a batch's size with padding; share: of the documents kept for calibration; averaged: the
    part of the steps at the end over which weights are averaged; floor: what the learning rates come down to, as a part of
    their highest; start: a folder with a tagger to go on from instead of the base encoder, empty for none."""

    epochs: int = 10
    tokens: int = 768
    encoder_rate: float = 3e-4
    head_rate: float = 3e-3
    decay: float = 0.01
    warmup: float = 0.06
    smoothing: float = 0.05
    dropout: float = 0.1
    share: float = 0.06
    averaged: float = 0.25
    floor: float = 0.0
    start: str = ""
    seed: int = 1


def optimiser(tagger: Tagger, recipe: Recipe) -> torch.optim.Optimizer:
    # With one rate for both, the pretrained weights are lost: the heads need ten times the encoder's.
    encoder = {id(parameter) for parameter in tagger.encoder.parameters()}
    groups = [([p for p in tagger.parameters() if (id(p) in encoder) is inside], rate)
              for inside, rate in ((True, recipe.encoder_rate), (False, recipe.head_rate))]
    # initial_lr: by it a schedule can begin in the middle of a run that goes on.
    return torch.optim.AdamW([{"params": parameters, "lr": rate, "initial_lr": rate} for parameters, rate in groups],
                             weight_decay=recipe.decay, betas=(0.9, 0.98))


def pace(step: int, total: int, recipe: Recipe) -> float:
    """The learning rates at a step, as a part of their highest: up in a straight line, down by a cosine."""
    warmup = math.ceil(total * recipe.warmup)
    if step < warmup:
        return step / warmup
    done = min(1.0, (step - warmup) / max(1, total - warmup))
    return recipe.floor + (1 - recipe.floor) * (1 + math.cos(math.pi * done)) / 2


def train(corpus: Path, base: Path, folder: Path, recipe: Recipe) -> None:
    """Write the tagger's `model.safetensors` into `folder`, going on from the checkpoint there if it is of this run."""
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    documents = [document for document in load(corpus).to_list() if not held_out(document["id"], recipe.share)]
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tagger = from_base(base, recipe.dropout)
    if recipe.start:
        tagger.load_state_dict(load_file(Path(recipe.start) / "model.safetensors"))
    tagger.to(device)
    optimizer, mean = optimiser(tagger, recipe), checkpoint.RunningMean()
    # The number of batches differs a little from epoch to epoch; the schedule takes the first one's for all.
    per_epoch = len(batches(epoch(documents, tokenizer, random.Random(0)), recipe.tokens, random.Random(0)))
    total = per_epoch * recipe.epochs
    folder.mkdir(parents=True, exist_ok=True)
    saved, first = folder / "checkpoint.safetensors", 0
    facts = {"recipe": asdict(recipe), "corpus": hashlib.sha256(corpus.read_bytes()).hexdigest()}
    if saved.exists() and (after := checkpoint.load(saved, tagger, optimizer, mean, facts)) is not None:
        first = after
        log.info("going on after epoch %d", first)
    schedule = LambdaLR(optimizer, partial(pace, total=total, recipe=recipe), last_epoch=first * per_epoch - 1)
    log.info("%d documents, about %d batches an epoch, %d epochs on %s", len(documents), per_epoch, recipe.epochs, device)
    for number in range(first, recipe.epochs):
        rng = random.Random(f"{recipe.seed} {number}")
        drawn = batches(epoch(documents, tokenizer, rng), recipe.tokens, rng)
        tagger.train()
        sums: dict[str, float] = defaultdict(float)
        started = time.monotonic()
        for step, batch in enumerate(tqdm(drawn, desc=f"epoch {number + 1}/{recipe.epochs}", mininterval=10), number * per_epoch):
            tensors = {name: tensor.to(device) for name, tensor in collate(batch).items()}
            parts = loss(tagger(tensors["ids"], (tensors["ids"] != PAD).long()), tensors, recipe.smoothing)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward([torch.stack(list(parts.values())).sum()])
            torch.nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            for name, part in parts.items():
                sums[name] += part.item() / len(drawn)
            if step >= total * (1 - recipe.averaged) and step % 10 == 0:
                mean.add(tagger.state_dict())
        log.info("epoch %d: %s in %.0f s", number + 1, " ".join(f"{name} {value:.4f}" for name, value in sums.items()),
                 time.monotonic() - started)
        checkpoint.save(saved, tagger, optimizer, mean, {**facts, "epoch": number + 1})
    state = mean.state or tagger.state_dict()
    save_file({name: value.contiguous().cpu() for name, value in state.items()}, folder / "model.safetensors")
    (folder / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n")
    leg = {"documents": len(documents), "figures": sum(len(document["figures"]) for document in documents), "steps": total, **asdict(recipe)}
    (folder / "legs.json").write_text(json.dumps([*legs(recipe), leg], indent=1) + "\n")
    saved.unlink()


def legs(recipe: Recipe) -> list[dict[str, Any]]:
    """What the tagger that a run starts from has been through, oldest first."""
    return json.loads((Path(recipe.start) / "legs.json").read_text()) if recipe.start else []


def trained(base: Path, folder: Path) -> Tagger:
    """The tagger that `train` left in `folder`, ready for inference."""
    tagger = from_base(base)
    tagger.load_state_dict(load_file(folder / "model.safetensors"))
    return tagger.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("folder", type=Path)
    defaults = Recipe()
    for name, value in asdict(defaults).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(options.pop("corpus"), options.pop("base"), options.pop("folder"), Recipe(**options))


if __name__ == "__main__":
    main()
