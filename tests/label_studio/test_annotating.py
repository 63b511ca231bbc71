"""A person at the page, in a real browser: what is marked, what is corrected, what comes out of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from label_studio_sdk import LabelStudio
from playwright.sync_api import Page, sync_playwright

from annotations import server
from annotations.pull import pull
from annotations.settings import Settings
from tests.label_studio.stage import missing
from tests.label_studio.texts import ODD
from zhibiao import label_studio

pytestmark = pytest.mark.label_studio

PATIENCE = 300_000  # milliseconds: a slow machine is no fault of the page
READY = ("number => window.Htx?.task?.id === String(number) || window.Htx?.task?.id === number"
         " ? (Htx.annotationStore.selected?.regionStore.regions.length ?? 0) > 0 && document.querySelector('.htx-highlight') !== null : false")


@pytest.fixture(scope="session")
def page(settings: Settings, running: Any) -> Iterator[Page]:
    """The system's Chromium, logged in; it reaches no other host."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        missing("no Chromium on this system; on Debian: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1600, "height": 900})
        opened.set_default_timeout(PATIENCE)
        opened.route(lambda url: not url.startswith(settings.url), lambda route: route.abort())
        opened.goto(f"{settings.url}/user/login", wait_until="commit")
        opened.fill("#email", server.USER)
        opened.fill("#password", settings.secret("password"))
        opened.click("button[type=submit]")
        opened.wait_for_url(lambda url: "/user/login" not in url, wait_until="commit")
        yield opened
        browser.close()


def opened(page: Page, desk: Settings, task: dict[str, Any]) -> None:
    """Go to a task and wait until its regions are drawn."""
    page.goto(f"{desk.url}/projects/{task['project']}/data?task={task['id']}", wait_until="commit")
    page.wait_for_function(READY, arg=task["id"])


def words(task: dict[str, Any]) -> list[str]:
    return [item["value"]["text"] for item in task["predictions"][0]["result"] if item["type"] == "labels"]


@pytest.mark.parametrize("index", range(len(ODD)))
def test_the_right_characters_are_marked(page: Page, desk: Settings, pushed: list[dict[str, Any]], index: int) -> None:
    opened(page, desk, pushed[index])
    marked = page.evaluate("[...document.querySelectorAll('.htx-highlight')].map(mark => mark.firstChild.textContent)")
    assert "".join(marked).replace("\n", "") == "".join(words(pushed[index])).replace("\n", "")
    assert page.evaluate("Htx.annotationStore.selected.regionStore.regions.map(region => region.text)") == words(pushed[index])


def test_a_corrected_role_comes_out_of_pull(page: Page, desk: Settings, client: LabelStudio, pushed: list[dict[str, Any]], tmp_path: Path) -> None:
    task = pushed[1]
    opened(page, desk, task)
    page.locator(".htx-highlight", has_text="512件").click()
    page.locator("input[name='目标']").click()
    page.get_by_test_id("bottombar-submit-button").click()
    page.get_by_test_id("bottombar-update-button").wait_for()

    pulled = pull(client, desk, tmp_path / "c.txt", tmp_path)
    assert pulled.faults == []
    ((_, marked),) = pulled.documents.values()
    assert "[512件|message.received|target]" in marked
    changes = pulled.report()["changes"]
    assert (changes["corrected"], changes["corrected_fields"], changes["added"], changes["deleted"]) == (1, {"role": 1}, 0, 0)
    assert changes["accepted"] == len(words(task)) - 1
    assert changes["seconds_per_figure"] > 0


def test_a_number_marked_with_the_mouse(
        page: Page, desk: Settings, client: LabelStudio, pushed: list[dict[str, Any]], tmp_path: Path) -> None:
    task, text = pushed[2], ODD[2]
    opened(page, desk, task)
    page.locator(".zhibiao-groups").get_by_text("其他", exact=True).click()
    page.wait_for_function("Htx.annotationStore.selected.names.get('group').selectedLabels.length === 1")
    x, y, width, height = page.evaluate("""words => {
        const walker = document.createTreeWalker(document.querySelector(".zhibiao-text"), NodeFilter.SHOW_TEXT)
        for (let node; node = walker.nextNode();) {
            const at = node.data.indexOf(words)
            if (at < 0) continue
            const range = document.createRange()
            range.setStart(node, at)
            range.setEnd(node, at + words.length)
            const box = range.getBoundingClientRect()
            return [box.left, box.top, box.width, box.height]
        }
    }""", "60号")
    page.mouse.move(x + 1, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2, y + height / 2, steps=5)
    page.mouse.move(x + width - 1, y + height / 2, steps=5)
    page.mouse.up()
    page.wait_for_function("count => Htx.annotationStore.selected.regionStore.regions.length === count", arg=len(words(task)) + 1)
    page.get_by_test_id("bottombar-submit-button").click()
    page.get_by_test_id("bottombar-update-button").wait_for()

    (annotation,) = client.annotations.list(id=task["id"])
    drawn = next(figure for figure in label_studio.figures(annotation.result or [], text) if figure["text"] == "60号")
    assert (drawn["start"], drawn["indicator"], drawn["value"], drawn["unit"]) == (text.index("60号"), "other", 60, "号")
    assert pull(client, desk, tmp_path / "c.txt", tmp_path).changes.added == 1
