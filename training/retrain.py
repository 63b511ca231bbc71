"""Retrain the model in use with what was annotated in Label Studio, and put the new one in use if it is not worse.

    python -m training.retrain [--epochs 2] [--documents 300] [--force]

Pulls the annotations, trains from the weights of the model in use on corpus and annotations, calibrates, exports, evaluates on
the fixed evaluation split, compares with the model in use, promotes, and refreshes the predictions in Label Studio. Cut off, run
it again: it goes on after the last whole epoch. Exit codes: 0 promoted, 1 it could not go on, 2 wrong use, 3 the new model is
worse and was not promoted; --force promotes it all the same, and its card says so.
"""

import argparse
import hashlib
import json
import logging
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from safetensors.torch import save_file

from training import export, finetune, release
from training.compare import Comparison, compare
from training.data import held_out
from training.evaluate import gold
from training.promote import next_version, promote, version_of
from zhibiao import ZhibiaoError, models
from zhibiao.tagger import verify
from zhibiao.view import normalise

log = logging.getLogger(__name__)
Document = dict[str, Any]
TOPIC = "label-studio"
WORSE = 3
# A third of the rates of the first training: there is more to keep than to learn.
RECIPE = finetune.Recipe(epochs=2, encoder_rate=1.2e-4, head_rate=6e-4)


class RetrainError(Exception):
    """Retraining cannot go on. Says what happened and what to do."""


def command(*arguments: str, accepted: Sequence[int] = (0,)) -> None:
    """Run a command of another room. Raises RetrainError on another exit code than those accepted."""
    code = subprocess.run([sys.executable, "-m", *arguments], check=False).returncode
    if code not in accepted:
        raise RetrainError(f"python -m {' '.join(arguments)} ended with code {code} and said why above; run this again when that is mended")


def read(path: Path) -> list[Document]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def folded(text: str) -> str:
    """What two copies of a text have in common."""
    return re.sub(r"\s+", "", normalise(text).text)


def lesson(documents: Sequence[Document], evaluation: Sequence[Document], most: int | None) -> list[Document]:
    """The documents to train and calibrate on: nothing of the evaluation split; all annotated in Label Studio, all held out, and
    at most `most` others, drawn the same each time."""
    forbidden = {folded(document["text"]) for document in evaluation}
    allowed = [document for document in documents if folded(document["text"]) not in forbidden]
    if len(allowed) < len(documents):
        log.warning("%d documents belong to the evaluation split and are left out", len(documents) - len(allowed))
    kept = {document["id"] for document in allowed if document["topic"] == TOPIC or held_out(document["id"], RECIPE.share)}
    others = sorted(document["id"] for document in allowed if document["id"] not in kept)
    kept |= set(others if most is None else random.Random(0).sample(others, min(most, len(others))))
    return [document for document in allowed if document["id"] in kept]


def unpack(model: Path, folder: Path) -> None:
    """What fine-tuning starts from, out of a model folder: in `folder` the encoder as a base, in `folder/tagger` the whole tagger."""
    tagger = export.released(model)
    (folder / "tagger").mkdir(parents=True, exist_ok=True)
    tagger.encoder.config.save_pretrained(folder)
    shutil.copy(model / "tokenizer.json", folder / "tokenizer.json")
    for module, place in ((tagger.encoder, folder), (tagger, folder / "tagger")):
        save_file({name: value.contiguous() for name, value in module.state_dict().items()}, place / "model.safetensors")
    legs = json.loads((model / "metrics.json").read_text(encoding="utf-8")).get("legs", [])
    (folder / "tagger" / "legs.json").write_text(json.dumps(legs), encoding="utf-8")


def train(corpus: Path, base: Path, folder: Path, recipe: finetune.Recipe) -> None:
    """Fine-tune into `folder`; nothing where that was done before, anew where the corpus or the recipe is another."""
    facts = json.dumps({"corpus": hashlib.sha256(corpus.read_bytes()).hexdigest(), "recipe": asdict(recipe)})
    known = folder / "run.json"
    if known.exists() and known.read_text(encoding="utf-8") != facts:
        log.info("the corpus or the recipe has changed: training begins anew")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    known.write_text(facts, encoding="utf-8")
    if (folder / "legs.json").exists():
        log.info("training was finished before: going on with its weights")
        return
    finetune.train(corpus, base, folder, recipe)


