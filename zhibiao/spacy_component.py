"""A spaCy pipeline component that marks the figures of a text.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> _ = nlp.add_pipe("zhibiao")
    >>> [(span.text, span.label_) for span in nlp("全市政府网站由67家缩减至23家。").spans["figures"]]
"""

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from zhibiao.extractor import Extractor


class FigureMarker:
    """Puts `doc.spans["figures"]`: a span for each figure, its label the indicator, `span._.figure` all its fields.

    Where the tokenizer's words do not end with a figure, the span is widened to whole words; the offsets in `_.figure` are exact.
    """

    def __init__(self, extractor: Extractor, min_confidence: float) -> None:
        self.extractor = extractor
        self.min_confidence = min_confidence
        if not Span.has_extension("figure"):
            Span.set_extension("figure", default=None)

    def __call__(self, doc: Doc) -> Doc:
        response = self.extractor(doc.text).response(min_confidence=self.min_confidence)
        spans: list[Span] = []
        for figure in response["figures"]:
            span = doc.char_span(figure["start"], figure["end"], label=figure["indicator"], alignment_mode="expand")
            if span is not None:  # never, within the text: the type says it may be
                span._.figure = figure
                spans.append(span)
        doc.spans["figures"] = spans
        return doc


@Language.factory("zhibiao", default_config={"model": None, "min_confidence": 0.0})
def create_zhibiao(nlp: Language, name: str, model: str | None, min_confidence: float) -> Any:
    """The component; `model` is a model folder, the one in use unless given."""
    return FigureMarker(Extractor.load(model), min_confidence)
