"""Settings of the loop with Label Studio, from the environment, and the secrets in a folder that git ignores."""

import secrets
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is read from the variable named as its alias."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    url: str = Field(default="http://127.0.0.1:8080", alias="LABEL_STUDIO_URL", description="the server")
    api_key: str | None = Field(default=None, alias="LABEL_STUDIO_API_KEY", description="its token; the one of the folder unless given")
    project: str = Field(default="Zhibiao 指标", alias="LABEL_STUDIO_PROJECT", description="title of the project")
    folder: Path = Field(default=Path(".label-studio"), alias="LABEL_STUDIO_FOLDER", description="data and secrets of our own server")
    backend: str = Field(default="http://127.0.0.1:8000", alias="ZHIBIAO_URL", description="the service that predicts, as the server reaches it")

    @property
    def token(self) -> str | None:
        """The token to call the server with; None where none is set and our own server was never started."""
        path = self.folder / "token"
        return self.api_key or (path.read_text().strip() if path.exists() else None)

    def secret(self, name: str, length: int = 40) -> str:
        """The secret of that name, `length` hexadecimal digits; made on first use, readable by its owner only."""
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(length // 2) + "\n")
        return path.read_text().strip()
