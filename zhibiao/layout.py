"""The layout of a report in its normalised view: headings, sections, sentences."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

LEVELS: Final = (
    re.compile(r"第[一二三四五六七八九十]+(?:部分|章|节)|[一二三四五六七八九十]{1,3}\s*[、.．]"),
    re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]"),
    re.compile(r"\d{1,2}\s*[、.．](?!\d)|[(（]\d{1,2}[)）]"),
)
LONGEST_HEADING: Final = 40
# A full stop between digits is a decimal point that somebody mistyped: 412。 6 万元.
SENTENCE_END: Final = re.compile(r"(?:[!?;]|(?<!\d)。|。(?! ?\d))[”’」』)]?|\n")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, as an interval of the view; level 0 is the topmost."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Layout:
    """headings: in the order of the text; breaks: the ends of the sentences, ascending, the last one the text's length."""

    headings: tuple[Heading, ...]
    breaks: tuple[int, ...]

    def heading_before(self, at: int) -> Heading | None:
        """The heading that rules position `at`."""
        index = bisect_right(self.headings, at, key=lambda heading: heading.start)
        return self.headings[index - 1] if index else None

    def path(self, at: int) -> tuple[Heading, ...]:
        """The headings from the topmost level down that rule position `at`."""
        chosen: list[Heading] = []
        index = bisect_right(self.headings, at, key=lambda heading: heading.start)
        lowest = len(LEVELS)
        for heading in reversed(self.headings[:index]):
            if heading.level < lowest:
                chosen.append(heading)
                lowest = heading.level
            if lowest == 0:
                break
        return tuple(reversed(chosen))

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The interval of the sentence that holds [start, end)."""
        first = bisect_right(self.breaks, start)
        last = bisect_right(self.breaks, end - 1)
        return (self.breaks[first - 1] if first else 0), self.breaks[min(last, len(self.breaks) - 1)]


def headings(text: str) -> tuple[Heading, ...]:
    """The numbered headings of a text: a line of their own, or the first clause of a paragraph that they open."""
    found = []
    at = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        start = at + len(line) - len(line.lstrip())
        at += len(line)
        for level, pattern in enumerate(LEVELS):
            if match := pattern.match(stripped):
                title = re.match(r"[^。;!?:,\n]*", stripped[match.end():])
                end = match.end() + (title.end() if title else 0)
                rest = stripped[end:end + 1]
                # Cut by a comma it is a sentence; a list item such as 1.收到5件 is one too.
                if match.end() < end <= LONGEST_HEADING and rest != "," and not re.search(r"\d+[件条个次家%]", stripped[match.end():end]):
                    found.append(Heading(start, start + len(stripped[:end].rstrip()), level))
                break
    return tuple(found)


def read(text: str) -> Layout:
    """The layout of a normalised text."""
    breaks = [match.end() for match in SENTENCE_END.finditer(text)]
    if not breaks or breaks[-1] < len(text):
        breaks.append(len(text))
    return Layout(headings(text), tuple(breaks))
