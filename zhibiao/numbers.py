"""Numbers parsed: what a marked stretch such as 近1.2万余条 says as value, unit and approximation.

For newcomers: a quantity is read from the outside in. First the qualifiers fall off (近, 余, 以上), then the forms that
are ratios in words (百分之九十八, 九成三, 三分之一, 翻一番) are tried, then a range (30至50件), then a plain numeral
with its unit. Numerals of Chinese characters alone are read by cn2an; the mixed ones that it misreads (3万4000,
三十万多亿, 1,100万) by sections, see `mixed`. Everything here works on the normalised view.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import cn2an

from zhibiao.view import normalise

ZERO, ONE, TEN, HUNDRED = Decimal(0), Decimal(1), Decimal(10), Decimal(100)
SCALES: Final = {"十": TEN, "百": HUNDRED, "千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(10**8)}
LARGE: Final = "万亿"
DIGITS: Final = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
CHINESE: Final = DIGITS + "十百千万亿廿卅拾佰仟半"
# A decimal with thousands marks; reports put 。 for the point and ，between any digits.
# Possessive: a run of digits is taken whole or not at all, else twenty thousand of them would be tried in every cut.
ARABIC = r"\d++(?:[,，]\d++)*+(?:[.。．·]\d++)?"

APPROXIMATE: Final = {
    "more": ("多", "余", "超过", "超", "逾", "以上", "之上", "强", "突破", "破", "有余", "+", "高于", "大于", "上", "出头"),
    "less": ("不足", "不到", "将近", "接近", "近", "以下", "以内", "之内", "弱", "低于", "小于"),
    "about": ("大约", "约", "左右", "上下", "大概", "几", "来", "约为", "约占"),
    "at_least": ("不少于", "至少", "不低于", "不小于", "最少", "≥"),
    "at_most": ("不超过", "至多", "最多", "不高于", "不多于", "≤"),
}
KIND: Final = {word: kind for kind, words in APPROXIMATE.items() for word in words}
NEVER_BEFORE: Final = frozenset({"多", "余", "以上", "强", "有余", "+", "左右", "几", "弱", "来"})
BEFORE: Final = re.compile("|".join(sorted(KIND.keys() - NEVER_BEFORE, key=lambda word: (-len(word), word))))
BEHIND: Final = re.compile(r"(?:有余|以上|之上|以下|以内|之内|左右|上下|出头|多|余|强|弱|\+|来)$")


# Beyond it a run of digits is an account or a fault, no amount; JSON readers hold whole numbers up to 2**53.
GREATEST: Final = Decimal(10**15)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a number says.

    value, value_max: in the base unit, 万 and 亿 resolved, value_max for ranges only; unit: where in the parsed text the
    unit stands, as an interval, `None` when there is none, or the word itself where the form implies it (`%` of 九成);
    approx: one of the catalogue's approximations.
    """

    value: Decimal
    value_max: Decimal | None
    unit: str
    unit_at: tuple[int, int] | None
    approx: str


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text without its blanks, and where each character stood."""

    text: str
    at: tuple[int, ...]


# What crawling and character recognition put into numbers: pinyin glosses, entities, letters for digits.
DROPPED: Final = re.compile(r"\s+|\([a-zà-üǎǐǒǔǚüɡ]+\)|&nbsp;?")
MISREAD: Final = {"O": "0", "o": "0", "l": "1", "I": "1", "w": "万", "W": "万"}


def squeeze(text: str) -> Squeezed:
    """`text` without blanks and glosses, letters that stand for digits put right: 1O7件, l2期, 18.42万(wan)件, 10W+."""
    dropped = {i for match in DROPPED.finditer(text) for i in range(*match.span())}
    at = tuple(i for i in range(len(text)) if i not in dropped)
    plain = "".join(text[i] for i in at)
    if re.search(r"[A-Za-z]", plain) and re.search(r"\d", plain):
        plain = re.sub(r"(?<=\d)[wW](?=\D|$)|(?<![A-Za-z])[OolI]+(?=[\d,.])|(?<=[\d,.])[OolI]+", lambda m: "".join(MISREAD[c] for c in m[0]), plain)
    return Squeezed(plain, at)


def chinese(numeral: str) -> Decimal | None:
    """A numeral of Chinese characters alone, as cn2an reads it; None where it is none."""
    text = numeral.replace("卅", "三十").replace("〇", "零")
    if text[:1] in ("百", "千", "万", "亿"):
        text = "一" + text
    try:
        return Decimal(str(cn2an.cn2an(text, "normal")))
    except (ValueError, KeyError):  # a KeyError on 亿两 and the like
        return None


def mixed(numeral: str) -> Decimal | None:
    """A numeral of Arabic and Chinese parts by sections: 3万4000, 25万6千, 1.2万亿, 1,100万, 三十万亿.

    A scale multiplies the number before it; 万 and 亿 multiply all that came since the last greater one.
    """
    total = section = ZERO
    number: Decimal | None = None
    for part in re.findall(rf"{ARABIC}|[{DIGITS}点]+|[十百千万亿]", numeral):
        if part in SCALES:
            scale = SCALES[part]
            if part in LARGE:
                section += number or ZERO
                if part == "亿" or not section:
                    total = (total + section) * scale
                else:
                    total += section * scale
                section = ZERO
            else:
                section += (ONE if number is None else number) * scale
            number = None
        elif part[0].isdigit() and part[0].isascii():
            number = Decimal(re.sub("[,，]", "", part).replace("。", ".").replace("．", ".").replace("·", "."))
        else:
            number = chinese(part)
            if number is None:
                return None
    return total + section + (number or ZERO)


def numeral(text: str) -> Decimal | None:
    """The value of a plain numeral, Chinese, Arabic or mixed, without qualifiers."""
    if not text:
        return None
    if not any(char.isdigit() and char.isascii() for char in text):
        return chinese(text)
    return mixed(text)


def vague(text: str) -> tuple[Decimal, str] | None:
    """数十, 几百, 上千, 十几, 百余: a scale without a number counts once."""
    if match := re.fullmatch(r"(十|二十|廿|[三四五六七八九]十)几(万|亿)?", text):
        base = chinese(match[1]) or ZERO
        return base * SCALES.get(match[2] or "", ONE), "about"
    if match := re.fullmatch(r"(数|几)([十百千万亿]+)", text):
        value = ONE
        for scale in match[2]:
            value *= SCALES[scale]
        return value, "about"
    if match := re.fullmatch(r"([一二三四五六七八])([两二三四五六七八九])([十百千万亿]*)|(.*十)([一二三四五六七八])([二三四五六七八九])", text):
        first, second, rest = (match[1], match[2], match[3]) if match[1] else (match[5], match[6], "")
        if "一二三四五六七八九".index(second.replace("两", "二")) == "一二三四五六七八九".index(first) + 1:  # 三四十, 十五六: the lower one, roughly
            low = chinese((match[4] or "") + first)
            for scale in rest:
                low = low and low * SCALES[scale]
            return None if low is None else (low, "about")
    return None


NUMERAL: Final = rf"(?:(?:{ARABIC}|[{CHINESE}点]|[数几](?=[十百千万亿])|(?<=十)几)(?:[多余来](?=[万亿]))?)+"
RANGE: Final = re.compile(rf"^({NUMERAL})([^\d{CHINESE}\-—–~～至到]{{0,4}})(?:-+|—+|–|~|～|至|到)({NUMERAL})(.*)$")
HALF_STEPS: Final = {"一半": Decimal(50), "半数": Decimal(50), "半": Decimal(50), "过半": Decimal(50), "大半": Decimal(50)}


def read(source: str) -> Quantity | None:
    """The quantity that a stretch of a text as sent writes, its unit in the text's own characters; None where there is none."""
    view = normalise(source)
    quantity = parse(view.text)
    if quantity is None or quantity.unit_at is None:
        return quantity
    unit = view.source[slice(*view.to_source(*quantity.unit_at))]
    return replace(quantity, unit=re.sub(r"\s|%(?=%)", "", unit.replace("％", "%")))


