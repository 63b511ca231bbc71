"""A visit to the page, held to what the page promises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

PATIENCE = 60_000  # milliseconds: a slow machine is no fault of the page
expect.set_options(timeout=PATIENCE)


@dataclass
class Visit:
    """A page and what went wrong on it. expected: statuses that a test provokes."""

    page: Page
    requested: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def unexpected(self) -> list[str]:
        """What the console said, but for the browser's own word on the expected statuses."""
        return [error for error in self.errors if not any(f"status of {status} " in error for status in self.expected)]


def visit(context: BrowserContext, origin: str) -> Iterator[Visit]:
    """The page opened, and at the end held to what it promises: no other host, no error, no breach of its own policy."""
    context.set_default_timeout(PATIENCE)
    made = Visit(context.new_page())
    made.page.on("request", lambda request: made.requested.add(urlsplit(request.url).netloc if request.url[:5] != "blob:" else ""))
    made.page.on("console", lambda message: made.errors.append(message.text) if message.type in ("error", "warning") else None)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    made.page.goto(origin)
    yield made
    context.close()
    assert made.requested <= {urlsplit(origin).netloc, ""}
    assert made.unexpected() == []
