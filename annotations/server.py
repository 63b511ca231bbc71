"""A Label Studio server of our own, on loopback, with its project connected.

    make label-studio

First start makes the user, the token and the secrets (in `.label-studio/`, which git ignores); every start makes or mends
the project. It runs until interrupted; Label Studio's own words go to `.label-studio/server.log`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from annotations import project
from annotations.errors import LoopError
from annotations.settings import Settings

ENVIRONMENT = Path(".venv-label-studio")
USER = "admin@example.com"
# The first start runs the migrations, half a minute on two cores.
PATIENCE = 600


def environment(settings: Settings, port: int) -> dict[str, str]:
    """What the server is started with: embedded SQLite, signup closed, telemetry off, services on loopback allowed."""
    folder = settings.folder.resolve()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("LABEL_STUDIO_")},
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"),
        "LABEL_STUDIO_USERNAME": USER,
        "LABEL_STUDIO_PASSWORD": settings.secret("password", 16),
        "LABEL_STUDIO_USER_TOKEN": settings.secret("token"),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false",
        "HOST": f"http://127.0.0.1:{port}",
        # Its own list forbids loopback, where our service listens.
        "USE_DEFAULT_BANNED_SUBNETS": "false",
        "USER_ADDITIONAL_BANNED_SUBNETS": "10.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16",
    }


def healthy(url: str) -> bool:
    """Whether a Label Studio answers there and is up."""
    try:
        answer = httpx.get(f"{url}/health", timeout=5)
        return answer.status_code == 200 and answer.json().get("status") == "UP"
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


@contextmanager
def running(settings: Settings, patience: float = PATIENCE) -> Iterator["subprocess.Popen[bytes]"]:
    """A server at the settings' address while the block runs. Raises LoopError when it cannot start."""
    address = urlsplit(settings.url)
    port = address.port or 8080
    command = ENVIRONMENT / "bin" / "label-studio"
    if address.scheme != "http" or address.hostname not in ("127.0.0.1", "localhost"):
        raise LoopError(f"LABEL_STUDIO_URL is {settings.url}; our own server listens on http://127.0.0.1:PORT only")
    if not command.exists():
        raise LoopError(f"{command} is not there; make label-studio sets it up")
    with socket.socket() as probe:
        # The server would silently take the next port.
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise LoopError(f"port {port} is in use, perhaps by a server started before; stop it, or set LABEL_STUDIO_URL to another port")
    surroundings = environment(settings, port)
    settings.secret("secret")  # make serve takes it from there, whichever is started first
    log = settings.folder / "server.log"
    with log.open("ab") as stream:
        server = subprocess.Popen(
            [command.resolve(), "start", "--no-browser", "--internal-host", "127.0.0.1", "-p", str(port)],
            env=surroundings, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        deadline = time.monotonic() + patience
        while not healthy(settings.url):
            if server.poll() is not None:
                raise LoopError(f"Label Studio ended with code {server.returncode}; its last words are in {log}")
            if time.monotonic() > deadline:
                raise LoopError(f"Label Studio does not answer after {patience:.0f} s; its last words are in {log}")
            time.sleep(0.5)
        yield server
    finally:
        stop(server)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server, by force when it does not listen."""
    server.terminate()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def accompany(server: "subprocess.Popen[bytes]", settings: Settings) -> int:
    """Make or mend the project, connect the service as soon as it answers, and stay until the server ends; its exit code."""
    said = ""
    with project.connect(settings) as client:
        print(project.prepare(client, settings))
        print(f"ready: {settings.url}, user {USER}, password in {settings.folder / 'password'}; Ctrl+C ends it", flush=True)
        while server.poll() is None:
            try:
                print(project.attach(client, settings), flush=True)
                break
            except LoopError as error:
                if str(error) != said:
                    print(f"{error}; waiting for it", flush=True)
                said = str(error)
            time.sleep(5)
    return server.wait()


def main() -> int:
    settings = Settings()
    signal.signal(signal.SIGTERM, interrupt)
    print(f"starting Label Studio at {settings.url} (the first start takes a minute) …", flush=True)
    try:
        with running(settings) as server:
            return accompany(server, settings)
    except LoopError as error:
        print(f"label-studio: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
