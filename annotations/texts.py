"""What tells the texts of the loop apart: from each other, and from the evaluation split."""

import hashlib
import json
import re
from pathlib import Path

from zhibiao.view import normalise

EVALUATION = Path(__file__).parent / "evaluation" / "dev.jsonl"


def digest(text: str) -> str:
    """What tells texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def identifier(name: str, text: str) -> str:
    """The document's id from its file's name or its own id, in one word, and unlike that of any other text."""
    word = re.sub(r"[^\w.-]+", "-", name).strip("-")
    return f"{word or 'text'}-{digest(text)[:8]}"


def folded(text: str) -> str:
    return re.sub(r"\s+", "", normalise(text).text)


def evaluated() -> set[str]:
    """The texts of the evaluation split, folded; nothing of it may come into the corpus."""
    return {folded(json.loads(line)["text"]) for line in EVALUATION.read_text(encoding="utf-8").splitlines()}
