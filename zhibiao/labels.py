"""The labels that a tagger gives to tokens, in their order."""

from typing import Final

from zhibiao.catalogue import catalogue

OUTSIDE, BEGIN, INSIDE, NIL_BEGIN, NIL_INSIDE = range(5)
BORDERS: Final = ("O", "B", "I", "B-nil", "I-nil")

# What may follow what: an inside only behind its own beginning.
ALLOWED: Final = tuple(
    tuple(later not in (INSIDE, NIL_INSIDE) or earlier in (later, later - 1) for later in range(len(BORDERS)))
    for earlier in range(len(BORDERS))
)
# In the middle of a number: outside stays outside, inside stays inside.
GLUED: Final = tuple(
    tuple((earlier, later) in ((OUTSIDE, OUTSIDE), (BEGIN, INSIDE), (INSIDE, INSIDE), (NIL_BEGIN, NIL_INSIDE), (NIL_INSIDE, NIL_INSIDE))
          for later in range(len(BORDERS)))
    for earlier in range(len(BORDERS))
)


def indicators() -> tuple[str, ...]:
    return tuple(catalogue().indicators)


def roles() -> tuple[str, ...]:
    return tuple(catalogue().roles)
