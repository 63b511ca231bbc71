"""The extractor: a report's whole way, one room after the other."""

from pathlib import Path

from zhibiao import decoding, figures, header, layout, regions
from zhibiao.calibration import Calibrator
from zhibiao.errors import TextTooLongError
from zhibiao.response import Extraction
from zhibiao.tagger import Tagger
from zhibiao.view import normalise, script
from zhibiao.windows import windows

MODELS = Path(__file__).parent.parent / "models"
LIMIT = 1_000_000


class Extractor:
    """Reads figures out of texts; loaded once, used by many threads."""

    def __init__(self, tagger: Tagger, calibrator: Calibrator, limit: int = LIMIT) -> None:
        self.tagger = tagger
        self.calibrator = calibrator
        self.limit = limit

    @classmethod
    def load(cls, folder: Path | str | None = None, *, threads: int | None = None, limit: int = LIMIT) -> "Extractor":
        """The extractor of a model folder, the released one unless given. Raises ModelError."""
        folder = Path(folder) if folder is not None else MODELS / "zhibiao"
        return cls(Tagger(folder, threads), Calibrator.load(folder / "calibration.json"), limit)

    def __call__(self, text: str) -> Extraction:
        """Read one text. Raises TextTooLongError, InvalidTextError."""
        if len(text) > self.limit:
            raise TextTooLongError(len(text), self.limit)
        view = normalise(text)
        arrangement = layout.read(view.text)
        chosen = windows(view.text, arrangement, regions.prose(view.text), self.tagger.shape)
        spans = [span for tagged in self.tagger(view.text, chosen) for span in decoding.spans(tagged)]
        found = figures.assemble(view, arrangement, spans)
        return Extraction(
            model=(self.tagger.name, self.tagger.version), script=script(text), header=header.read(view), figures=found,
            confidences=[self.calibrator.confidences(figure) for figure in found], tables=None, checks=(), warnings=())
