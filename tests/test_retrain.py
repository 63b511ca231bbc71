"""Retraining: the model in use, promotion and rollback, comparison, and the whole way on a handful of documents."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotations.inline import parse
from training import promote, retrain
from training.compare import Comparison, compared, tallies
from training.data import held_out
from training.evaluate import gold
from training.finetune import Recipe
from zhibiao import Extractor, ModelError, models
from zhibiao.tagger import verify

MARKED = ("网站由[１２家|website.count|before|||||网站]减至[3 家|website.count|after||||家|网站]。收到留言[1,024条|message.received|||||],办结率"
          "[百分之九十八|message.rate]。未收到[申请|application.received|nil]。")


def test_the_released_model_is_in_use_where_nothing_is_promoted(tmp_path: Path) -> None:
    assert models.current(tmp_path) == models.RELEASED


@pytest.mark.parametrize(("pointer", "words"), [
    ("0.1.1\n", "there is no folder"), ("../../etc\n", "expected versions"), ("0.1\n", "expected versions"), ("\ufffd\n", "expected versions")])
def test_a_pointer_that_leads_nowhere_is_an_error(tmp_path: Path, pointer: str, words: str) -> None:
    (tmp_path / models.POINTER).write_text(pointer, encoding="utf-8")
    with pytest.raises(ModelError, match=words):
        models.current(tmp_path)


def test_promotion_and_rollback(versioned: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "store"

    def run(*arguments: str) -> int:
        return promote.main([*arguments, "--store", str(store)])

    for version in ("0.0.1", "0.0.2"):
        assert run(str(versioned(version))) == 0
        assert models.current(store) == store / version
    assert run(str(store / "0.0.2")) == 0  # again: nothing changes
    assert models.promoted(store) == ["0.0.1", "0.0.2"]
    for expected in (store / "0.0.1", models.RELEASED):
        assert run("--rollback") == 0
        assert models.current(store) == expected
    capsys.readouterr()
    assert run("--rollback") == 1
    assert "nothing is promoted" in capsys.readouterr().err
    assert run(str(store / "0.0.2")) == 0
    assert Extractor.load(models.current(store)).tagger.version == "0.0.2"


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda folder: (folder / "model.onnx").write_bytes(b"?"), "sha256"), (lambda folder: (folder / "model.safetensors").unlink(), "is missing"),
], ids=["altered", "incomplete"])
def test_a_broken_folder_is_not_promoted(versioned: Callable[[str], Path], tmp_path: Path, spoil: Callable[[Path], object], words: str) -> None:
    folder, store = versioned("0.0.1"), tmp_path / "store"
    spoil(folder)
    with pytest.raises(ModelError, match=words):
        promote.promote(folder, store)
    assert models.current(store) == models.RELEASED
    assert not store.exists()


def test_two_models_cannot_have_one_version(versioned: Callable[[str], Path], model_folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    promote.promote(versioned("0.0.0"), store)  # its config is written otherwise than the tiny model's own
    with pytest.raises(ModelError, match="another model of version 0.0.0"):
        promote.promote(model_folder, store)


@pytest.mark.parametrize("arguments", [[], ["folder", "--rollback"]])
def test_promote_wants_one_thing(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        promote.main(arguments)


@pytest.mark.parametrize(("current", "there", "expected"), [
    ("0.1.0", [], "0.1.1"), ("0.1.0", ["0.1.1", "0.1.2"], "0.1.3"), ("0.1.10", ["0.1.9"], "0.1.11"), ("1.0.0", ["0.1.1"], "1.0.1"),
    ("0.1.0", ["0.1.x", ".0.1.7-part"], "0.1.1"),
])
def test_next_version(tmp_path: Path, current: str, there: list[str], expected: str) -> None:
    for name in there:
        (tmp_path / name).mkdir()
    assert promote.next_version(current, tmp_path) == expected


# Documents of ten figures each, all found: how many are right in each, by the candidate and by the model in use.
@pytest.mark.parametrize(("candidate", "current", "difference", "worse"), [
    ([9] * 20, [9] * 20, 0.0, False),
    ([9] * 20, [8] * 20, 0.1, False),
    ([8] * 20, [9] * 20, -0.1, True),
    ([8] + [9] * 19, [9] * 20, -0.005, False),           # one slip in one document
    ([9, 8] * 10, [8, 9] * 10, 0.0, False),              # better here, worse there
    ([0] + [9] * 19, [9] + [9] * 19, -0.045, True),      # one document lost: the interval touches zero, the loss is over the margin
    ([10] * 19 + [0], [9] * 19 + [9], 0.05, False),
])
def test_comparison(candidate: Sequence[int], current: Sequence[int], difference: float, worse: bool) -> None:
    found = compared(*(np.array([(right, 20) for right in rights]) for rights in (candidate, current)))
    assert found.difference == pytest.approx(difference, abs=1e-9)
    assert found.low <= found.difference <= found.high
    assert found.worse is worse
    assert str(found).endswith("; worse" if worse else "; not worse")


def test_the_interval_is_that_of_pairs() -> None:
    rng = np.random.default_rng(1)
    rights = rng.integers(0, 10, size=30)
    current = np.stack([rights, np.full(30, 20)], axis=1)
    found = compared(current + [1, 0], current)
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))  # however much documents differ, the difference is the same in each


@pytest.mark.parametrize(("candidate", "current"), [(np.zeros((0, 2)), np.zeros((0, 2))), (np.ones((2, 2)), np.ones((3, 2)))])
def test_comparison_wants_the_same_documents(candidate: Any, current: Any) -> None:
    with pytest.raises(ValueError, match="expected the same ones"):
        compared(candidate, current)


def test_tallies_count_as_the_score_does() -> None:
    text, figures = parse(MARKED)
    wrong = [{**figure, "confidence": 1.0, **({"role": "target"} if number == 0 else {})} for number, figure in enumerate(figures)]
    optional = [{**figure, "optional": number == 1} for number, figure in enumerate(figures)]
    assert tallies([{"text": text, "figures": figures}, {"text": text, "figures": optional}], lambda _: wrong).tolist() == [[4, 10], [3, 8]]


def documents(count: int = 12) -> list[dict[str, Any]]:
    text, figures = parse(MARKED)
    kept = next(name for name in (f"kept-{number}" for number in range(1000)) if held_out(name, retrain.RECIPE.share))
    names = [kept, *(name for name in (f"d-{number}" for number in range(1000)) if not held_out(name, retrain.RECIPE.share))]
    return [{"id": name, "script": "hans", "kind": "annual", "topic": retrain.TOPIC if number in (1, 2) else "annual", "objects": True,
             "text": text, "figures": figures} for number, name in enumerate(names[:count])]


def test_a_lesson_holds_the_annotated_and_the_held_out_and_nothing_of_the_evaluation() -> None:
    evaluation = gold()[:2]
    leaked = [{**documents()[3], "id": "leaked", "text": evaluation[1]["text"].replace("\n", "\r\n  ")}]
    chosen = retrain.lesson([*documents(), *leaked], evaluation, 4)
    assert len(chosen) == 1 + 2 + 4
    assert {document["id"] for document in documents()[:3]} < {document["id"] for document in chosen}
    assert chosen == retrain.lesson([*documents(), *leaked], evaluation, 4)
    assert len(retrain.lesson([*documents(), *leaked], evaluation, None)) == 12
    assert len(retrain.lesson(documents(), evaluation, 100)) == 12


@pytest.mark.filterwarnings("ignore")  # the ONNX exporter's own
def test_retraining_from_the_model_in_use(versioned: Callable[[str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store, work, corpus = tmp_path / "store", tmp_path / "work", tmp_path / "corpus.jsonl"
    promote.promote(versioned("0.0.1"), store)
    leaked = {**documents()[3], "id": "leaked", "text": gold()[0]["text"], "figures": []}
    corpus.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in [*documents(), leaked]), encoding="utf-8")
    arguments = ["--no-label-studio", "--corpus", str(corpus), "--store", str(store), "--work", str(work), "--epochs", "1"]
    assert retrain.main([*arguments, "--force"]) == 0

    folder = models.current(store)
    assert folder == store / "0.0.2"
    assert Extractor.load(folder).tagger.version == "0.0.2"
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["evaluation"]["documents"] == len(gold())
    assert metrics["corpus"]["documents"] == len(documents())  # without the leaked one
    assert [leg["epochs"] for leg in metrics["legs"]] == [1]
    said = metrics["retrained"]
    assert (said["from"], said["annotated_documents"], said["annotated_figures"], said["forced"]) == ("0.0.1", 2, 10, True)
    assert said["comparison"]["candidate"] == pytest.approx(metrics["evaluation"]["figure_f1"])
    assert "Promoted by force" in (folder / "README.md").read_text(encoding="utf-8")

    base, tagger = work / "0.0.2" / "base", work / "0.0.2" / "tagger"
    recipe = Recipe(**json.loads((tagger / "recipe.json").read_text(encoding="utf-8")))
    retrain.train(work / "0.0.2" / "corpus.jsonl", base, tagger, recipe)
    assert "training was finished before" in caplog.text
    retrain.train(work / "0.0.2" / "corpus.jsonl", base, tagger, replace(recipe, seed=2))
    assert "training begins anew" in caplog.text


@pytest.mark.parametrize(("difference", "force", "code", "said"), [
    (0.0, False, 0, "not worse"), (-0.1, False, retrain.WORSE, "worse"), (-0.1, True, 0, "by force"), (0.0, True, 0, "by force")])
def test_a_worse_model_is_promoted_by_force_alone(versioned: Callable[[str], Path], tmp_path: Path, difference: float, force: bool, code: int,
                                                  said: str) -> None:
    folder, store = versioned("0.0.2"), tmp_path / "store"
    comparison = Comparison(candidate=0.8 + difference, current=0.8, low=difference - 0.05, high=difference + 0.05, documents=32)
    retrain.record(folder, "0.0.1", documents(), comparison, force)
    assert retrain.conclude(folder, store, comparison, force) == code
    assert models.current(store) == (store / "0.0.2" if code == 0 else models.RELEASED)
    verify(folder, weights=True)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert said in card
    assert ("by force" in card) is force


def test_one_retraining_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with retrain.FileLock(tmp_path / ".lock"):
        assert retrain.main(["--work", str(tmp_path), "--no-label-studio"]) == 1
    assert "another retraining is under way" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--epochs", "0"], ["--epochs", "x"], ["--documents", "-1"]])
def test_retrain_wants_whole_numbers(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        retrain.main(arguments)
