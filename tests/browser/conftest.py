"""The page in a real browser, over the real service with the released model."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from service.settings import Settings
from tests.browser.serving import LIMIT, running
from tests.browser.visit import Visit, visit
from zhibiao import Extractor


@pytest.fixture(scope="session")
def released() -> Extractor:
    return Extractor.load(limit=LIMIT)


@pytest.fixture(scope="session")
def origin(released: Extractor) -> Iterator[str]:
    """The address of a service."""
    with running(Settings(limit=LIMIT), released) as address:
        yield address


@pytest.fixture
def guarded(released: Extractor) -> Iterator[str]:
    """The address of a service that asks for a key."""
    with running(Settings.model_validate({"api_keys": "open-sesame"}), released) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "no Chromium on this system; on Debian: apt-get install chromium fonts-noto-cjk"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def chinese(browser: Browser, origin: str) -> Iterator[Visit]:
    yield from visit(browser.new_context(locale="zh-CN", viewport={"width": 1360, "height": 860}), origin)


@pytest.fixture
def english(browser: Browser, origin: str) -> Iterator[Visit]:
    yield from visit(browser.new_context(locale="en-GB", viewport={"width": 1360, "height": 860}), origin)


@pytest.fixture
def phone(browser: Browser, origin: str) -> Iterator[Visit]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
    yield from visit(context, origin)