def parse(text: str) -> Quantity | None:
    """The quantity that `text`, a stretch of the normalised view, writes; None when there is no number in it."""
    squeezed = squeeze(text)
    body, approx = squeezed.text, "exact"
    start = 0
    while match := BEFORE.match(body, start):
        if match[0] == "上" and not re.match("[十百千万]", body[match.end():]):
            break
        # 不足近 and the like: the first qualifier rules.
        approx = KIND[match[0]] if approx == "exact" else approx
        start = match.end()
    end = len(body)
    while match := BEHIND.search(body, start, end):
        if match.start() == start:
            break
        approx = KIND[match[0]] if approx == "exact" else approx
        end = match.start()
    core = body[start:end]
    found = ratio(core) or ranged(core) or ranked(core) or plain(core)
    if found is None or max(found[0], found[1] or ZERO) > GREATEST:
        return None
    value, value_max, unit, unit_start, own = found
    unit_at = None
    if unit_start is not None and unit:
        low = start + unit_start
        unit_at = (squeezed.at[low], squeezed.at[low + len(unit) - 1] + 1)
    return Quantity(value, value_max, unit, unit_at, own if own != "exact" and approx == "exact" else approx)


Found = tuple[Decimal, Decimal | None, str, int | None, str]


def split_unit(tail: str) -> tuple[str, str]:
    """(unit, approximation) of what stands behind a numeral: 多条, 余人次, +, 万元 without 万."""
    approx = "exact"
    while tail and (match := re.match(r"有余|多|余|来|强|弱|\+|几", tail)):
        approx = KIND[match[0]]
        tail = tail[match.end():]
    if tail[:1] == "%":
        tail = "%"
    return tail.strip(",，。、;；:："), approx


