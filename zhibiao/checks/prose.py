"""Checks within the prose: figures of one sentence that say the same thing twice.

Only figures of one sentence are compared, and only where the words between them leave no doubt about what belongs to what. Where
the words leave some, agreement is still reported, contradiction never.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from zhibiao.checks.evidence import Check, Evidence, Term, added, number, slack, total
from zhibiao.figures import Figure
from zhibiao.view import normalise

CHANGE: Final = "before and after agree with the change"
RATE: Final = "growth or decline agrees with its figures"
SHARE: Final = "share = part / total"
PARTS: Final = "parts sum to their total"
HANDLED: Final = "handled <= received"
CARRIED: Final = "carried_in + received = completed + carried_out"

# Directly in front of a change that is the whole one, not that of some kind.
PLAINLY: Final = re.compile(r"(?:[,(、。]|同比|环比|比?上年|较上年|共|总共|净|合计)*(?:减少|下降|缩减|压减|增加|增长|净增|净减)了?$")
SHARES: Final = re.compile(r"[,(、\s]*(?:约|各|均|分别)?(?:占(?:比|全部|总数|总量|总数的|总量的|全部的|比为)?|比例为|占比为)$")
LISTED: Final = re.compile(r"其中|包括|分别|分为")
EARLIER: Final = re.compile("结转|上年|往年|去年|历年|遗留|存量|累计|合计|总计")
# (fewer, more): what is handled, found good or mended, and what it is taken from.
HANDLINGS: Final = (("message.handled", "message.received"), ("hotline.handled", "hotline.received"),
                    ("inspection.passed", "inspection.checked"), ("inspection.fixed", "inspection.problem"))
RATIOS: Final = ("%", "倍")
# Ratios in words are round ones: 七成 may be 72.7%.
VERBAL: Final = re.compile("成|番|半|(?<!百)分之")


@dataclass(frozen=True, slots=True)
class Saying:
    """A figure within its sentence. at: its place among all figures of the sentence, the unsure ones counted too."""

    term: Term
    figure: Figure
    unit: str
    at: int


@dataclass(frozen=True)
class Sentence:
    """A sentence of the source with the figures in it that checks may use."""

    text: str
    start: int
    sayings: Sequence[Saying]

    def of(self, indicator: str, *roles: str) -> list[Saying]:
        return [saying for saying in self.sayings if saying.figure.indicator == indicator and saying.figure.role in roles]

    def between(self, first: Figure | None, second: Figure) -> str:
        """The words between two figures, simplified, or those in front of the second."""
        start = first.end - self.start if first else 0
        return normalise(self.text[start:second.start - self.start]).text


def sentences(evidence: Evidence, text: str) -> Iterator[Sentence]:
    """The sentences of the prose with two figures or more."""
    exact = {term.index: term for term in evidence.prose}
    numbered = [(index, figure) for index, figure in enumerate(evidence.figures) if figure.source == "prose"]
    for (start, end), group in groupby(numbered, key=lambda pair: pair[1].sentence):
        sayings = [Saying(exact[index], figure, normalise(figure.unit).text, at)
                   for at, (index, figure) in enumerate(group) if index in exact]
        if len(sayings) > 1:
            yield Sentence(text[start:end], start, sayings)


def check(evidence: Evidence, text: str) -> Iterator[Check]:
    """The checks of the prose of a report, sentence by sentence."""
    for sentence in sentences(evidence, text):
        for indicator in dict.fromkeys(saying.figure.indicator for saying in sentence.sayings):
            if indicator != "other":
                yield from changes(sentence, indicator)
                yield from parts(sentence, indicator)
        yield from shares(sentence)
        yield from handled(sentence)
        yield from carried(sentence)


def verdict(rule: str, agrees: bool, certain: bool, message: str, sayings: Sequence[Saying]) -> Iterator[Check]:
    """A check that holds, or one that is violated where the words are certain."""
    if agrees or certain:
        yield Check(rule, "holds" if agrees else "violated", message, tuple(sorted({saying.term.index for saying in sayings})))


def alone(sayings: Sequence[Saying]) -> Saying | None:
    return sayings[0] if len(sayings) == 1 else None


def ratio(saying: Saying) -> tuple[Decimal, Decimal]:
    """(a ratio in per cent, how far from it the true one may lie, be it rounded or cut off)."""
    scale = 100 if saying.unit == "倍" else 1
    if VERBAL.search(normalise(saying.figure.text).text):
        return saying.figure.value * scale, Decimal(10)
    exponent = saying.figure.value.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    return saying.figure.value * scale, Decimal(scale) / Decimal(10) ** digits


def quotients(upper: Figure, lower: Figure, less: Decimal = Decimal(0)) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest upper / lower - less in per cent that the written numbers allow."""
    wide_upper, wide_lower = slack(upper), slack(lower)
    if lower.value - wide_lower <= 0:
        return None
    least, most = (upper.value - wide_upper) / (lower.value + wide_lower), (upper.value + wide_upper) / (lower.value - wide_lower)
    return (least - less) * 100, (most - less) * 100


