"""The loop with Label Studio apart from the server: the order of the queue, gathering, what annotators changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotations import inline
from annotations.changes import Changes, differences, disputes
from annotations.gathering import Pulled, gather
from annotations.queue import choose
from annotations.texts import EVALUATION, identifier
from zhibiao import label_studio

WEBSITES = "2021年全市政府网站由67家缩减至23家,政务新媒体105个,全年抽查网站40家次。"
LETTERS = "市长信箱收到群众来信1,024件,办结1,020件,办结率99.6%。"


def test_the_least_sure_comes_first_and_its_likes_later() -> None:
    texts = [WEBSITES, WEBSITES.replace("2021", "2022").replace("67", "23"), WEBSITES.replace("67", "70"), LETTERS]
    chosen = choose([0.30, 0.31, 0.32, 0.60], texts)
    assert [pick.index for pick in chosen] == [0, 3, 1, 2]
    assert [pick.score for pick in chosen] == sorted(pick.score for pick in chosen)


def test_what_the_project_has_already_is_of_no_use_again() -> None:
    assert [pick.index for pick in choose([0.1, 0.6], [WEBSITES, LETTERS], known=[WEBSITES.replace("67", "12")], most=1)] == [1]


@pytest.mark.parametrize(("scores", "texts", "most", "expected"), [
    ([], [], None, []), ([0.5], ["一"], None, [0]), ([0.9, 0.2], ["短", "𠮷😀"], None, [1, 0]), ([0.5, 0.4], [LETTERS, WEBSITES], 9, [1, 0])])
def test_choice_at_the_edges(scores: list[float], texts: list[str], most: int | None, expected: list[int]) -> None:
    assert [pick.index for pick in choose(scores, texts, most=most)] == expected


TEXT = "　　全市網站由67家減至23家,\r\n😀辦結𠮷留言1.2万余条([2019]60號),未收到申请。\n"
MARKED = ("全市網站由[67家|website.count|before]減至[23家|website.count|after],\\r\n😀辦結𠮷留言[1.2万余条|message.handled]"
          "(\\[2019\\]60號),未收到[申请|application.received|nil]。")


def figures() -> list[dict[str, Any]]:
    """Those of MARKED, at their places in TEXT."""
    return [{name: value + 2 if name in ("start", "end") else value for name, value in figure.items() if name != "object"}
            for figure in inline.parse(MARKED)[1]]


def annotation(number: int, found: list[dict[str, Any]], annotator: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": number, "completed_by": annotator, "was_cancelled": False, "ground_truth": False, "lead_time": 10.0, "parent_prediction": 7,
            "updated_at": f"2026-01-01T00:00:{number:02}Z", "result": label_studio.results(found), **more}


def task(*annotations: dict[str, Any], text: str = TEXT, **data: Any) -> dict[str, Any]:
    return {"id": 12, "data": {"text": text, "id": "report-1", "kind": "website", **data}, "annotations": list(annotations),
            "predictions": [{"id": 7, "result": label_studio.results(figures())}]}


def changed(index: int, **fields: Any) -> list[dict[str, Any]]:
    return [{**figure, **fields} if i == index else figure for i, figure in enumerate(figures())]


def one(*tasks: dict[str, Any]) -> Pulled:
    return gather(tasks, "http://127.0.0.1:8080/projects/1")


def test_an_annotation_becomes_a_document() -> None:
    pulled = one(task(annotation(1, figures())))
    assert pulled.documents == {"report-1": ("# id=report-1 script=hant kind=website annotator=label-studio:1", MARKED)}
    assert pulled.changes.report() == {"annotations": 1, "figures": 4, "accepted": 4, "corrected": 0, "added": 0, "deleted": 0,
                                       "corrected_fields": {}, "seconds_per_figure": 2.5}


def test_what_annotators_changed_is_counted() -> None:
    predicted, kept = figures(), figures()[1:]
    annotated = [{**kept[0], "role": "level"}, {**kept[1], "end": kept[1]["end"] - 1, "text": "1.2万余"}, kept[2],
                 {**kept[2], "start": 0, "end": 1}]
    changes = Changes()
    changes.add(predicted, annotated, 8.0)
    assert changes.report() == {"annotations": 1, "figures": 4, "accepted": 1, "corrected": 2, "added": 1, "deleted": 1,
                                "corrected_fields": {"role": 1, "span": 1}, "seconds_per_figure": 2.0}


FAULTS = [
    ("offset", task(annotation(3, changed(0, start=8))), "task 12, annotation 3: region 8-10: the item says '67家', the text has '7家'"),
    ("label", task(annotation(3, changed(0, role="total"))), "task 12, annotation 3: region 7-10: role is 'total'"),
    ("no text", {**task(annotation(3, [])), "data": {"id": "a"}}, "task 12: its data has no 'text'"),
    ("evaluation split", task(annotation(3, []), text=json.loads(EVALUATION.read_text(encoding="utf-8").split("\n")[0])["text"]),
     "task 12: its text belongs to the evaluation split"),
    ("id of several words", task(annotation(3, []), id="a b"), "task 12: its id 'a b' is not one word"),
]


@pytest.mark.parametrize(("name", "bad", "words"), FAULTS, ids=[row[0] for row in FAULTS])
def test_bad_ones_are_named_by_their_task_and_left_out(name: str, bad: dict[str, Any], words: str) -> None:
    pulled = one(bad, {**task(annotation(4, figures()), id="good"), "id": 13})
    assert [fault[:len(words)] for fault in pulled.faults] == [words]
    assert list(pulled.documents) == ["good"]


def test_two_tasks_of_one_id_are_not_mixed_up() -> None:
    pulled = one(task(annotation(1, figures())), {**task(annotation(2, [])), "id": 13})
    assert (len(pulled.documents), pulled.faults) == (1, ["task 13: its id 'report-1' is not one word or that of another task"])


def test_skipped_and_untouched_tasks_are_counted() -> None:
    pulled = one(task(annotation(1, [], was_cancelled=True)), task())
    assert (pulled.skipped, pulled.untouched, pulled.documents) == (1, 1, {})


def test_two_annotators_who_agree() -> None:
    pulled = one(task(annotation(1, figures()), annotation(2, figures(), annotator=2)))
    assert pulled.documents["report-1"][0].endswith("annotator=label-studio:1,2")
    assert pulled.report()["agreement"] == {"pairs": 1, "span_f1": 1.0, "indicator_f1": 1.0, "figure_f1": 1.0, "role_acc": 1.0, "value_acc": 1.0,
                                            "unit_acc": 1.0, "approx_acc": 1.0}


def test_two_annotators_who_differ_wait_for_adjudication() -> None:
    first, second = annotation(1, figures()), annotation(2, changed(0, role="level")[:3], annotator=2)
    pulled = one(task(first, second))
    assert pulled.documents == {}
    (entry,) = pulled.disputed
    assert "(http://127.0.0.1:8080/projects/1/data?task=12)" in entry
    assert "- 67家 at 7: role 'before' / 'level'\n- 申请 at 45: only the first has it, as application.received level" in entry
    starred = one(task(first, {**second, "ground_truth": True}))
    assert starred.documents["report-1"][0].endswith("annotator=label-studio:2")
    assert starred.disputed == []


def test_the_last_word_of_an_annotator_counts() -> None:
    pulled = one(task(annotation(2, figures()), annotation(1, [])))
    assert pulled.documents["report-1"][1] == MARKED


def test_disputes_and_differences_name_what_differs() -> None:
    here, there = figures()[0], {**figures()[0], "value": 68, "unit": "个"}
    assert differences(here, there) == ["value", "unit"]
    assert disputes([here], [there]) == ["67家 at 7: value 67 / 68; unit '家' / '个'"]


@pytest.mark.parametrize(("name", "word"), [("2021 年报.final", "2021-年报.final-"), ("///", "text-"), ("a\tb", "a-b-")])
def test_identifiers_are_one_word_and_differ_by_text(name: str, word: str) -> None:
    assert identifier(name, "甲").startswith(word)
    assert identifier(name, "甲") != identifier(name, "乙")
    assert len(identifier(name, "甲").split()) == 1


def test_a_corpus_file_takes_what_was_gathered(tmp_path: Path) -> None:
    head, marked = one(task(annotation(1, figures()))).documents["report-1"]
    path = tmp_path / "label-studio.txt"
    path.write_text(f"{head}\n{marked}\n", encoding="utf-8")
    (document,) = inline.read(path)
    assert document["text"] == TEXT.strip()
    assert [(figure["text"], figure["role"], figure["value"]) for figure in document["figures"]] == [
        ("67家", "before", 67), ("23家", "after", 23), ("1.2万余条", "level", 12000), ("申请", "level", 0)]
