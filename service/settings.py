"""Settings of the service, from the environment.

    python -m service.settings > service/SETTINGS.md
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from limits import RateLimitItem, parse
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from zhibiao.label_studio import BACKEND_USER
from zhibiao.models import STORE


class Settings(BaseSettings):
    """Each field is read from `ZHIBIAO_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="ZHIBIAO_", extra="ignore", arbitrary_types_allowed=True)

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    model: Path | None = Field(default=None, description="model folder; unless given, the model in use, followed when another is promoted")
    store: Path = Field(default=STORE, description="folder of promoted models")
    limit: int = Field(default=1_000_000, ge=1, description="longest text, in characters")
    file_limit: int = Field(default=20_000_000, ge=1, description="largest uploaded file, in bytes")
    threads: int | None = Field(default=None, ge=1, description="threads of the network; all cores unless given")
    workers: int = Field(default=8, ge=1, description="texts in work at the same time; they share the threads of the network")
    queue: int = Field(default=16, ge=0, description="texts that may wait for a worker; one more is answered 503")
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(default=(), description="keys, separated by commas; none are asked for unless given")
    rate: Annotated[RateLimitItem | None, NoDecode] = Field(default=None, description="most requests of a key or an address, such as 60/minute")
    grace: int = Field(default=60, ge=0, description="seconds that requests in flight have to finish after SIGTERM")
    label_studio_user: str = Field(default=BACKEND_USER, description="user that Label Studio's calls must carry where there is a password")
    label_studio_password: SecretStr | None = Field(default=None, min_length=1, description="that password; the secret unless given")
    label_studio_secret: SecretStr | None = Field(default=None, min_length=1, description="what the secret header of its webhooks must hold")
    label_studio_limit: int = Field(default=10_000_000, ge=1, description="most characters of all tasks in one of its requests")
    label_studio_train: str | None = Field(default=None, min_length=1, description="command that START_TRAINING starts; off unless given")

    @field_validator("api_keys", mode="before")
    @classmethod
    def listed(cls, keys: object) -> object:
        if not isinstance(keys, str) or not keys:
            return keys or ()
        found = tuple(key.strip() for key in keys.split(","))
        if "" in found:
            raise ValueError("one of the keys is empty, which would let everybody in; write them as first,second")
        return found

    @field_validator("rate", mode="before")
    @classmethod
    def paced(cls, rate: object) -> object:
        return parse(rate) if isinstance(rate, str) else rate

    @property
    def password(self) -> SecretStr | None:
        """What Label Studio's calls must carry; None where they need carry nothing."""
        return self.label_studio_password or self.label_studio_secret


def table() -> Iterator[str]:
    """The settings as Markdown, line by line."""
    yield "# Settings of the service\n"
    yield "Environment variables; `make serve` reads them. Written by `python -m service.settings`.\n"
    yield "| variable | default | |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.relative_to(STORE.parents[1]) if isinstance(default, Path) else "" if default in (None, ()) else default
        yield f"| `ZHIBIAO_{name.upper()}` | {shown} | {field.description} |"


if __name__ == "__main__":
    print(*table(), sep="\n")  # noqa: T201 -- this is a command
