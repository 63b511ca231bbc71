"""The response: an extraction in the shape that users rely on, as plain dictionaries ready for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from zhibiao.catalogue import catalogue
from zhibiao.checks import Check, Evidence
from zhibiao.figures import Figure
from zhibiao.header import Header
from zhibiao.numbers import plain_number
from zhibiao.tables import form


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from one text.

    evidence: the figures in the order of the text, confidences for each, which hold the parts and under `figure` the whole, and
    the tables. checks name figures by their index.
    """

    model: tuple[str, str]
    script: str
    header: Header
    evidence: Evidence
    checks: Sequence[Check]
    warnings: Sequence[str]

    @property
    def figures(self) -> Sequence[Figure]:
        return self.evidence.figures

    @property
    def confidences(self) -> Sequence[Mapping[str, float]]:
        return self.evidence.confidences

    def response(self, identifier: str | None = None, min_confidence: float = 0.0) -> dict[str, Any]:
        """The JSON response. Figures below `min_confidence` are left out, and checks over them too."""
        kept = [i for i, parts in enumerate(self.confidences) if parts["figure"] >= min_confidence]
        index = {old: new for new, old in enumerate(kept)}
        figures = [figure_json(self.figures[i], self.confidences[i]) for i in kept]
        fields: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for number, figure in enumerate(figures):
            fields.setdefault(figure["indicator"], {}).setdefault(figure["role"], []).append(
                {"value": figure["value"], "unit": figure["unit"], "confidence": figure["confidence"], "figure": number})
        return {
            "id": identifier,
            "model": {"name": self.model[0], "version": self.model[1]},
            "script": self.script,
            "report": asdict(self.header),
            "figures": figures,
            "fields": fields,
            "tables": self.evidence.tables.plain,
            "checks": [{**asdict(check), "figures": [index[i] for i in check.figures]}
                       for check in self.checks if all(i in index for i in check.figures)],
            "warnings": list(self.warnings),
        }


def figure_json(figure: Figure, confidences: Mapping[str, float]) -> dict[str, Any]:
    """One figure as JSON."""
    known = catalogue().indicators.get(figure.indicator)
    return {
        "indicator": figure.indicator, "name": known.name if known else form().names.get(figure.indicator, figure.indicator),
        "group": known.group if known else figure.indicator.partition(".")[0],
        "role": figure.role, "value": plain_number(figure.value), "value_max": plain_number(figure.value_max),
        "unit": figure.unit, "approx": figure.approx, "nil": figure.nil,
        "text": figure.text, "start": figure.start, "end": figure.end,
        "object": figure.object, "section": figure.section, "sentence": {"start": figure.sentence[0], "end": figure.sentence[1]},
        "source": figure.source, "confidence": confidences["figure"],
        "confidences": {part: confidences[part] for part in ("span", "indicator", "role", "value")},
    }
