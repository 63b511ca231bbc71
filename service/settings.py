"""Settings of the service, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is read from `ZHIBIAO_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="ZHIBIAO_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    model: Path | None = Field(default=None, description="model folder; the released one unless given")
    limit: int = Field(default=1_000_000, ge=1, description="longest text, in characters")
    threads: int | None = Field(default=None, ge=1, description="threads of the network; all cores unless given")
    workers: int = Field(default=2, ge=1, description="texts extracted at the same time")
    queue: int = Field(default=64, ge=0, description="texts that may wait for a worker; one more is answered 503")
