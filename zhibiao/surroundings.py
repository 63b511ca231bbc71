"""What a number takes from the text around it: the unit of a header or of its neighbours, a qualifier that stands apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zhibiao.catalogue import catalogue
from zhibiao.numbers import KIND
from zhibiao.units import UNITS

UNIT: Final = "[万亿千]?(?:" + "|".join(sorted({*UNITS, "万元", "亿元", "人次"}, key=lambda word: (-len(word), word))) + "|%)"
# (单位:个) · (个) · 单位 万元, with nothing but its name between it and the number.
HEADER: Final = re.compile(rf"[(]\s*(?:计量)?(?:单位)?\s*[::]?\s*({UNIT})\s*[)]|单位\s*[::]\s*({UNIT})(?![一-龥])")
# 主动公开规范性文件数 条 2: the unit in a column of its own; 制发件数 0 0 0: in the column's name; 2046318(次): behind.
COLUMN: Final = re.compile(rf"(?:^|[\s:])[^\s]{{2,}}\s+({UNIT})\s+$")
COUNTED: Final = re.compile(r"([件条篇项个家次份期])数(?![量据值])")
BEHIND: Final = re.compile(rf"\s?[(]({UNIT})[)]")
HEADER_REACH: Final = 400
# 微信4个、微博3、抖音1 — and the other way round: 分别为26、9和3个.
SEPARATED: Final = re.compile(r"[^\d。;\n]{0,16}")
POINTS_FOLLOW: Final = re.compile(r"(?:\s*[、,和及与]\s*[\d.]+\s*个)+百分点")
BARE_GAP: Final = re.compile(r"\s*(?:[、,和及与]|以及)\s*")
# A qualifier parted from its number by a verb or a few words: 约占…的48%, 每季度至少抽查10家.
APART: Final = re.compile(
    r"(?:(至少|不少于|不低于|不超过)[^\d。;,、]{0,14}"
    r"|(大约|约|超过?|近|接近)(?:占|为|有|完成|开展|更新|举办|组织|召开|安排|达到?|发布|编发|报送)[^\d。;,、]{0,12})$")


@dataclass(frozen=True, slots=True)
class Placed:
    """A number where it stands in the view, with the unit it was written with and the indicator it was given."""

    start: int
    end: int
    unit: str
    indicator: str
    nil: bool


def approximation(text: str, start: int) -> str:
    """What a qualifier that stands apart in front of `start` makes of a number without one."""
    match = APART.search(text, max(0, start - 24), start)
    return KIND[match[1] or match[2]] if match else "exact"


def plausible(unit: str, indicator: str) -> bool:
    """Whether an indicator is counted in `unit`, 万 aside."""
    usual = catalogue().indicators[indicator].units
    return not usual or unit.lstrip("万亿千") in {word.lstrip("万亿千") for word in usual}


def alone(text: str, number: Placed) -> bool:
    """Whether a number stands between blanks, as the cells of tables run into prose do."""
    return (number.start == 0 or text[number.start - 1].isspace()) and (number.end == len(text) or text[number.end].isspace())


def unit(text: str, numbers: Sequence[Placed], index: int) -> str:
    """The unit of the number at `index`, which was written without one; empty where none is in sight."""
    number = numbers[index]
    sentence = max(text.rfind(mark, 0, number.start) for mark in "。;")
    head = text[max(sentence + 1, number.start - HEADER_REACH):number.start]
    if match := BEHIND.match(text, number.end):
        return match[1]
    if match := COLUMN.search(head):
        return match[1]
    headers = list(HEADER.finditer(head))
    if headers:
        found = headers[-1][1] or headers[-1][2]
        if plausible(found, number.indicator) or not re.search(r"\d", head[headers[-1].end():]):
            return found
    if alone(text, number) and (counted := [match[1] for match in COUNTED.finditer(head) if plausible(match[1], number.indicator)]):
        return counted[-1]
    return from_neighbours(text, numbers, index)


def from_neighbours(text: str, numbers: Sequence[Placed], index: int) -> str:
    """The unit of the list that a number is an item of: of the item after it, or of the one before it."""
    number = numbers[index]
    for later in range(index + 1, len(numbers)):
        if not BARE_GAP.fullmatch(text[numbers[later - 1].end:numbers[later].start]):
            break
        if numbers[later].unit:
            return numbers[later].unit
    if index:
        last = numbers[index - 1]
        gap = text[last.end:number.start]
        if last.unit not in ("", "%") and last.indicator == number.indicator and SEPARATED.fullmatch(gap) and re.match(r"\s*[、,和及与(]", gap):
            return last.unit
    return ""


def percentage_points(text: str, number: Placed) -> bool:
    """Whether 个 is short for 个百分点, as in 提高1.6个和4.2个百分点."""
    return number.unit == "个" and POINTS_FOLLOW.match(text, number.end) is not None
