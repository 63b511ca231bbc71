"""Tables and prose parted: where a text runs in cells instead of sentences."""

import re
from typing import Final

# A cell of its own on a line: a bare number, with a unit at most. (Layouts of one cell a line.)
CELL: Final = re.compile(r"[ \t]*[-\d.,/]{1,12} ?[一-龥]{0,3}[ \t]*")
LONGEST_LABEL: Final = 40
FORM_BEGINS: Final = re.compile(r"第二十条第\s*[(]?[一二三四五六七八九]+[)]?\s*项|申请人情况|本列数据的勾稽关系")
FORM_ENDS: Final = re.compile(r"[一二三四五六七八九]\s*、[^\n]{0,6}(?:存在的?(?:主要)?问题|其他需要|改进)")
SENTENCE: Final = re.compile(r"[。;]|[,，].*[,，]")


def lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The lines within an interval, without their line breaks."""
    found, at = [], start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        found.append((at, stop))
        at = stop + 1
    return found


def form(text: str) -> tuple[int, int] | None:
    """The interval of the statutory form, set one cell a line: from its first heading to the last line of cells."""
    begins = FORM_BEGINS.search(text)
    if not begins:
        return None
    start = text.rfind("\n", 0, begins.start()) + 1
    end, cells = start, 0
    for low, high in lines(text, start, len(text)):
        line = text[low:high]
        if CELL.fullmatch(line):
            cells += 1
            end = high
        elif line.strip() and (len(line) > LONGEST_LABEL * 2 and SENTENCE.search(line) or cells and FORM_ENDS.search(line)):
            break
    return (start, end) if cells >= 8 else None


def prose(text: str) -> list[tuple[int, int]]:
    """The intervals of a normalised text that are prose, in order; the whole where there is no form."""
    table = form(text)
    if table is None:
        return [(0, len(text))] if text else []
    return [(low, high) for low, high in ((0, table[0]), (table[1], len(text))) if low < high]
