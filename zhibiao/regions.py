"""Prose: what of a text is no table, so that the tagger reads sentences and never cells."""

from collections.abc import Sequence


def prose(text: str, tables: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The intervals of a normalised text outside of its tables, which come in order and apart; blank ones are left out."""
    bounds = [0, *(bound for interval in tables for bound in interval), len(text)]
    return [(low, high) for low, high in zip(bounds[::2], bounds[1::2], strict=True) if text[low:high].strip()]
