"""Model folders: what loading refuses, and what the network gives."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from training import export
from zhibiao import Extractor, layout
from zhibiao.errors import InvalidTextError, ModelError, TextTooLongError
from zhibiao.tagger import Tagger, verify
from zhibiao.view import normalise
from zhibiao.windows import windows


def altered(folder: Path, target: Path, name: str, content: str, sealed: bool) -> Path:
    shutil.copytree(folder, target)
    (target / name).write_text(content, encoding="utf-8")
    if sealed:
        export.seal(target)
    return target


def test_altered_file_is_refused(model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"calibration\.json has sha256"):
        Extractor.load(altered(model_folder, tmp_path / "m", "calibration.json", "{}", sealed=False))


def test_other_labels_are_refused(model_folder: Path, tmp_path: Path) -> None:
    config = json.loads((model_folder / "config.json").read_text())
    config["labels"]["roles"] = config["labels"]["roles"][::-1]
    with pytest.raises(ModelError, match="its roles are not those"):
        Tagger(altered(model_folder, tmp_path / "m", "config.json", json.dumps(config), sealed=True))


def test_missing_part_of_the_calibration_is_refused(model_folder: Path, tmp_path: Path) -> None:
    folder = altered(model_folder, tmp_path / "m", "calibration.json", '{"models": {"span": {"bias": 0, "weights": {}}}}', sealed=True)
    with pytest.raises(ModelError, match="no calibration of indicator, role, value, figure"):
        Extractor.load(folder)


@pytest.mark.parametrize("missing", ["SHA256SUMS", "model.onnx", "tokenizer.json"])
def test_missing_file_is_named(model_folder: Path, tmp_path: Path, missing: str) -> None:
    shutil.copytree(model_folder, tmp_path / "m")
    (tmp_path / "m" / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        Tagger(tmp_path / "m")


def test_retraining_weights_are_checked_on_demand(model_folder: Path, tmp_path: Path) -> None:
    folder = altered(model_folder, tmp_path / "m", "model.safetensors", "x", sealed=False)
    verify(folder)
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        verify(folder, weights=True)


def test_windows_answer_the_same_in_any_company(tiny: Extractor) -> None:
    text = normalise("收到留言12件,办结率98%。" * 80).text
    chosen = list(windows(text, layout.read(text), [(0, len(text))], tiny.tagger.shape))
    assert len(chosen) > 3
    together = list(chain.from_iterable(tiny.tagger(text, chosen)))
    with ThreadPoolExecutor(4) as others:
        alone = list(others.map(lambda window: next(tiny.tagger(text, [window]))[0], chosen))
    for one, other in zip(together, alone, strict=True):
        assert one.encoded.window == other.encoded.window
        for part in ("border", "indicator", "role", "pointer"):
            assert np.array_equal(getattr(one, part), getattr(other, part))


def test_reading_stops_when_told_to(tiny: Extractor) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        tiny("收到留言12件。", proceed=stop)


def test_tokens_lead_back_to_the_text(tiny: Extractor) -> None:
    text = "网站由12家减至3家。"
    chosen = list(windows(text, layout.read(text), [(0, len(text))], tiny.tagger.shape))
    (tagged,), = tiny.tagger(text, chosen)
    body = tagged.encoded.starts >= 0
    assert "".join(text[a:b] for a, b in zip(tagged.encoded.starts[body], tagged.encoded.ends[body], strict=True)) == text


ODD_TEXTS = ("", " \n\t", "没有数字", "9" * 5000, "(" * 3000 + "5家", "收到5件\0" * 50, "𠮷😀收到１２件\r\n办结3件。", "\n" * 500 + "1")


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_offsets_hold_for_any_text(tiny: Extractor, text: str) -> None:
    response = tiny(text).response()
    starts = [figure["start"] for figure in response["figures"]]
    assert starts == sorted(starts)
    for figure in response["figures"]:
        assert text[figure["start"]:figure["end"]] == figure["text"] != ""
        assert figure["sentence"]["start"] <= figure["start"] < figure["end"] <= figure["sentence"]["end"]


def test_too_long_a_text_is_refused_whole(model_folder: Path) -> None:
    extractor = Extractor.load(model_folder, limit=10)
    with pytest.raises(TextTooLongError, match="the text has 11 characters, the limit is 10"):
        extractor("1" * 11)


def test_lone_surrogate(tiny: Extractor) -> None:
    with pytest.raises(InvalidTextError):
        tiny("\ud800")
