"""The notebooks run on the released model."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))


@pytest.mark.filterwarnings("ignore")  # the kernel's own, in another process's start
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_runs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": "notebooks"}}).execute()
    assert any(cell.get("outputs") for cell in book.cells)


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["errors", "quickstart"]
