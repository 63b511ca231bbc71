"""The tagger: a model folder, checked, and its network run on windows by ONNX Runtime."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from zhibiao import labels
from zhibiao.encoding import PAD, Encoded, encode
from zhibiao.errors import ModelError
from zhibiao.windows import Shape, Window

WINDOWS_AT_A_TIME = 64
FILES = ("config.json", "tokenizer.json", "model.onnx", "model.safetensors", "calibration.json", "metrics.json", "README.md")
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tagged:
    """The network's answer for one window: logits of each token.

    border, indicator, role: *Shape:* (tokens, classes); pointer: *Shape:* (tokens, 4 × width), the start and end queries of
    figures, then the start and end keys of the objects that they point to.
    """

    encoded: Encoded
    border: Logits
    indicator: Logits
    role: Logits
    pointer: Logits


def verify(folder: Path, weights: bool = False) -> None:
    """Hold a model folder against its SHA256SUMS; `weights` includes those for retraining, which serving never reads.

    Raises ModelError that names the file.
    """
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        raise ModelError(f"{folder} holds no SHA256SUMS; expected a model folder with {', '.join(FILES)}")
    recorded = {name: digest for digest, _, name in (line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines())}
    for name in FILES:
        if name == "model.safetensors" and not weights:
            continue
        if name not in recorded or not (folder / name).is_file():
            raise ModelError(f"{folder / name} is missing or has no checksum; get the whole model folder again")
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if digest != recorded[name]:
            raise ModelError(f"{folder / name} has sha256 {digest}, SHA256SUMS says {recorded[name]}; the file was altered, get it again")


class Tagger:
    """A loaded model folder.

    config: what `config.json` says; shape: the windows it was trained for. Thread-safe: the session may be shared.
    """

    def __init__(self, folder: Path | str, threads: int | None = None) -> None:
        """Load and check `folder`. Raises ModelError on sums or labels that disagree. threads: None for all cores."""
        folder = Path(folder)
        verify(folder)
        self.folder = folder
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        for name, own in (("borders", labels.BORDERS), ("indicators", labels.indicators()), ("roles", labels.roles())):
            if tuple(self.config["labels"][name]) != own:
                raise ModelError(f"{folder}: its {name} are not those of this version of zhibiao, in their order; "
                                 "use the model that was released with it, or retrain")
        self.shape = Shape(**self.config["window"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    @property
    def name(self) -> str:
        return str(self.config["name"])

    @property
    def version(self) -> str:
        return str(self.config["version"])

    def __call__(self, text: str, windows: Iterable[Window], tokens: int = 512) -> Iterator[list[Tagged]]:
        """Tag the windows of the normalised `text`, some at a time, in their order; those of like length run together, at most
        `tokens` in a batch.

        Works on few windows at a time, so memory does not grow with the text. What goes together depends on the text alone:
        dynamic quantisation takes its range over a batch, and the same text must give the same answer.
        """
        remaining = iter(windows)
        while some := list(islice(remaining, WINDOWS_AT_A_TIME)):
            yield self._tag(encode(self.tokenizer, text, some), tokens)

    def _tag(self, encodings: list[Encoded], tokens: int) -> list[Tagged]:
        tagged: dict[int, Tagged] = {}
        for chosen in batches([len(encoded.ids) for encoded in encodings], tokens):
            width = max(len(encodings[i].ids) for i in chosen)
            ids = np.full((len(chosen), width), PAD, dtype=np.int64)
            for row, i in enumerate(chosen):
                ids[row, :len(encodings[i].ids)] = encodings[i].ids
            outputs = self.session.run(None, {"ids": ids, "mask": (ids != PAD).astype(np.int64)})
            for row, i in enumerate(chosen):
                tagged[i] = Tagged(encodings[i], *(output[row, :len(encodings[i].ids)] for output in outputs))
        return [tagged[i] for i in range(len(encodings))]


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """The indices of sequences of these lengths, by like length, each batch with its padding within `tokens` where it can be."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
