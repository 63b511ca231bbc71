"""The report's header: title, organisation and year, read from its first lines."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from zhibiao.view import View

TITLE: Final = re.compile(r"[^\n。;]{0,60}?(?:报告|通报|总结|年度报表|公开年报|工作要点|公报|简报|指南)")
ORGANIZATION: Final = re.compile(
    r"[一-龥]{2,24}?(?:人民政府办公[室厅]|办事处|人民政府|委员会|管委会|办公[室厅]"
    r"|[一-龥]{2,8}(?:局|厅|委|院|中心|大学|学校|医院|中学|小学|银行|公司|总队|支队|分局|法院|检察院))")
YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年")
FURNITURE: Final = re.compile(r"^(?:关于|首页|当前位置|您所在的位置|来源|发布|索引号|文号)")


@dataclass(frozen=True, slots=True)
class Reading:
    """value: what was read, None where nothing was; confidence: how surely, by where it stands."""

    value: str | int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Header:
    title: Reading
    organization: Reading
    year: Reading


def read(view: View) -> Header:
    """The header of a report. The words are the source's own."""
    opening = view.text[:600]
    title, title_at = None, None
    for line in re.finditer(r"[^\n]+", opening):
        stripped = line[0].strip()
        if 6 <= len(stripped) <= 70 and not FURNITURE.match(stripped) and TITLE.search(stripped) and not re.search(r"[。;]\s*\S", stripped):
            title_at = line.start() + len(line[0]) - len(line[0].lstrip())
            title = stripped.rstrip("。")
            break
    source_title = view.source[slice(*view.to_source(title_at, title_at + len(title)))] if title is not None and title_at is not None else None
    return Header(Reading(source_title, 0.95 if source_title else 0.0), organization(view, title, title_at), year(view.text, title))


def organization(view: View, title: str | None, title_at: int | None) -> Reading:
    if title is not None and title_at is not None and (match := ORGANIZATION.search(re.sub("^关于", "  ", title))):
        low = title_at + match.start()
        return Reading(view.source[slice(*view.to_source(low, low + len(match[0])))], 0.9)
    if match := ORGANIZATION.search(view.text[:300]):
        return Reading(view.source[slice(*view.to_source(*match.span()))], 0.6)
    return Reading(None, 0.0)


def year(text: str, title: str | None) -> Reading:
    """The year that the title names, or else the one that the text names most."""
    if title and (match := YEAR.search(title)):
        return Reading(int(match[1]), 0.99)
    named = Counter(int(match[1]) for match in YEAR.finditer(text[:5000]))
    if not named:
        return Reading(None, 0.0)
    best, count = max(named.items(), key=lambda item: (item[1], -item[0]))
    return Reading(best, round(0.5 + 0.4 * count / sum(named.values()), 2))