def changes(sentence: Sentence, indicator: str) -> Iterator[Check]:
    """由67家缩减至23家,减少44家,下降65.7%: the two states, the difference and the rate, where each is there once."""
    before, changed = alone(sentence.of(indicator, "before")), alone(sentence.of(indicator, "increase", "decrease"))
    after = alone(sentence.of(indicator, "after")) or alone(sentence.of(indicator, "level"))
    rate = alone([saying for saying in sentence.of(indicator, "growth", "decline") if saying.unit in RATIOS])
    if not before or not after or len(sentence.of(indicator, "before", "after", "level")) != 2 or before.unit in RATIOS:
        return
    difference = after.figure.value - before.figure.value
    beside = abs(after.at - before.at) == 1
    if changed and changed.unit == after.unit == before.unit:
        rising = changed.figure.role == "increase"
        stated = changed.figure.value if rising else -changed.figure.value
        wide = slack(before.figure) + slack(after.figure) + slack(changed.figure)
        previous = max((saying for saying in (before, after) if saying.at < changed.at), key=lambda saying: saying.at, default=None)
        adjacent = previous is not None and previous.at == changed.at - 1
        plain = beside and adjacent and previous and PLAINLY.fullmatch(sentence.between(previous.figure, changed.figure))
        message = f"from {number(before.figure.value)} to {number(after.figure.value)} is {number(difference)}, stated {number(stated)}"
        yield from verdict(CHANGE, abs(difference - stated) <= wide, bool(plain) and rising == (difference > 0), message, (before, after, changed))
    if rate:
        found = quotients(after.figure, before.figure, Decimal(1))
        value, wide = ratio(rate)
        stated = value if rate.figure.role == "growth" else -value
        previous = next((saying for saying in (before, after) if saying.at == rate.at - 1), None)
        plain = beside and previous and PLAINLY.fullmatch(sentence.between(previous.figure, rate.figure))
        if found:
            message = f"from {number(before.figure.value)} to {number(after.figure.value)} is {found[0]:.2f}%, stated {stated.normalize():f}%"
            yield from verdict(RATE, found[0] - wide <= stated <= found[1] + wide, bool(plain), message, (before, after, rate))