def record(folder: Path, parent: str, documents: Sequence[Document], comparison: Comparison, force: bool) -> None:
    """Say in the metrics and the card where the model comes from and how it stands to the one before; seal the folder anew."""
    annotated = [document for document in documents if document["topic"] == TOPIC]
    figures = sum(len(document["figures"]) for document in annotated)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["retrained"] = {"from": parent, "annotated_documents": len(annotated), "annotated_figures": figures,
                            "comparison": {**asdict(comparison), "worse": comparison.worse}, "forced": force}
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    forced = "\nPromoted by force, without regard to this.\n" if force else ""
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write(f"\n## Retrained\n\nFrom version {parent}, with {figures:,} figures in {len(annotated)} documents annotated in Label Studio.\n\n"
                   f"On the evaluation split, by a paired bootstrap: {comparison}.\n{forced}")
    export.seal(folder)


def conclude(folder: Path, store: Path, comparison: Comparison, force: bool) -> int:
    """Put the new model in use if it is not worse, or by force; the exit code. Raises ModelError."""
    if comparison.worse and not force:
        print(f"not promoted; the new model lies in {folder}; promote it all the same with: python -m training.promote {folder}")
        return WORSE
    print(f"in use: {promote(folder, store)}")
    return 0


def retrain(options: argparse.Namespace) -> int:
    """All steps; the exit code. Raises RetrainError, ZhibiaoError."""
    current = models.current(options.store)
    verify(current, weights=True)
    parent, version = version_of(current), next_version(version_of(current), options.store)
    work = options.work / version
    work.mkdir(parents=True, exist_ok=True)
    exported = options.corpus or work / "exported.jsonl"
    if options.label_studio:
        command("annotations.pull", accepted=(0, 1))  # 1: some annotations were left out, each named
    if options.corpus is None:
        command("annotations.export", str(exported))
    documents = lesson(read(exported), gold(), options.documents)
    if options.label_studio and not any(document["topic"] == TOPIC for document in documents):
        raise RetrainError("nothing is annotated in Label Studio; annotate some texts, or retrain on the corpus alone with --no-label-studio")
    corpus = work / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents), encoding="utf-8")

    log.info("version %s, from %s on %d documents, in %s", version, parent, len(documents), work)
    base, tagger, candidate = work / "base", work / "tagger", work / "model"
    unpack(current, base)
    train(corpus, base, tagger, finetune.Recipe(**{**asdict(RECIPE), "epochs": options.epochs, "start": str(base / "tagger")}))
    name = str(json.loads((current / "config.json").read_text(encoding="utf-8"))["name"])
    release.release(corpus, base, tagger, candidate, name, version)

    comparison = compare(candidate, current, gold())
    print(comparison)
    record(candidate, parent, documents, comparison, options.force)
    code = conclude(candidate, options.store, comparison, options.force)
    if code == 0 and options.label_studio:
        command("annotations.refresh", "--model", str(options.store / version))
    return code


def count(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r} is not a whole number from 1 up")
    return int(written)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=count, default=RECIPE.epochs, help="passes over the documents; default: %(default)s")
    parser.add_argument("--documents", type=count, metavar="N", help="corpus documents beside the annotated ones; default: all")
    parser.add_argument("--force", action="store_true", help="promote the new model even if it is worse")
    parser.add_argument("--no-label-studio", dest="label_studio", action="store_false", help="neither pull annotations nor refresh predictions")
    parser.add_argument("--corpus", type=Path, metavar="JSONL", help="an exported corpus; default: that of annotations/corpus")
    parser.add_argument("--store", type=Path, default=models.STORE, help="where promoted models lie; default: %(default)s")
    parser.add_argument("--work", type=Path, default=Path("build/retrain"), help="where it works and goes on from; default: %(default)s")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(options.work / ".lock", timeout=0):
            return retrain(options)
    except Timeout:
        print(f"retrain: another retraining is under way in {options.work}; wait for it, or name another folder with --work", file=sys.stderr)
    except (RetrainError, ZhibiaoError, OSError) as error:
        print(f"retrain: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
