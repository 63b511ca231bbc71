"""The three statutory tables of an annual report, read cell by cell in whatever way they were set."""

from zhibiao.tables.form import form
from zhibiao.tables.reading import NONE, Tables, read

__all__ = ["NONE", "Tables", "form", "read"]
