"""The tagger: a model folder, checked, and its network run on windows by ONNX Runtime."""

import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from zhibiao import labels
from zhibiao.encoding import Encoded, encode
from zhibiao.errors import ModelError
from zhibiao.windows import Shape, Window

WINDOWS_AT_A_TIME = 16
FILES = ("config.json", "tokenizer.json", "model.onnx", "model.safetensors", "calibration.json", "metrics.json", "README.md")
Logits = npt.NDArray[np.float32]
T = TypeVar("T")


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

    config: what `config.json` says; shape: the windows it was trained for; threads: windows that run at the same time; watch: called
    after each run with its tokens and seconds. Thread-safe: many texts may share it, and their windows share the threads.

    Each window runs alone and on one thread. So it gives the same answer, to the last bit, in any company; and company would not
    pay: a window of 32 tokens costs 790 µs a token alone, 700 µs among eight, one of 128 tokens the same (AVX2;
    `benchmarks/serve.py --network` measures it).
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
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # Unpack the int8 weights once, on loading, instead of in each run.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.threads = threads or cores()
        self.watch: Callable[[int, float], None] | None = None
        self._lanes = ThreadPoolExecutor(self.threads, "zhibiao-tagger")

    @property
    def name(self) -> str:
        return str(self.config["name"])

    @property
    def version(self) -> str:
        return str(self.config["version"])

    def __call__(self, text: str, windows: Iterable[Window]) -> Iterator[list[Tagged]]:
        """Tag the windows of the normalised `text`, in their order, some at a time, so that memory does not grow with the text."""
        tagged = self._run_ahead(encoded for some in stretches(windows) for encoded in encode(self.tokenizer, text, some))
        yield from stretches(tagged)

    def _run_ahead(self, encodings: Iterable[Encoded]) -> Iterator[Tagged]:
        """The windows of one text run, with few of them on their way at a time: a long text must not hold up the short ones."""
        ahead: deque[Future[Tagged]] = deque()
        try:
            for encoded in encodings:
                ahead.append(self._lanes.submit(self._run, encoded))
                if len(ahead) > self.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def _run(self, encoded: Encoded) -> Tagged:
        started = time.perf_counter()
        ids = encoded.ids[None]
        outputs = self.session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
        if self.watch:
            self.watch(len(encoded.ids), time.perf_counter() - started)
        return Tagged(encoded, *(output[0] for output in outputs))


def stretches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of WINDOWS_AT_A_TIME."""
    remaining = iter(items)
    while some := list(islice(remaining, WINDOWS_AT_A_TIME)):
        yield some


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