def parts(sentence: Sentence, indicator: str) -> Iterator[Check]:
    """共12个,其中微博5个、微信7个: parts behind their only total, of the same unit; they may be few, not too many."""
    whole = alone(sentence.of(indicator, "level"))
    if not whole or whole.unit in RATIOS:
        return
    members = [saying for saying in sentence.of(indicator, "part") if saying.unit == whole.unit and saying.at > whole.at]
    if not members:
        return
    listed = LISTED.search(sentence.between(whole.figure, members[0].figure)) is not None and members[0].at == whole.at + 1
    wide = slack(whole.figure) + sum((slack(saying.figure) for saying in members), Decimal(0))
    terms, top = [saying.term for saying in members], whole.figure.value
    greatest = max(members, key=lambda saying: saying.figure.value)
    if greatest.figure.value > top + wide:
        message = f"a part is {number(greatest.figure.value)}, its total {number(top)}"
        yield from verdict(PARTS, False, listed, message, (whole, greatest))
    elif len(members) > 1:
        agrees = divides([term.value for term in terms], top, wide)
        message = f"{added(terms)} = {number(total(terms))}, total {number(top)}"
        yield from verdict(PARTS, agrees, False, message, (whole, *members))


def divides(values: Sequence[Decimal], whole: Decimal, wide: Decimal) -> bool:
    """Whether the values, in their order, are the whole once or several times over, as by kind and then by channel."""
    running = Decimal(0)
    for value in values:
        running += value
        if abs(running - whole) <= wide:
            running = Decimal(0)
    return running == 0


def shares(sentence: Sentence) -> Iterator[Check]:
    """公文341件,其中主动公开126件,占36.95%: a share that follows its part, and that its total."""
    for share in sentence.sayings:
        if share.figure.role != "share" or share.unit != "%":
            continue
        part = next((saying for saying in sentence.sayings if saying.at == share.at - 1 and saying.unit not in RATIOS), None)
        if not part or not SHARES.fullmatch(sentence.between(part.figure, share.figure)):
            continue
        wholes = [saying for saying in sentence.sayings if saying.at < part.at and saying.unit == part.unit
                  and saying.figure.role == "level" and saying.figure.value >= part.figure.value]
        stated, wide = ratio(share)
        fitting = [(whole, found) for whole in wholes if (found := quotients(part.figure, whole.figure))]
        agreeing = [(whole, found) for whole, found in fitting if found[0] - wide <= stated <= found[1] + wide]
        certain = (len(fitting) == 1 and part.figure.role == "part" and fitting[0][0].figure.indicator == part.figure.indicator
                   and bool(LISTED.search(sentence.between(fitting[0][0].figure, part.figure))))
        for whole, found in (agreeing or fitting)[:1]:
            message = f"{number(part.figure.value)} / {number(whole.figure.value)} = {found[0]:.2f}%, stated {stated.normalize():f}%"
            yield from verdict(SHARE, bool(agreeing), certain, message, (whole, part, share))


def handled(sentence: Sentence) -> Iterator[Check]:
    """收到留言318条,办结310条: no more can be handled than came, unless older ones are among them."""
    for fewer, more in HANDLINGS:
        done, came = alone(sentence.of(fewer, "level")), alone(sentence.of(more, "level"))
        if done and came and done.unit == came.unit and came.at < done.at:
            message = f"{number(done.figure.value)} of {number(came.figure.value)}"
            agrees = done.figure.value <= came.figure.value + slack(came.figure) + slack(done.figure)
            certain = done.at == came.at + 1 and not EARLIER.search(normalise(sentence.text).text)
            yield from verdict(HANDLED, agrees, certain, message, (came, done))


def carried(sentence: Sentence) -> Iterator[Check]:
    """新收17件,上年结转2件,办结18件,结转下年1件: what comes in goes out or on; without what was carried in only agreement counts."""
    received, completed, out, taken = (alone(sentence.of(f"application.{name}", "level", *also)) for name, also in (
        ("received", ()), ("completed", ()), ("carried_out", ("part",)), ("carried_in", ("part",))))
    if not received or not completed or not out:
        return
    incoming = [received, *([taken] if taken else [])]
    left, right = [saying.term for saying in incoming], [completed.term, out.term]
    message = f"{added(left)} came in, {added(right)} = {number(total(right))} completed or carried out"
    yield from verdict(CARRIED, total(left) == total(right), taken is not None, message, (*incoming, completed, out))
