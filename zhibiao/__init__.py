"""Zhibiao reads the figures out of Chinese government reports.

    >>> from zhibiao import Extractor
    >>> extractor = Extractor.load()
    >>> extractor("全市政府网站由67家缩减至23家。").response()["figures"]
"""

from zhibiao.catalogue import Catalogue, Indicator, catalogue
from zhibiao.errors import InvalidTextError, ModelError, TextTooLongError, ZhibiaoError
from zhibiao.extractor import Extractor
from zhibiao.response import Extraction
from zhibiao.version import __version__

__all__ = ["Catalogue", "Extraction", "Extractor", "Indicator", "InvalidTextError", "ModelError", "TextTooLongError",
           "ZhibiaoError", "__version__", "catalogue"]
