"""Figures as Label Studio knows them: the labelling configuration, and result items out of figures and back.

One region is several items that share an `id`: the label is the group, the taxonomy of that group the indicator, the
choices are role, approximation and nil, and a text area shows the value with its unit. Codes are stored, Chinese names
shown. Offsets are code points into the text on both sides, end exclusive. What is left empty means what it means in the
inline form: role `level`, value, unit and approximation as the text of the span says.
"""

import colorsys
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from zhibiao.catalogue import catalogue
from zhibiao.errors import AnnotationError
from zhibiao.numbers import plain_number, read

TEXT: Final = "text"
GROUP: Final = "group"
INDICATOR: Final = "indicator"  # and behind a hyphen the group: one taxonomy a group
ROLE: Final = "role"
APPROX: Final = "approx"
NIL: Final = "nil"
VALUE: Final = "value"

# How the server shows the service that it is ours: as user and password of the ML backend's protocol, as a header of webhooks.
BACKEND_USER: Final = "label-studio"
SECRET_HEADER: Final = "X-Zhibiao-Secret"

# Chinese names, with what the catalogue says of them in a word or two.
ROLES: Final = {
    "level": ("总量", "数量本身(默认)"), "part": ("其中", "已说明总数的一部分"), "before": ("变化前", "由67家……;上年611个"),
    "after": ("变化后", "……缩减至23家"), "increase": ("增加", "新增3个"), "decrease": ("减少", "关停16家"),
    "growth": ("增长率", "同比增长12.5%,翻一番"), "decline": ("下降率", "同比下降8%"), "share": ("占比", "占总数的85%"),
    "average": ("平均", "每期3000份,日均120条"), "target": ("目标", "计划、力争、要求达到"),
}
APPROXIMATIONS: Final = {
    "exact": ("准确", "原数(默认)"), "more": ("多于", "多 余 超 逾 以上"), "less": ("不足", "近 不足 以内 以下"),
    "about": ("大约", "约 左右 几 数十"), "at_least": ("至少", "不少于 至少 不低于"), "at_most": ("至多", "不超过 至多 前三"),
}
# Three rows of the keyboard: groups above, roles in the middle, approximations and nil below.
GROUP_KEYS: Final = "1234567890qwertyuiop["
ROLE_KEYS: Final = "asdfghjkl;'"
APPROX_KEYS: Final = "zxcvbm"
NIL_KEY: Final = "n"

# How many of a text's least sure figures its score looks at.
WEAKEST: Final = 5
WRITTEN: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:\s*~\s*(\d[\d,]*(?:\.\d+)?))?\s*([^\d\s\[\]|\\]*)")


# The page at a glance: text on the left, the chosen region's labels beside it, both in sight however long the text is.
STYLE: Final = """
.zhibiao { display: flex; flex-direction: column; height: calc(100vh - 175px) }
.zhibiao-groups { flex: none }
.zhibiao-body { flex: auto; min-height: 0; display: flex; gap: 16px; border-top: 1px solid #ddd; padding-top: 8px }
.zhibiao-text { flex: auto; overflow-y: auto }
.zhibiao-text .htx-richtext, .zhibiao-text [class*=richtext] { font-size: 17px; line-height: 2 }
.zhibiao-labels { flex: none; width: 300px; overflow-y: auto }
.zhibiao-labels h6, .zhibiao-labels h5, .zhibiao-labels h4 { font-size: 14px; margin: 10px 0 2px }
"""


def config() -> str:
    """The labelling configuration, made from the catalogue."""
    known = catalogue()
    root = Element("View", {"className": "zhibiao"})
    SubElement(root, "Style").text = STYLE
    bar = SubElement(root, "View", {"className": "zhibiao-groups"})
    SubElement(bar, "Filter", {"name": "find", "toName": GROUP, "minlength": "0", "placeholder": "查找类别"})
    labels = SubElement(bar, "Labels", {"name": GROUP, "toName": TEXT, "choice": "single", "showInline": "true"})
    for position, (code, name) in enumerate(known.groups.items()):
        SubElement(labels, "Label", {"value": name, "alias": code, "background": colour(position, len(known.groups)),
                                     "hotkey": GROUP_KEYS[position]})
    body = SubElement(root, "View", {"className": "zhibiao-body"})
    page = SubElement(body, "View", {"className": "zhibiao-text"})
    SubElement(page, "Text", {"name": TEXT, "value": "$text", "valueType": "text", "granularity": "symbol", "showLabels": "true"})
    panel = SubElement(body, "View", {"className": "zhibiao-labels"})
    for code in known.groups:
        tree = SubElement(panel, "Taxonomy", {
            "name": f"{INDICATOR}-{code}", "toName": TEXT, "perRegion": "true", "visibleWhen": "region-selected", "whenTagName": GROUP,
            "whenLabelValue": code, "maxUsages": "1", "leafsOnly": "true", "placeholder": "选择指标"})
        for indicator in known.indicators.values():
            if indicator.group == code:
                SubElement(tree, "Choice", {"value": indicator.name, "alias": indicator.code, "hint": indicator.note})
    choices(panel, ROLE, "角色", {code: ROLES[code] for code in known.roles}, ROLE_KEYS)
    heading(panel, "数值与单位(空着即按原文)")
    SubElement(panel, "TextArea", {"name": VALUE, "toName": TEXT, "perRegion": "true", "maxSubmissions": "1", "editable": "true", "rows": "1",
                                   "placeholder": "如 12000 条,30~50 件"})
    choices(panel, APPROX, "约数", {code: APPROXIMATIONS[code] for code in known.approximations}, APPROX_KEYS)
    choices(panel, NIL, "零申报", {NIL: ("没有发生", "未收到、无、零:标在名词上")}, NIL_KEY)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


def colour(position: int, total: int) -> str:
    """One of `total` colours around the circle of hues; neighbours stand far apart and differ in lightness too."""
    red, green, blue = colorsys.hls_to_rgb(position * 8 % total / total, (0.32, 0.4, 0.48)[position % 3], 0.7)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def heading(panel: Element, title: str) -> None:
    """A heading that is there while a region is selected."""
    SubElement(SubElement(panel, "View", {"visibleWhen": "region-selected"}), "Header", {"value": title, "size": "6"})


def choices(panel: Element, name: str, title: str, named: Mapping[str, tuple[str, str]], keys: str) -> None:
    """Choices for each region, with title, names, hints and hotkeys."""
    heading(panel, title)
    control = SubElement(panel, "Choices", {"name": name, "toName": TEXT, "perRegion": "true", "showInline": "true",
                                            "choice": "multiple" if name == NIL else "single"})
    for (code, (shown, hint)), key in zip(named.items(), keys, strict=True):
        SubElement(control, "Choice", {"value": shown, "alias": code, "hint": hint, "hotkey": key})


def prediction(response: Mapping[str, Any]) -> dict[str, Any]:
    """A response of the extractor as a prediction: `model_version`, `score`, `result`."""
    return {"model_version": model_version(**response["model"]), "score": score(response), "result": results(response["figures"])}


def model_version(name: str, version: str) -> str:
    """The name under which a model's predictions are kept."""
    return f"{name} {version}"


def score(response: Mapping[str, Any]) -> float:
    """How little there is to learn from a text, 0 to 1; uncertainty sampling serves the lowest first.

    The mean of its five lowest figure confidences, divided by one more than the number of violated checks. A text in which
    the extractor finds no figure scores 1.
    """
    lowest = sorted(figure["confidence"] for figure in annotated(response["figures"]))[:WEAKEST]
    violated = sum(check["status"] == "violated" for check in response["checks"])
    return round(sum(lowest) / len(lowest) / (1 + violated), 4) if lowest else 1.0


def annotated(figures: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The figures that people annotate: those of the prose. Cells of the statutory form are read by rule."""
    return [figure for figure in figures if figure.get("source", "prose") == "prose"]


def results(figures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The result items of figures, in the form of a response or of the corpus; each region's score is its confidence."""
    return [item for figure in annotated(figures) for item in region(figure)]


def region(figure: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The items of one figure."""
    group = catalogue().indicators[figure["indicator"]].group
    # As the page writes them: every item of a region says its words, but for the text area, whose own text stands there.
    place = {"start": figure["start"], "end": figure["end"], "text": figure["text"]}
    values: list[tuple[str, str, dict[str, Any]]] = [
        (GROUP, "labels", {"labels": [group]}),
        (f"{INDICATOR}-{group}", "taxonomy", {"taxonomy": [[figure["indicator"]]]}),
    ]
    if figure["nil"]:
        values.append((NIL, "choices", {"choices": [NIL]}))
    else:
        values += [(ROLE, "choices", {"choices": [figure["role"]]}), (APPROX, "choices", {"choices": [figure["approx"]]})]
        # Where the words say it all, the text area stays empty: a region moved to other words is then read anew. Noise that the
        # parser took for a unit (12]家) is left to it: the text area could not be read back.
        shown = written(figure["value"], figure["value_max"], figure["unit"])
        if not as_written(figure) and WRITTEN.fullmatch(shown):
            values.append((VALUE, "textarea", {"text": [shown]}))
    shared = {"id": f"{figure['start']}-{figure['end']}", "to_name": TEXT}
    if "confidence" in figure:
        shared["score"] = figure["confidence"]
    for name, kind, value in values:
        yield {**shared, "from_name": name, "type": kind, "value": {**place, **value}}


def as_written(figure: Mapping[str, Any]) -> bool:
    """Whether the words of the span alone say the figure's value and unit."""
    quantity = read(figure["text"])
    return quantity is not None and (plain_number(quantity.value), plain_number(quantity.value_max), quantity.unit) == (
        figure["value"], figure["value_max"], figure["unit"])


def written(value: float | Decimal, value_max: float | Decimal | None, unit: str) -> str:
    """Value and unit as the text area shows them: `67 家`, `30~50 件`."""
    numbers = [format(Decimal(str(number)), "f") for number in (value, value_max) if number is not None]
    return f"{'~'.join(numbers)} {unit}".strip()


def figures(result: Sequence[Mapping[str, Any]], text: str) -> list[dict[str, Any]]:
    """The figures of an annotation's result items, in the order of the text and in the corpus's JSON Lines form.

    Blanks at the ends of a span are trimmed; a value that a resized region still shows of its old words is read anew. Raises
    AnnotationError with every fault: items that are none of ours, offsets outside the text or on other words than the item
    says, unknown or missing labels, numbers that cannot be read, regions that overlap.
    """
    faults: list[str] = []
    regions: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in result:
        if fault := unusable(item):
            faults.append(fault)
        elif item["from_name"] in regions.setdefault(item["id"], {}):
            faults.append(f"region {item['id']}: two items {item['from_name']!r}, expected one")
        else:
            regions[item["id"]][item["from_name"]] = item["value"]
    found = []
    for name, controls in regions.items():
        try:
            found.append(figure(forget(name, controls, text), text))
        except ValueError as error:
            faults.append(f"region {name}: {error}")
    found.sort(key=lambda one: (one["start"], one["end"]))
    for one, other in zip(found, found[1:], strict=False):
        if other["start"] < one["end"]:
            faults.append(f"{one['text']!r} at {one['start']} and {other['text']!r} at {other['start']} overlap; a figure stands alone")
    if faults:
        raise AnnotationError(faults)
    return found


def unusable(item: Any) -> str | None:
    """What is wrong with the frame of an item, if anything."""
    if not isinstance(item, Mapping) or not isinstance(item.get("value"), Mapping) or not isinstance(item.get("id"), str):
        kind = item.get("type") if isinstance(item, Mapping) else None
        return f"an item of type {kind!r} is no part of a region; expected id, from_name and value"
    name = item.get("from_name")
    if name not in (GROUP, ROLE, APPROX, NIL, VALUE) and str(name).removeprefix(f"{INDICATOR}-") not in catalogue().groups:
        return f"region {item['id']}: the control {name!r} is not in the labelling configuration"
    return None


def forget(name: str, controls: Mapping[str, Mapping[str, Any]], text: str) -> Mapping[str, Mapping[str, Any]]:
    """The controls of a region, without a value that its words as predicted said and that its words of now may not.

    A predicted region's name is where it stood.
    """
    old = re.fullmatch(r"(\d{1,9})-(\d{1,9})", name)
    if old is None or VALUE not in controls or (int(old[1]), int(old[2])) == (controls[VALUE].get("start"), controls[VALUE].get("end")):
        return controls
    quantity = read(text[int(old[1]):int(old[2])])
    if quantity is None or controls[VALUE].get("text") != [written(quantity.value, quantity.value_max, quantity.unit)]:
        return controls
    return {control: value for control, value in controls.items() if control != VALUE}


def figure(controls: Mapping[str, Mapping[str, Any]], text: str) -> dict[str, Any]:
    """One region's figure from the values of its controls. Raises ValueError."""
    start, end = span(controls, text)
    known, words = catalogue(), text[start:end]
    group = one_of(controls, GROUP, "labels", known.groups)
    if group is None:
        raise ValueError(f"{words!r} has no group; choose one above the text")
    nil = one_of(controls, NIL, "choices", (NIL,)) is not None
    indicator = indicator_of(controls, group, words)
    role = one_of(controls, ROLE, "choices", known.roles) or "level"
    approx = one_of(controls, APPROX, "choices", known.approximations)
    placed = {"start": start, "end": end, "text": words, "indicator": indicator}
    if nil:
        if indicator == "other":
            raise ValueError(f"{words!r} is a nil statement of {indicator!r}; it needs an indicator of its own")
        return placed | {"role": "level", "value": 0, "value_max": None, "unit": "", "approx": "exact", "nil": True}
    quantity = read(words)
    value, value_max, unit = amount(controls, words) or (None, None, "")
    if value is None:
        if quantity is None:
            raise ValueError(f"no number can be read in {words!r}; write the value, or mark it as a nil statement")
        value, value_max = quantity.value, quantity.value_max
    return placed | {
        "role": role, "value": plain_number(value), "value_max": plain_number(value_max),
        "unit": unit or (quantity.unit if quantity else ""), "approx": approx or (quantity.approx if quantity else "exact"), "nil": False}


def span(controls: Mapping[str, Mapping[str, Any]], text: str) -> tuple[int, int]:
    """The interval that all items of a region name, blanks at its ends trimmed. Raises ValueError."""
    places = {(value.get("start"), value.get("end")) for value in controls.values()}
    if len(places) != 1:
        raise ValueError(f"its items stand at {', '.join(map(str, places))}; expected one place")
    start, end = places.pop()
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise ValueError(f"offsets {start!r} to {end!r}; expected whole numbers within the text of {len(text)} characters")
    said = controls.get(GROUP, {}).get("text")
    if said is not None and said != text[start:end]:
        raise ValueError(f"the item says {said!r}, the text has {text[start:end]!r} at {start} to {end}")
    words = text[start:end]
    if not words.strip():
        raise ValueError(f"nothing but blanks at {start} to {end}")
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def one_of(controls: Mapping[str, Mapping[str, Any]], name: str, field: str, allowed: Mapping[str, Any] | Sequence[str]) -> str | None:
    """The one code chosen in a control; None where nothing is. Raises ValueError."""
    chosen = controls.get(name, {}).get(field) or []
    if not isinstance(chosen, list) or len(chosen) > 1:
        raise ValueError(f"{name} is {chosen!r}; expected one choice")
    if chosen and (not isinstance(chosen[0], str) or chosen[0] not in allowed):
        raise ValueError(f"{name} is {chosen[0]!r}; expected one of {', '.join(allowed)}")
    return chosen[0] if chosen else None


def indicator_of(controls: Mapping[str, Mapping[str, Any]], group: str, words: str) -> str:
    """The indicator chosen in the taxonomy of `group`, or the only one it has. Raises ValueError."""
    members = [code for code, indicator in catalogue().indicators.items() if indicator.group == group]
    paths = controls.get(f"{INDICATOR}-{group}", {}).get("taxonomy") or []
    if not paths:
        if len(members) == 1:
            return members[0]
        raise ValueError(f"{words!r} has no indicator; choose one of {group}")
    if not isinstance(paths, list) or len(paths) > 1 or not isinstance(paths[0], list) or len(paths[0]) != 1 or paths[0][0] not in members:
        raise ValueError(f"the indicator is {paths!r}; expected one of {', '.join(members)}")
    return str(paths[0][0])


def amount(controls: Mapping[str, Mapping[str, Any]], words: str) -> tuple[Decimal, Decimal | None, str] | None:
    """(value, value_max, unit) as written in the text area; None where it is empty. Raises ValueError."""
    lines = controls.get(VALUE, {}).get("text") or []
    lines = lines if isinstance(lines, list) else [lines]
    content = " ".join(map(str, lines)).strip()
    if not content:
        return None
    match = WRITTEN.fullmatch(content)
    if len(lines) > 1 or match is None:
        raise ValueError(f"the value of {words!r} is {content!r}; expected a number and a unit, such as 67 家 or 30~50 件")
    unit = match[3].strip()
    if unit[:1] in tuple("万萬亿億"):
        raise ValueError(f"the value of {words!r} is {content!r}; write it in full, such as 12000 条")
    to_decimal: Callable[[str], Decimal] = lambda digits: Decimal(digits.replace(",", ""))  # noqa: E731
    return to_decimal(match[1]), to_decimal(match[2]) if match[2] else None, unit
