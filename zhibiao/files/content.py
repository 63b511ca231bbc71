"""What a file gave."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Content:
    """text: what offsets point into, lines parted by line feeds; kind: its format; warnings: what was taken for granted or left out."""

    text: str
    kind: str
    warnings: tuple[str, ...] = ()
