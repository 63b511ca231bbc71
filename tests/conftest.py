"""A tiny model with random weights, for tests that need a model folder but not what the released one knows."""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from transformers import BertConfig

from training import base, export
from training.calibrate import PARTS
from training.model import Tagger
from zhibiao import Extractor
from zhibiao.calibration import Calibrator, Logistic
from zhibiao.windows import Shape

# A slow machine is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

CHARACTERS = "全市政府网站由家缩减至收到留言条办结率百分之未信息公开申请,。、(): 0123456789%年月万亿余近一二三四五六七八九十件个"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed model folder of two small layers, its borders biased so that it finds figures at digits now and then."""
    folder = tmp_path_factory.mktemp("model")
    vocabulary = [(piece, row) for row, piece in enumerate([*base.SPECIALS, "\n", *dict.fromkeys(CHARACTERS)])]
    base.tokenizer(vocabulary, np.full(len(vocabulary), -5.0)).save(str(folder / "base.json"))
    torch.manual_seed(0)
    tagger = Tagger(BertConfig(vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                               intermediate_size=64, max_position_embeddings=512, pad_token_id=1))
    tagger.border.weight.data *= 20
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its insides
        export.write(tagger, folder / "base.json", folder, "tiny", "0.0.0", Shape())
    neutral = {part: {"bias": 0.0, "weights": {"span": 0.1}} for part in PARTS}
    (folder / "calibration.json").write_text(json.dumps({"models": neutral}))
    (folder / "metrics.json").write_text("{}")
    (folder / "README.md").write_text("# tiny\n")
    export.seal(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(model_folder: Path) -> Extractor:
    return Extractor.load(model_folder, threads=1)


@pytest.fixture
def versioned(model_folder: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes the tiny model's folder under another version."""
    def make(version: str) -> Path:
        folder = tmp_path / f"tiny-{version}"
        shutil.copytree(model_folder, folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        (folder / "config.json").write_text(json.dumps({**config, "version": version}), encoding="utf-8")
        export.seal(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def even() -> Calibrator:
    """A calibrator that knows nothing."""
    return Calibrator({part: Logistic(0.0, {}) for part in PARTS})
