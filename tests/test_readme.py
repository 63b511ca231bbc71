"""README's examples run, and its figures are the released model's."""

import doctest
import json
import re
import subprocess
from pathlib import Path

import pytest

README = Path("README.md").read_text(encoding="utf-8")


def test_python_examples() -> None:
    failures, tried = doctest.testfile("../README.md", encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failures == 0


CONSOLE = re.findall(r"```console\n\$ (.+?)\n(.*?)```", README, re.S)


@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[command[:40] for command, _ in CONSOLE])
def test_console_examples(command: str, output: str) -> None:
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert masked(done.stdout) == masked(output)


def masked(text: str) -> str:
    """Without the digits of confidences: processors round int8 differently in the last of them."""
    return re.sub(r"\b(?:0\.\d+|1\.00?)\b", "#", text.strip())


def test_there_are_console_examples() -> None:
    assert CONSOLE


def test_figures_are_those_of_the_released_model() -> None:
    metrics = json.loads(Path("models/zhibiao/metrics.json").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| (\w[\w.@]*) \| ([\d.–]+) \| ([\d.]+) \|$", README, re.M)
    assert len(rows) >= 6
    for name, baseline, model in rows:
        assert model == f"{metrics['evaluation'][name]:.3f}"
        assert baseline == (f"{metrics['baseline'][name]:.3f}" if metrics["baseline"][name] is not None else "–")


def test_targets_that_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets
