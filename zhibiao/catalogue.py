"""The list of indicators, roles and approximations: declared once in indicators.yaml, everything else is made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that reports count.

    code: `group.measure`, or `other`; name: Chinese; units: the usual ones, simplified; note: what belongs to it.
    """

    code: str
    name: str
    group: str
    units: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Indicators by code, groups by code with their Chinese names, roles and approximations by code with what they mean.

    The order of each mapping is the order of the labels in a model.
    """

    version: int
    indicators: Mapping[str, Indicator]
    groups: Mapping[str, str]
    roles: Mapping[str, str]
    approximations: Mapping[str, str]


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    declared = yaml.safe_load((files("zhibiao") / "indicators.yaml").read_text(encoding="utf-8"))
    indicators = {
        code: Indicator(code, entry["zh"], code.partition(".")[0], tuple(entry.get("units", ())), entry.get("note", ""))
        for code, entry in declared["indicators"].items()
    }
    return Catalogue(
        version=declared["version"],
        indicators=MappingProxyType(indicators),
        groups=MappingProxyType({code: entry["zh"] for code, entry in declared["groups"].items()}),
        roles=MappingProxyType(declared["roles"]),
        approximations=MappingProxyType(declared["approximations"]),
    )
