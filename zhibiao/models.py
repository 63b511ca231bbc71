"""Which model is in use: the one promoted last on this machine, else the one released with the library.

A store is a folder of promoted model folders, each named by its version, beside a file `promoted` that lists versions, one a
line, the last the one in use. That file is replaced whole, so whoever reads it sees the state before or the state after.
"""

import re
from pathlib import Path

from zhibiao.errors import ModelError

MODELS = Path(__file__).parent.parent / "models"
RELEASED = MODELS / "zhibiao"
STORE = MODELS / "local"
POINTER = "promoted"


def promoted(store: Path = STORE) -> list[str]:
    """The versions promoted in a store and not rolled back, the one in use last. Raises ModelError on a file that lists none such."""
    pointer = store / POINTER
    try:
        versions = pointer.read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelError(f"{pointer} cannot be read: {error.strerror}; give this user the right to, or name a model folder") from error
    for version in versions:
        if not re.fullmatch(r"\d+\.\d+\.\d+", version):
            raise ModelError(f"{pointer} holds {ascii(version)}, expected versions such as 0.1.1, one a line; mend it, "
                             "or delete it to use the released model")
    return versions


def current(store: Path = STORE) -> Path:
    """The folder of the model in use; the released one where nothing is promoted. Raises ModelError."""
    versions = promoted(store)
    if not versions:
        return RELEASED
    folder = store / versions[-1]
    if not folder.is_dir():
        raise ModelError(f"{store / POINTER} names version {versions[-1]}, but there is no folder {folder}; put it back, "
                         "or go back a version: python -m training.promote --rollback")
    return folder
