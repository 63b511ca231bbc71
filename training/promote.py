"""Put a model folder in use on this machine, or go back to the one before. A running service follows within seconds.

    python -m training.promote build/retrain/model
    python -m training.promote --rollback
"""

import argparse
import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from zhibiao import Extractor, ModelError, models
from zhibiao.tagger import verify

log = logging.getLogger(__name__)


def version_of(folder: Path) -> str:
    """The version of a model folder. Raises ModelError where it has none such as 0.1.1."""
    version = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["version"])
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ModelError(f"{folder / 'config.json'} has version {ascii(version)}, expected one such as 0.1.1")
    return version


def next_version(current: str, store: Path = models.STORE) -> str:
    """The patch after `current`, and after every model in the store: Label Studio takes a version it knows for the same model."""
    major, minor, patch = (int(part) for part in current.split("."))
    there = [folder.name.split(".") for folder in store.glob(f"{major}.{minor}.*") if folder.is_dir()]
    return f"{major}.{minor}.{1 + max([patch, *(int(parts[2]) for parts in there if parts[2].isdecimal())])}"


def write(versions: Sequence[str], store: Path) -> None:
    """Replace the file that names the model in use."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=store, delete=False) as file:
        file.write("".join(f"{version}\n" for version in versions))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(store / models.POINTER)


def promote(folder: Path, store: Path = models.STORE) -> Path:
    """Copy a model folder into the store and put it in use; its place there.

    Raises ModelError, and changes nothing, where it is broken or the store holds another model of its version.
    """
    verify(folder, weights=True)
    version = version_of(folder)
    Extractor.load(folder)("政府网站由2家减至1家。")
    target = store / version
    store.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=store))
        shutil.copytree(folder, partial, dirs_exist_ok=True)
        partial.chmod(0o755)
        partial.rename(target)
    elif (target / "SHA256SUMS").read_bytes() != (folder / "SHA256SUMS").read_bytes():
        raise ModelError(f"{target} is another model of version {version}; give the new one a version of its own")
    write([*(other for other in models.promoted(store) if other != version), version], store)
    return target


def rollback(store: Path = models.STORE) -> Path:
    """Put the model in use that was so before the last promotion; its folder. Raises ModelError where nothing is promoted."""
    versions = models.promoted(store)
    if not versions:
        raise ModelError(f"nothing is promoted in {store}; the released model is in use")
    write(versions[:-1], store)
    return models.current(store)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="a model folder")
    parser.add_argument("--rollback", action="store_true", help="go back to the model before")
    parser.add_argument("--store", type=Path, default=models.STORE, help="where promoted models lie; default: %(default)s")
    options = parser.parse_args(arguments)
    if options.rollback is (options.folder is not None):
        parser.error("expected a model folder or --rollback")
    try:
        used = rollback(options.store) if options.rollback else promote(options.folder, options.store)
    except ModelError as error:
        print(f"promote: {error}", file=sys.stderr)
        return 1
    print(f"in use: {version_of(used)} in {used}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
