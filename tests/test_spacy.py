"""The spaCy component."""

from pathlib import Path

import spacy

from zhibiao import Extractor

TEXT = "网站由12家减至3家,收到留言1,024条。"


def test_component_marks_what_the_extractor_finds(model_folder: Path, tiny: Extractor) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibiao", config={"model": str(model_folder)})
    doc = nlp(TEXT)
    spans = doc.spans["figures"]
    expected = tiny(TEXT).response()["figures"]
    assert expected
    assert [span._.figure for span in spans] == expected
    for span, figure in zip(spans, expected, strict=True):
        assert span.label_ == figure["indicator"]
        assert figure["text"] in span.text
