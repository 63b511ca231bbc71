"""Retraining: a command in a process of its own, one at a time, and what is known of it."""

import logging
import os
import shlex
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
TAIL_LINES, TAIL_BYTES = 20, 8192
PATIENCE = 10.0


class Retraining:
    """The command of the settings, None where retraining is off. Its output goes to a log file, begun anew by each run."""

    def __init__(self, command: str | None, log_file: Path) -> None:
        self._command = command
        self._log = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._started: str | None = None
        self._failure: str | None = None
        self._lock = threading.Lock()

    @property
    def state(self) -> str:
        """`off`, `idle` before the first run, `running`, `finished`, or `failed` where the command cannot be started."""
        if self._command is None:
            return "off"
        if self._process is None:
            return "idle" if self._failure is None else "failed"
        return "running" if self._process.poll() is None else "finished"

    def start(self) -> str:
        """Start a run unless one is under way or retraining is off; what was done, in words."""
        with self._lock:
            if self._command is None:
                return "retraining is off: set ZHIBIAO_LABEL_STUDIO_TRAIN to its command, such as python -m training.retrain"
            if self.state == "running":
                return f"a retraining is under way since {self._started}; nothing was started"
            self._process = self._failure = None
            self._started = datetime.now(UTC).isoformat(timespec="seconds")
            try:
                self._log.parent.mkdir(parents=True, exist_ok=True)
                with self._log.open("wb") as output:
                    self._process = subprocess.Popen(shlex.split(self._command), stdin=subprocess.DEVNULL, stdout=output,
                                                     stderr=subprocess.STDOUT, start_new_session=True)
            except (OSError, ValueError) as error:
                self._failure = f"{self._command!r} cannot be started: {error}"
                log.error("retraining: %s", self._failure)
                return self._failure
            log.info("retraining: started, its output goes to %s", self._log)
            return f"started; its output goes to {self._log}"

    def stop(self) -> None:
        """End a run under way, for the service is ending; the next one goes on from its checkpoint."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def status(self) -> dict[str, Any]:
        """State, start, exit code (null while it runs), log file and its last lines, as JSON."""
        return {"state": self.state, "started": self._started, "exit_code": self._process.poll() if self._process else None,
                "message": self._failure, "log": str(self._log), "tail": self._tail() if self._process else []}

    def _tail(self) -> list[str]:
        try:
            with self._log.open("rb") as output:
                output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL_BYTES))
                return output.read().decode("utf-8", "replace").splitlines()[-TAIL_LINES:]
        except OSError as error:
            return [f"{self._log} cannot be read: {error.strerror}"]