def ratio(core: str) -> Found | None:
    """百分之九十八, 三分之一, 九成三, 五折, 翻一番, 一半 and percent signs."""
    if match := re.fullmatch(rf"({NUMERAL})分之({NUMERAL})([个多余强弱]*)(百分点)?", core):
        whole, part = numeral(match[1]), numeral(match[2])
        if whole and part is not None:
            return (round(part * HUNDRED / whole, 2).normalize(), None, "%", None, KIND.get(match[3][:1], "exact"))
    if match := re.fullmatch(r"千分之(.+)", core):
        part = numeral(match[1])
        return None if part is None else (part / TEN, None, "%", None, "exact")
    if match := re.fullmatch(rf"([{DIGITS}十]|\d+(?:\.\d+)?)成([{DIGITS}半])?([多余强弱])?", core):
        tens = numeral(match[1])
        ones = Decimal(5) if match[2] == "半" else numeral(match[2] or "零")
        if tens is not None and ones is not None:
            return tens * TEN + ones, None, "%", None, KIND.get(match[3] or "", "exact")
    if match := re.fullmatch(rf"翻了?(近|将近|不到|超过)?([{DIGITS}\d]?)番", core):
        doublings = numeral(match[2] or "一") or ONE
        return (Decimal(2) ** int(doublings) - 1) * HUNDRED, None, "%", None, KIND.get(match[1] or "", "exact")
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})", core):
        part, whole = Decimal(match[1]), Decimal(match[2])
        return (round(part * HUNDRED / whole, 2).normalize(), None, "%", None, "exact") if whole else None
    if core in HALF_STEPS:
        return HALF_STEPS[core], None, "%", None, "more" if core in ("过半", "大半") else "exact"
    return None


def ranged(core: str) -> Found | None:
    """30至50件, 10-15天, 1万到1.5万: the lower value, the upper one, and the unit behind either."""
    match = RANGE.match(core)
    if not match:
        return None
    low, high = amount(match[1]), amount(match[3])
    if low is None or high is None:
        return None
    unit, approx = split_unit(match[4])
    # 3至5万件: the scale belongs to both.
    trailing = re.search("[万亿]+$", match[3])
    lower = low[0]
    if trailing and not re.search("[万亿]", match[1]) and lower < high[0]:
        for scale in trailing[0]:
            lower *= SCALES[scale]
    start: int | None = match.start(4) + match[4].find(unit) if unit else None
    if not unit and match[2]:
        unit, start = split_unit(match[2])[0], match.start(2)
    if lower > high[0]:
        return None
    return lower, high[0], unit, start, approx


def ranked(core: str) -> Found | None:
    """第4, 第四位, 前三名."""
    if core in ("首位", "首名"):
        return ONE, None, core[1], 1, "exact"
    match = re.fullmatch(rf"(倒数第|第|前)({NUMERAL})([名位强]?)(.{{0,2}})", core)
    if not match or (value := amount(match[2])) is None:
        return None
    unit = match[3] if match[3] != "强" else ""
    return value[0], None, unit or match[4], match.start(3) if unit else match.start(4), "at_most" if match[1] == "前" else "exact"


def amount(text: str) -> tuple[Decimal, str] | None:
    """(value, approximation) of a numeral that may be vague (数百) or hold 多 inside (三十万多亿)."""
    if (loose := vague(text)) is not None:
        return loose
    inner = re.sub("[多余来](?=[万亿])", "", text)
    if "几" in inner or "数" in inner:
        return None
    value = numeral(inner)
    return None if value is None else (value, "more" if inner != text else "exact")


def plain(core: str) -> Found | None:
    """A numeral and what stands behind it."""
    match = re.match(rf"^[^\d{CHINESE}数几]{{0,3}}?({NUMERAL})(.*)$", core)
    if not match:
        return None
    digits, tail = match[1], match[2]
    tail_start = match.start(2)
    # A last character that is no part of a number after all: 两千点 is 两千 and 点.
    while digits and (value := amount(digits)) is None:
        tail, digits, tail_start = digits[-1] + tail, digits[:-1], tail_start - 1
    if not digits or value is None:
        return None
    number, own = value
    # 10余万元, 5千多万: the scale comes behind the qualifier.
    if scaled := re.match(r"(有余|多|余|来|几|\+)([十百千万亿]+)", tail):
        for scale in scaled[2]:
            number *= SCALES[scale]
        own, tail, tail_start = KIND[scaled[1]], tail[scaled.end():], tail_start + scaled.end()
    if re.match(r"半(?=[天年个小日])", tail):
        number, tail, tail_start = number + Decimal("0.5"), tail[1:], tail_start + 1
    elif re.fullmatch(r"[天年件期场月]半", tail):  # 两天半
        number, tail = number + Decimal("0.5"), tail[0]
    unit, approx = split_unit(tail)
    if unit in ("倍半", "成"):
        unit = unit[:1]
    return number, None, unit, tail_start + tail.find(unit) if unit else None, own if approx == "exact" else approx


def plain_number(value: Decimal | None) -> int | float | None:
    """The JSON number: an int where the value is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
