"""Start the service: `python -m service`."""

import uvicorn

from service import logs
from service.app import create
from service.settings import Settings


def main() -> None:
    settings = Settings()
    logs.configure()
    # log_config: ours; on SIGTERM no more is accepted, and what is in flight is answered.
    uvicorn.run(create(settings), host=settings.host, port=settings.port, log_config=None, access_log=False,
                timeout_graceful_shutdown=settings.grace)


if __name__ == "__main__":
    main()
