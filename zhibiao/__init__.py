"""Zhibiao reads the figures out of Chinese government reports.

    >>> from zhibiao import Extractor
    >>> extractor = Extractor.load()
    >>> extractor("全市政府网站由67家缩减至23家。").response()["figures"]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zhibiao.catalogue import Catalogue, Indicator, catalogue
from zhibiao.errors import InvalidTextError, ModelError, TextTooLongError, ZhibiaoError
from zhibiao.version import __version__

if TYPE_CHECKING:
    from zhibiao.extractor import Extractor
    from zhibiao.response import Extraction

__all__ = ["Catalogue", "Extraction", "Extractor", "Indicator", "InvalidTextError", "ModelError", "TextTooLongError",
           "ZhibiaoError", "__version__", "catalogue"]


def __getattr__(name: str) -> Any:
    # On first use: the processes that read files import this package too, and need no network.
    homes = {"Extractor": "zhibiao.extractor", "Extraction": "zhibiao.response"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(homes[name]), name)
