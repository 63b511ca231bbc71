"""Take the pictures of the documentation: `python -m tests.browser.screenshots`."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from service.settings import Settings
from tests.browser.serving import running
from zhibiao import Extractor

DOCS = Path(__file__).parents[2] / "docs"


def opened(browser: Browser, address: str, width: int, height: int) -> Page:
    """The page with the sample report read, one of its figures chosen."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    page.goto(address)
    page.click("#sample")
    page.locator("#result").wait_for()
    page.locator("mark").nth(5).click()
    return page


def main() -> None:
    with running(Settings(), Extractor.load()) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        DOCS.mkdir(exist_ok=True)
        opened(browser, address, 1360, 860).screenshot(path=DOCS / "page.png")
        opened(browser, address, 390, 1240).screenshot(path=DOCS / "page-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
