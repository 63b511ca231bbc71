"""A process of its own for each file whose format can ask for more time and memory than it is worth.

Bytes go in on standard input, JSON comes out. Whatever the file makes of the reader, even a crash, ends in one of the errors for
files. Needs a POSIX system, whose limits hold the process down.
"""

import json
import logging
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from zhibiao.errors import FileError, FileTooLargeError, UnreadableFileError
from zhibiao.files.content import Content

# The clock may run so much longer than the processor works for the file: on a busy machine it waits.
PATIENCE: Final = 4
OUT_OF_MEMORY: Final = 3  # an exit status that Python gives nothing else
RAISED: Final[dict[str, type[FileError]]] = {error.__name__: error for error in (FileTooLargeError, UnreadableFileError)}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading a file may take. seconds: of processor time; memory: address space in bytes."""

    seconds: int = 30
    memory: int = 1 << 30


LIMITS: Final = Limits()


def read(data: bytes, kind: str, limits: Limits) -> Content:
    """What a file of this kind holds. Raises UnreadableFileError, FileTooLargeError."""
    command = [sys.executable, "-P", "-W", "ignore", "-m", __package__, kind, str(limits.seconds), str(limits.memory)]
    slow = f"reading the file took more than {limits.seconds} seconds; split it, or save it in a simpler form"
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=limits.seconds * PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(slow) from error
    if done.returncode == -signal.SIGXCPU:
        raise UnreadableFileError(slow)
    if done.returncode == OUT_OF_MEMORY:
        raise FileTooLargeError(f"reading the file takes more than {limits.memory:,} bytes of memory; split it, or save it in a simpler form")
    if done.returncode != 0:
        log.warning("the reader of %s files ended with %d: %s", kind, done.returncode, done.stderr[-500:].decode(errors="replace"))
        raise UnreadableFileError(f"the file cannot be read as {kind.upper()}: it is damaged or something else; save it again")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise RAISED[answer["error"]](answer["message"])
    return Content(answer["text"], answer["kind"], tuple(answer["warnings"]))
