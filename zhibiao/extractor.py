"""The extractor: a report's whole way, one room after the other."""

from collections.abc import Callable
from pathlib import Path

from zhibiao import checks, decoding, figures, header, layout, models, regions, tables
from zhibiao.calibration import Calibrator
from zhibiao.checks import Evidence
from zhibiao.errors import TextTooLongError
from zhibiao.response import Extraction
from zhibiao.tagger import Tagger
from zhibiao.view import normalise, script
from zhibiao.windows import windows

LIMIT = 1_000_000


class Extractor:
    """Reads figures out of texts; loaded once, used by many threads."""

    def __init__(self, tagger: Tagger, calibrator: Calibrator, limit: int = LIMIT) -> None:
        self.tagger = tagger
        self.calibrator = calibrator
        self.limit = limit

    @classmethod
    def load(cls, folder: Path | str | None = None, *, threads: int | None = None, limit: int = LIMIT) -> "Extractor":
        """The extractor of a model folder, the one in use (zhibiao.models) unless given. Raises ModelError."""
        folder = Path(folder) if folder is not None else models.current()
        return cls(Tagger(folder, threads), Calibrator.load(folder / "calibration.json"), limit)

    def __call__(self, text: str, proceed: Callable[[], None] = lambda: None) -> Extraction:
        """Read one text. Raises TextTooLongError, InvalidTextError, and what `proceed` raises, called now and then, to stop."""
        if len(text) > self.limit:
            raise TextTooLongError(len(text), self.limit)
        view = normalise(text)
        arrangement = layout.read(view.text)
        form = tables.read(view, arrangement)
        chosen = windows(view.text, arrangement, regions.prose(view.text, form.occupied), self.tagger.shape)
        spans: list[decoding.Span] = []
        for some in self.tagger(view.text, chosen):
            spans += decoding.spans(some)
            proceed()
        prose = figures.assemble(view, arrangement, spans)
        found = [*zip(prose, self.calibrator.confidences(prose), strict=True), *zip(form.figures, form.confidences, strict=True)]
        found.sort(key=lambda pair: (pair[0].start, pair[0].end))
        evidence = Evidence([figure for figure, _ in found], [confidences for _, confidences in found], form)
        heading = header.read(view)
        year = heading.year.value
        return Extraction(
            model=(self.tagger.name, self.tagger.version), script=script(text), header=heading, evidence=evidence,
            checks=tuple(checks.check(evidence, text, year if isinstance(year, int) else None)), warnings=form.warnings)
