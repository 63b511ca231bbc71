"""The released model: what its users rely on. Fewer words than its metrics, which the card holds."""

import json
from pathlib import Path

import pytest

from training.evaluate import gold, scored
from zhibiao import Extractor
from zhibiao.models import RELEASED as FOLDER
from zhibiao.tagger import verify

ASTRAL = "𠮷安县😀政务公开报告👨‍👩‍👧:全县政府网站由１２家\r\n整合为3家,𠀋收到留言1,024条,办结率百分之九十八。未收到政府信息公开申请。"


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.load(FOLDER)


@pytest.mark.parametrize(("text", "expected"), [
    (ASTRAL, [("１２家", "website.count", "before", 12), ("3家", "website.count", "after", 3), ("1,024条", "message.received", "level", 1024),
              ("百分之九十八", "message.rate", "level", 98), ("政府信息公开申请", "application.received", "level", 0)]),
    ("全市政府網站由67家縮減至23家。", [("67家", "website.count", "before", 67), ("23家", "website.count", "after", 23)]),
    ("2020年1月5日,国办发〔2019〕60号文件第二十条规定,12345热线在20个工作日内答复。", []),
], ids=["astral", "traditional", "distractors"])
def test_sentences(extractor: Extractor, text: str, expected: list[tuple[str, str, str, float]]) -> None:
    found = extractor(text).response()["figures"]
    assert [(f["text"], f["indicator"], f["role"], f["value"]) for f in found] == expected
    assert all(text[f["start"]:f["end"]] == f["text"] for f in found)


def test_the_same_text_gives_the_same_answer(extractor: Extractor) -> None:
    text = "全年收到留言1,024条,办结1,000条,办结率97.7%。" * 30
    assert extractor(text).response() == extractor(text).response()


def test_whole_folder_is_what_was_sealed() -> None:
    verify(FOLDER, weights=True)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 60_000_000


def test_metrics_are_what_the_model_does(extractor: Extractor) -> None:
    """The figures in metrics.json come out of this model: only the confidences, cross-fitted there, may differ."""
    recorded = json.loads((FOLDER / "metrics.json").read_text(encoding="utf-8"))["evaluation"]
    measured = scored(gold(Path("annotations/evaluation/dev.jsonl")), lambda text: extractor(text).response()["figures"])
    for name in ("span_f1", "indicator_f1", "figure_f1", "role_acc", "value_acc", "unit_acc"):
        # Processors differ in rounding int8; a figure or two may fall the other way.
        assert measured[name] == pytest.approx(recorded[name], abs=0.01), name


def test_quality_that_was_promised() -> None:
    metrics = json.loads((FOLDER / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["evaluation"]["span_f1"] >= 0.92
    assert metrics["evaluation"]["figure_f1"] >= 0.68
    assert metrics["baseline"]["figure_f1"] < metrics["evaluation"]["figure_f1"] / 2
