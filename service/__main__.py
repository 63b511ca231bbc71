"""Start the service: `python -m service`."""

import uvicorn

from service.app import create
from service.settings import Settings


def main() -> None:
    settings = Settings()
    uvicorn.run(create(settings), host=settings.host, port=settings.port, log_level="info")


if __name__ == "__main__":
    main()
