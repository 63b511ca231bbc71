"""Training: labels of windows, variation, checkpoints, packed weights, calibration."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from annotations.inline import parse
from training import augmentation, calibrate, checkpoint, export
from training.data import IGNORED, batches, collate, epoch, held_out, hide_words, samples
from training.finetune import Recipe, optimiser
from training.model import Tagger, loss, pooled
from zhibiao import Extractor, labels
from zhibiao.calibration import features
from zhibiao.encoding import PAD
from zhibiao.figures import Figure
from zhibiao.windows import Shape

MARKED = ("网站由[１２家|website.count|before|||||网站]减至[3 家|website.count|after||||家|网站]。收到留言[1,024条|message.received|||||],办结率"
          "[百分之九十八|message.rate]。未收到[申请|application.received|nil]。")


def document(marked: str = MARKED, objects: bool = True) -> dict[str, Any]:
    text, figures = parse(marked)
    return {"id": "d", "text": text, "figures": figures, "objects": objects}


def decoded(extractor: Extractor, ids: np.ndarray) -> str:
    return "".join(extractor.tagger.tokenizer.id_to_token(int(i)) or "" for i in ids)


def test_labels_stand_on_the_figures(tiny: Extractor) -> None:
    sample, = samples(document(), tiny.tagger.tokenizer, Shape())
    texts = [decoded(tiny, sample.ids[first:last + 1]) for first, last in sample.spans]
    assert texts == ["12家", "3 家", "1,024条", "百分之九十八", "申请"]
    assert [labels.indicators()[i] for i in sample.indicators] == [
        "website.count", "website.count", "message.received", "message.rate", "application.received"]
    assert [labels.roles()[i] if i != IGNORED else None for i in sample.roles] == ["before", "after", "level", "level", None]
    assert [labels.BORDERS[sample.borders[first]] for first, _ in sample.spans] == ["B", "B", "B", "B", "B-nil"]
    assert decoded(tiny, sample.ids[sample.objects[1][0]:sample.objects[1][1] + 1]) == "网站"
    assert [tuple(pair) for pair in sample.objects[2:]] == [(0, 0), (0, 0), (IGNORED, IGNORED)]


def test_objects_are_left_out_where_they_were_not_annotated(tiny: Extractor) -> None:
    sample, = samples(document(objects=False), tiny.tagger.tokenizer, Shape())
    assert (sample.objects == IGNORED).all()


@given(st.integers(0, 10_000))
def test_variation_keeps_figures_in_place(seed: int) -> None:
    original = document()
    varied = augmentation.vary(original, random.Random(seed))
    assert [f["indicator"] for f in varied["figures"]] == [f["indicator"] for f in original["figures"]]
    for figure in varied["figures"]:
        assert varied["text"][figure["start"]:figure["end"]] == figure["text"] != ""
        spot = figure["object"]
        if spot and spot["start"] >= 0:
            assert varied["text"][spot["start"]:spot["end"]] == spot["text"]


def test_hidden_words_are_never_a_figures(tiny: Extractor) -> None:
    drawn = list(samples(document(), tiny.tagger.tokenizer, tiny.tagger.shape))
    generator, hidden = np.random.default_rng(1), 0
    for sample in drawn * 20:
        changed = hide_words(sample, generator)
        assert (changed.ids[sample.borders != labels.OUTSIDE] == sample.ids[sample.borders != labels.OUTSIDE]).all()
        hidden += int((changed.ids != sample.ids).sum())
    assert hidden > 0


def test_plain_paragraphs_come_between(tiny: Extractor) -> None:
    rng = random.Random(3)
    original = document(MARKED.replace("收到", "\n收到").replace("未收", "\n未收"))
    varied = [augmentation.vary(original, rng, ["与数字毫不相干的一段文字，从别的报告里来的，放在中间。"]) for _ in range(60)]
    assert any("毫不相干" in one["text"] for one in varied)
    assert all(one["text"][f["start"]:f["end"]] == f["text"] for one in varied for f in one["figures"])


def test_held_out_share_is_about_right_and_stays() -> None:
    kept = [name for name in map(str, range(4000)) if held_out(name, 0.08)]
    assert 240 < len(kept) < 400
    assert all(held_out(name, 0.2) for name in kept)


def test_batches_hold_every_sample_once_within_the_limit(tiny: Extractor) -> None:
    drawn = epoch([document(MARKED * n) for n in range(1, 9)], tiny.tagger.tokenizer, random.Random(1))
    made = batches(drawn, 400, random.Random(2))
    assert sorted(id(s) for batch in made for s in batch) == sorted(id(s) for s in drawn)
    assert all(len(batch) == 1 or len(batch) * max(len(s.ids) for s in batch) <= 400 for batch in made)


def test_pooled_is_the_mean_over_the_span() -> None:
    logits = torch.arange(24, dtype=torch.float).reshape(2, 4, 3)
    found = pooled(logits, torch.tensor([0, 1]), torch.tensor([[1, 2], [3, 3]]))
    assert torch.allclose(found, torch.stack([logits[0, 1:3].mean(dim=0), logits[1, 3]]))


def steps(tagger: Tagger, optimizer: torch.optim.Optimizer, batch: dict[str, torch.Tensor], count: int) -> float:
    tagger.train()
    total = torch.zeros(())
    for _ in range(count):
        total = torch.stack(list(loss(tagger(batch["ids"], (batch["ids"] != PAD).long()), batch).values())).sum()
        optimizer.zero_grad()
        torch.autograd.backward([total])
        optimizer.step()
    return total.item()


def fresh(model_folder: Path) -> tuple[Tagger, torch.optim.Optimizer]:
    tagger = export.released(model_folder)
    tagger.dropout.p = 0.0
    for module in tagger.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return tagger, optimiser(tagger, Recipe(encoder_rate=1e-3, head_rate=1e-3))


def test_a_run_cut_off_goes_on_as_if_it_had_not_been(model_folder: Path, tiny: Extractor, tmp_path: Path) -> None:
    batch = collate(list(samples(document(), tiny.tagger.tokenizer, Shape())))
    whole, optimizer = fresh(model_folder)
    first = steps(whole, optimizer, batch, 1)
    steps(whole, optimizer, batch, 2)
    mean = checkpoint.RunningMean()
    mean.add(whole.state_dict())
    checkpoint.save(tmp_path / "c.safetensors", whole, optimizer, mean, {"recipe": "r", "epoch": 3})
    expected = steps(whole, optimizer, batch, 3)
    assert expected < first

    other, other_optimizer = fresh(model_folder)
    restored = checkpoint.RunningMean()
    assert checkpoint.load(tmp_path / "c.safetensors", other, other_optimizer, restored, {"recipe": "r"}) == 3
    assert restored.count == 1
    assert steps(other, other_optimizer, batch, 3) == pytest.approx(expected, rel=1e-4)


def test_checkpoint_of_another_run_is_not_taken(model_folder: Path, tmp_path: Path) -> None:
    tagger, optimizer = fresh(model_folder)
    checkpoint.save(tmp_path / "c.safetensors", tagger, optimizer, checkpoint.RunningMean(), {"recipe": "r", "epoch": 1})
    assert checkpoint.load(tmp_path / "c.safetensors", tagger, optimizer, checkpoint.RunningMean(), {"recipe": "other"}) is None


def test_packed_weights_come_back_within_half_a_step() -> None:
    state = {"a.weight": torch.randn(7, 33), "a.bias": torch.randn(7), "zero": torch.zeros(2, 3)}
    packed = export.pack(state)
    assert packed["a.weight"].dtype == torch.int8
    back = export.unpack(packed)
    assert back.keys() == state.keys()
    for name, tensor in state.items():
        assert (back[name] - tensor).abs().max() <= tensor.abs().max() / 127 / 2 + 1e-7


def test_calibrator_learns_which_figures_are_right(tiny: Extractor) -> None:
    rng = np.random.default_rng(0)
    documents = []
    for _ in range(60):
        gold, found = [], []
        for place in range(0, 100, 10):
            sure = rng.random()
            right = rng.random() < sure
            gold.append({"start": place, "end": place + 2, "indicator": "website.count", "role": "level", "value": 5 if right else 6,
                         "value_max": None, "unit": "家", "approx": "exact", "nil": False})
            found.append(figure(place, sure))
        documents.append((gold, found))
    calibrator = calibrate.fit(documents)
    low, high = (calibrator.confidences([figure(0, sure)])[0]["figure"] for sure in (0.1, 0.9))
    assert low < 0.3 < 0.7 < high
    among = features([figure(0, 0.9), figure(10, 0.2), figure(20, 0.2)])
    assert among[0]["usual_unit"] == 1
    assert among[0]["neighbours"] < among[0]["product"] < among[1]["neighbours"] + 3


def figure(place: int, sure: float) -> Figure:
    return Figure(place, place + 2, "5家", "website.count", "level", Decimal(5), None, "家", "exact", False, None, None, (0, 100),
                  probabilities={"span": sure, "indicator": 0.9, "role": 0.9}, alternatives={"indicator": 0.05, "role": 0.05})
