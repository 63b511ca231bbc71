"""Hot reload: the service follows the model in use, without a restart and without dropping a request."""

import logging
from pathlib import Path

import anyio
from anyio import to_thread

from service.pool import Pool
from service.settings import Settings
from zhibiao import Extractor, ModelError, models

log = logging.getLogger(__name__)
SECONDS = 1.0


def warmed(folder: Path, settings: Settings) -> Extractor:
    """The extractor of a model folder, after a first text, which is always slow. Raises ModelError."""
    extractor = Extractor.load(folder, threads=settings.threads, limit=settings.limit)
    extractor("预热:政府网站由2家减至1家。")
    return extractor


class Follower:
    """Gives the pool the model in use when another is promoted or rolled back to. A model that cannot be loaded is refused once,
    with a line in the log, and the one at work stays."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._seen: Path | str = pool.extractor.tagger.folder

    async def look(self) -> None:
        """Load the model in use if it is another than at the last look."""
        try:
            folder = models.current(self._settings.store)
        except ModelError as error:
            if self._seen != str(error):
                self._seen = str(error)
                log.error("the model stays %s: %s", self._pool.extractor.tagger.version, error)
            return
        if folder == self._seen:
            return
        self._seen = folder
        try:
            self._pool.replace(await to_thread.run_sync(warmed, folder, self._settings))
        except Exception:  # whatever is wrong with it, the service goes on with the model that it has
            log.exception("the model stays %s: %s is refused", self._pool.extractor.tagger.version, folder)
        else:
            log.info("the model is %s now, from %s", self._pool.extractor.tagger.version, folder)

    async def watch(self) -> None:
        """Look every second, for ever."""
        while True:
            await self.look()
            await anyio.sleep(SECONDS)
