"""The tagger: a pretrained encoder with heads for borders, indicator, role and the measured object."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from training.data import IGNORED
from zhibiao import labels
from zhibiao.catalogue import catalogue
from zhibiao.encoding import END, PAD, START

POINTER = 64


class Tagger(nn.Module):
    """One pass gives, for each token, the logits of its border, of the indicator and role that a figure with this token
    would have, and keys and queries by which a figure points to its object.

    A figure's class logits are the mean over its tokens, so the heads can work on tokens and the spans be found after.
    """

    def __init__(self, config: BertConfig, dropout: float = 0.1) -> None:
        super().__init__()
        width = config.hidden_size
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(dropout)
        self.border = nn.Linear(width, len(labels.BORDERS))
        self.indicator = nn.Linear(width, len(labels.indicators()))
        self.role = nn.Linear(width, len(labels.roles()))
        self.pointer = nn.Linear(width, 4 * POINTER)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """ids, mask: *Shape:* (batch, tokens) → (border, indicator, role, pointer) logits, *Shape:* (batch, tokens, classes)."""
        states = self.dropout(self.encoder(ids, attention_mask=mask).last_hidden_state)
        return self.border(states), self.indicator(states), self.role(states), self.pointer(states)


def pooled(logits: torch.Tensor, rows: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    """The mean of *Shape:* (batch, tokens, classes) over each span of *Shape:* (figures, 2) → *Shape:* (figures, classes)."""
    sums = functional.pad(logits.cumsum(dim=1), (0, 0, 1, 0))
    first, last = spans[:, 0], spans[:, 1]
    return (sums[rows, last + 1] - sums[rows, first]) / (last - first + 1).unsqueeze(1)


def loss(outputs: tuple[torch.Tensor, ...], batch: dict[str, torch.Tensor], smoothing: float = 0.0) -> dict[str, torch.Tensor]:
    """The losses of the heads by name."""
    border, indicator, role, pointer = (output.float() for output in outputs)
    parts = {"border": functional.cross_entropy(border.transpose(1, 2), batch["borders"], ignore_index=IGNORED)}
    rows, spans = batch["rows"], batch["spans"]
    if len(rows):
        parts["indicator"] = functional.cross_entropy(pooled(indicator, rows, spans), batch["indicators"], label_smoothing=smoothing)
        if (batch["roles"] != IGNORED).any():
            parts["role"] = functional.cross_entropy(pooled(role, rows, spans), batch["roles"], ignore_index=IGNORED, label_smoothing=smoothing)
        pointed = batch["objects"][:, 0] != IGNORED
        if pointed.any():
            parts["object"] = object_loss(pointer, batch, pointed) / 4
    return parts


def object_loss(pointer: torch.Tensor, batch: dict[str, torch.Tensor], pointed: torch.Tensor) -> torch.Tensor:
    """The loss of the figures `pointed`, *Shape:* (figures,), in finding the first and the last token of their objects."""
    rows, targets = batch["rows"][pointed], batch["objects"][pointed]
    queries, keys = pointer[..., :2 * POINTER], pointer[rows, :, 2 * POINTER:]
    queries = pooled(queries, rows, batch["spans"][pointed])
    padding = batch["ids"][rows] == PAD
    total = pointer.new_zeros(())
    for side in range(2):
        part = slice(side * POINTER, (side + 1) * POINTER)
        scores = torch.einsum("fw,ftw->ft", queries[:, part], keys[..., part]) / POINTER**0.5
        total = total + functional.cross_entropy(scores.masked_fill(padding, -1e4), targets[:, side])
    return total


@torch.no_grad()
def class_vectors(encoder: BertModel, tokenizer: Tokenizer) -> torch.Tensor:
    """What the encoder makes of each indicator's name and note, *Shape:* (indicators, width): centred, of unit length.

    The head of the indicators begins with them, so that a rare one is near its words before it has many examples.
    """
    vectors = []
    for indicator in catalogue().indicators.values():
        ids = torch.tensor([[START, *tokenizer.encode(f"{indicator.name}：{indicator.note}").ids, END]])
        vectors.append(encoder(ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0, 1:-1].mean(dim=0))
    matrix = torch.stack(vectors)
    return functional.normalize(matrix - matrix.mean(dim=0), dim=1)


def from_base(folder: Path, dropout: float = 0.1) -> Tagger:
    """A tagger on the base encoder in `folder`, its heads fresh but for the class vectors."""
    config = BertConfig.from_pretrained(folder)
    # Dropout inside the encoder costs a third of the time on a CPU; the varied documents regularise enough.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    tagger = Tagger(config, dropout)
    tagger.encoder.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    tagger.indicator.weight.data.copy_(class_vectors(tagger.encoder, Tokenizer.from_file(str(folder / "tokenizer.json"))))
    return tagger
