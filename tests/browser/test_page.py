"""What a reader does on the page: put a report in, look at its figures, take a spreadsheet out."""

import base64
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Download, Page, expect

from service.page import HEADERS
from tests.browser import reports
from tests.browser.serving import LIMIT
from tests.browser.visit import Visit, visit
from zhibiao import catalogue, checks
from zhibiao.checks import prose
from zhibiao.formats import COLUMNS, SHEETS
from zhibiao.tables import form

HAN = re.compile("[㐀-鿿]")
SHOWN = "mark:not(.off)"
ROWS = "#view-figures tbody tr[data-index]"


def paste(page: Page, text: str) -> dict[str, Any]:
    """Read a text on the page; the service's response."""
    page.fill("#report", text)
    with page.expect_response("**/extract") as answered:
        page.click("#read")
    expect(page.locator("#result")).to_be_visible()
    answer: dict[str, Any] = answered.value.json()
    return answer


def sample(page: Page) -> dict[str, Any]:
    with page.expect_response("**/extract") as answered:
        page.click("#sample")
    expect(page.locator("#result")).to_be_visible()
    answer: dict[str, Any] = answered.value.json()
    return answer


def drop(page: Page, files: list[tuple[str, bytes]]) -> None:
    """Let go of files over the page."""
    transfer = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, content] of files)
                transfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
            return transfer;
        }""", [[name, base64.b64encode(content).decode()] for name, content in files])
    page.dispatch_event("#drop", "dragover", {"dataTransfer": transfer})
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def save(page: Page, kind: str) -> Download:
    with page.expect_download() as downloaded:
        page.click(f"#download-{kind}")
    return downloaded.value


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


@pytest.mark.parametrize("text", ["全县政府网站由67家缩减至23家。", "𠮷林县🙂🙂全县政府网站由67家缩减至23家。\n𠮷", "全縣政府網站由67家縮減至23家。",
                                  "<img src=x onerror=alert(1)><b>全县</b>政府网站由67家缩减至23家。"])
def test_pasted_text_is_marked_where_its_figures_stand(chinese: Visit, text: str) -> None:
    page = chinese.page
    figures = paste(page, text)["figures"]
    assert page.locator("#text").text_content() == text
    assert page.locator("#text *:not(mark)").count() == 0
    assert page.locator("mark").all_text_contents() == [figure["text"] for figure in figures]
    assert {"67家", "23家"} <= {figure["text"] for figure in figures}


@pytest.mark.parametrize("kind", ["txt", "gbk.txt", "md", "html", "docx", "pdf"])
def test_dropped_file(chinese: Visit, browser: Browser, kind: str) -> None:
    drop(chinese.page, [(f"报告.{kind}", reports.file(kind, browser))])
    expect(chinese.page.locator("#result-about")).to_contain_text(f"报告.{kind}")
    assert {"67家", "23家", "46件"} <= set(chinese.page.locator(SHOWN).all_text_contents())


def test_chosen_file(chinese: Visit) -> None:
    with chinese.page.expect_file_chooser() as chooser:
        chinese.page.click("#choose")
    chooser.value.set_files({"name": "报告.txt", "mimeType": "text/plain", "buffer": reports.TEXT.encode()})
    expect(chinese.page.locator("#result-title")).to_have_text("云溪县2023年政府信息公开工作年度报告")


FILTERS: list[tuple[str, str, str, Any]] = [
    ("role", "before", "role", lambda value: value == "before"), ("source", "table", "source", lambda value: value == "table"),
    ("threshold", "0.95", "confidence", lambda value: value >= 0.95),
]


@pytest.mark.parametrize(("control", "value", "key", "passes"), FILTERS, ids=[row[0] for row in FILTERS])
def test_filter(chinese: Visit, control: str, value: str, key: str, passes: Any) -> None:
    page = chinese.page
    figures = sample(page)["figures"]
    page.locator(f"#{control}").fill(value) if control == "threshold" else page.select_option(f"#{control}", value)
    kept = [figure for figure in figures if passes(figure[key])]
    assert 0 < len(kept) < len(figures)
    assert page.locator(SHOWN).all_text_contents() == [figure["text"] for figure in kept]
    expect(page.locator("[role=grid]")).to_have_attribute("aria-rowcount", str(len(kept) + 1))
    expect(page.locator("#count")).to_have_text(f"显示 {len(kept)} / {len(figures)} 个指标")
    page.click("#reset")
    expect(page.locator(SHOWN)).to_have_count(len(figures))


def test_groups_add_up(chinese: Visit) -> None:
    page = chinese.page
    figures = sample(page)["figures"]
    for pressed in (["website"], ["website", "hotline"]):
        page.click(f"[data-group={pressed[-1]}]")
        assert page.locator(SHOWN).all_text_contents() == [figure["text"] for figure in figures if figure["group"] in pressed]
    expect(page.locator("[data-group=website]")).to_have_attribute("aria-pressed", "true")
    page.locator("#threshold").fill("1")
    expect(page.locator("#view-figures .empty")).to_contain_text("没有符合筛选条件的指标")


def test_every_group_looks_different(chinese: Visit) -> None:
    sample(chinese.page)
    seen = chinese.page.evaluate("""async codes => {
        const { paint, setGroups } = await import("/page/colours.js");
        setGroups(codes);
        return codes.map((code) => {
            const mark = document.createElement("mark");
            paint(mark, code);
            document.body.append(mark);
            return getComputedStyle(mark).textDecoration + getComputedStyle(mark).backgroundColor;
        });
    }""", list(catalogue().groups))
    assert len(set(seen)) == len(catalogue().groups)


def test_surer_figures_are_marked_stronger(chinese: Visit) -> None:
    figures = sample(chinese.page)["figures"]
    strengths = chinese.page.locator("mark").evaluate_all("marks => marks.map(mark => Number(mark.style.getPropertyValue('--strength')))")
    assert strengths == pytest.approx([figure["confidence"] ** 2 for figure in figures], abs=0.001)


def test_a_click_on_either_side_shows_the_other(chinese: Visit) -> None:
    page = chinese.page
    figures = sample(page)["figures"]
    page.locator("mark").nth(2).click()
    expect(page.locator("tr.chosen")).to_have_attribute("data-index", "2")
    page.locator("#view-figures").evaluate("pane => { pane.scrollTop = pane.scrollHeight; }")
    page.locator(f"{ROWS}[data-index='{len(figures) - 1}']").click()
    expect(page.locator("mark.chosen")).to_have_attribute("data-index", str(len(figures) - 1))
    expect(page.locator("mark.chosen")).to_be_in_viewport()
    page.locator("#text").evaluate("pane => { pane.scrollTop = 0; }")
    page.locator("mark").nth(0).click()
    expect(page.locator("tr.chosen")).to_be_in_viewport()


def test_parts_are_told_on_hover(chinese: Visit) -> None:
    page = chinese.page
    figure = sample(page)["figures"][0]
    page.locator("mark").first.hover()
    for part in (figure["confidence"], *figure["confidences"].values()):
        expect(page.locator("#parts")).to_contain_text(f"{part:.2f}")
    expect(page.locator("#parts")).to_contain_text(figure["name"])
    page.keyboard.press("Escape")
    expect(page.locator("#parts")).to_be_hidden()


@pytest.mark.parametrize(("column", "key"), [("value", "value"), ("confidence", "confidence"), ("order", "start")])
def test_sorted(chinese: Visit, column: str, key: str) -> None:
    page = chinese.page
    figures = sample(page)["figures"]
    for direction in ("ascending", "descending"):
        for _ in range(2):
            if page.locator(f"th.{column}").get_attribute("aria-sort") != direction:
                page.click(f"th.{column} button")
        shown = [figures[int(index)][key] for index in page.locator(ROWS).evaluate_all("rows => rows.map(row => row.dataset.index)")]
        assert shown == sorted((figure[key] for figure in figures), reverse=direction == "descending")[:len(shown)]


def test_checks_with_the_violated_on_top(chinese: Visit) -> None:
    page = chinese.page
    answer = sample(page)
    page.click("#tab-checks")
    assert page.locator(".check").count() == len(answer["checks"])
    expect(page.locator(".check").first).to_have_class("check violated")
    expect(page.locator(".check").first).to_contain_text("正文写 46，表格为 45")
    page.select_option("#role", "before")  # a check's figure is shown even where a filter hid it
    page.locator(".check.violated .link").first.click()
    expect(page.locator("mark.chosen")).to_have_text("46件")
    page.locator(".check.holds summary").first.click()
    assert page.locator(".check.holds").first.locator(".link").count() > 8


def test_statutory_tables(chinese: Visit) -> None:
    tables = sample(chinese.page)["tables"]
    chinese.page.click("#tab-forms")
    rows = chinese.page.locator(".form").nth(3).locator("tbody tr")
    shown = [[cell.replace(",", "") for cell in row.locator("td").all_text_contents()] for row in rows.all()]
    assert shown == [[str(cell) for cell in cells] for cells in tables["applications"]["rows"].values()]
    expect(chinese.page.locator("#view-forms")).to_contain_text("38,625,000 元")


def test_downloads_hold_what_is_shown(chinese: Visit) -> None:
    page = chinese.page
    figures = sample(page)["figures"]
    page.click("[data-group=website]")
    kept = [figure for figure in figures if figure["group"] == "website"]
    expect(page.locator("#download-label")).to_have_text(f"导出当前筛选（{len(kept)}）")

    download = save(page, "json")
    assert download.suggested_filename == "云溪县2023年政府信息公开工作年度报告.json"
    told = json.loads(content(download))
    assert told["figures"] == kept
    assert [kept[item["figure"]]["value"] for roles in told["fields"].values() for items in roles.values() for item in items] == [
        item["value"] for roles in told["fields"].values() for items in roles.values() for item in items]
    assert all(kept[index]["group"] == "website" for check in told["checks"] for index in check["figures"])

    raw = content(save(page, "csv"))
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["text"], row["name"], row["value"]) for row in rows] == [(f["text"], f["name"], str(f["value"])) for f in kept]

    book = openpyxl.load_workbook(io.BytesIO(content(save(page, "xlsx"))))
    assert set(book.sheetnames) == set(SHEETS)
    header, *lines = book["指标"].iter_rows(values_only=True)
    assert header == SHEETS["指标"]
    place = [COLUMNS.index(name) for name in ("text", "name", "value")]
    assert [tuple(line[at] for at in place) for line in lines] == [(f["text"], f["name"], f["value"]) for f in kept]
    assert len(list(book["表格"].iter_rows())) > 100


def test_offsets_of_the_json_point_into_its_text(chinese: Visit) -> None:
    paste(chinese.page, "🙂𠮷全县政府网站由67家缩减至23家。")
    told = json.loads(content(save(chinese.page, "json")))
    assert [told["text"][figure["start"]:figure["end"]] for figure in told["figures"]] == [figure["text"] for figure in told["figures"]]


def test_on_a_phone(phone: Visit) -> None:
    page = phone.page
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 390
    page.tap("#sample")
    expect(page.locator("#result")).to_be_visible()
    assert page.evaluate(wide) <= 390
    page.locator("mark").nth(1).tap()
    expect(page.locator("#parts")).to_be_visible()
    expect(page.locator("tr.chosen")).to_have_attribute("data-index", "1")
    page.locator(f"{ROWS}[data-index='5']").tap()
    expect(page.locator("mark.chosen")).to_have_attribute("data-index", "5")
    expect(page.locator("mark.chosen")).to_be_in_viewport()
    for tab in ("checks", "forms", "figures"):
        page.tap(f"#tab-{tab}")
        expect(page.locator(f"#view-{tab}")).to_be_visible()
        assert page.evaluate(wide) <= 390
    small = page.locator("button:visible, select:visible").evaluate_all(
        "all => all.map(one => [one.textContent, one.getBoundingClientRect().height]).filter(([, height]) => height < 24)")
    assert small == []
    with page.expect_download() as downloaded:
        page.tap("#download-xlsx")
    assert downloaded.value.suggested_filename.endswith(".xlsx")


def test_in_english(english: Visit) -> None:
    page = english.page
    sample(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator("#tab-checks")).to_contain_text("1 violated")
    expect(page.locator(ROWS).first.locator(".indicator")).to_contain_text("Publication total")
    said = page.locator("[data-say], [role=tab], th, .chip, option, #count, #download-label").all_text_contents()
    assert [words for words in said if HAN.search(words) and words != "中文"] == []
    page.click("#language")
    expect(page.locator("#tab-checks")).to_contain_text("1 处不符")
    assert page.locator(SHOWN).count() > 100  # the report stays
    page.reload()
    expect(page.locator("#read")).to_have_text("读取指标")


def test_every_word_is_known_in_both_languages(chinese: Visit) -> None:
    words = chinese.page.evaluate("async () => JSON.parse(JSON.stringify(await import('/page/strings.js')))")
    for part in ("INTERFACE", "PROBLEMS", "ROLES", "FORMS"):
        assert words[part]["zh"].keys() == words[part]["en"].keys()
    assert words["ROLES"]["zh"].keys() == catalogue().roles.keys()
    assert words["APPROXIMATIONS"].keys() == catalogue().approximations.keys()
    codes = {code for table in form().tables for code in (*table.rows, *(column.code for of in table.columns.values() for column in of))}
    assert codes | {table.within for table in form().tables} <= words["FORMS"]["zh"].keys()
    rules = {prose.CHANGE, prose.RATE, prose.SHARE, prose.PARTS, prose.HANDLED, prose.CARRIED,
             checks.tables.BALANCE, checks.tables.OUTCOMES, checks.tables.KINDS, checks.tables.RESULTS, "prose = table"}
    assert words["RULES"].keys() == rules


def test_checks_and_warnings_are_said_in_chinese(chinese: Visit) -> None:
    page = chinese.page
    text = reports.SAMPLE.read_text(encoding="utf-8")
    answer = paste(page, text.replace("行政许可 | 31527 |\n", "").replace("| 4 | 1 | 0 |", "| 4 | 9 | 0 |").replace("关停6家", "关停5家"))
    assert answer["warnings"]
    assert sum(check["status"] == "violated" for check in answer["checks"]) > 1
    page.click("#tab-checks")
    page.click("#warnings-title")
    said = page.locator(".check p:not(.links, .verdict), .check h4, #warnings-list li").all_text_contents()
    assert [words for words in said if not HAN.search(words) or re.search("[a-z]{3}", words)] == []


def test_by_keyboard_alone(chinese: Visit) -> None:
    page = chinese.page

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"the keyboard does not reach {selector}")

    tab_to("#report")
    page.keyboard.insert_text(reports.TEXT)
    tab_to("#read")
    page.keyboard.press("Enter")
    expect(page.locator("#result-title")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("读出")
    tab_to("#download-xlsx")
    with page.expect_download() as downloaded:
        page.keyboard.press("Enter")
    assert downloaded.value.suggested_filename.endswith(".xlsx")
    tab_to(".chip")
    page.keyboard.press("Space")
    expect(page.locator("#reset")).to_be_enabled()
    tab_to("#reset")
    page.keyboard.press("Enter")
    tab_to("#text")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("mark[data-index='1']")).to_be_focused()
    expect(page.locator("#parts")).to_be_visible()
    expect(page.locator("mark[data-index='1']")).to_have_attribute("aria-describedby", "parts")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-index='1']")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr[data-index='2']")).to_be_focused()
    expect(page.locator("mark.chosen")).to_have_attribute("data-index", "2")
    page.keyboard.press("Enter")
    expect(page.locator("mark[data-index='2']")).to_be_focused()
    tab_to("#tab-figures")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#view-checks")).to_be_visible()
    expect(page.locator("#tab-checks")).to_be_focused()


NAMED = {"button", "checkbox", "combobox", "grid", "link", "slider", "tab", "tabpanel", "textbox", "region", "heading"}


@pytest.mark.parametrize("tab", ["figures", "checks", "forms"])
def test_everything_has_a_name(english: Visit, tab: str) -> None:
    page = english.page
    session = page.context.new_cdp_session(page)
    for step in ("entry", "result"):
        if step == "result":
            sample(page)
            page.click(f"#tab-{tab}")
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
        assert {role for role, _ in roles} >= {"button", "heading"}
        assert [role for role, name in roles if role in NAMED and not name.strip()] == []


PAIRS = [("ink", "paper"), ("ink", "card"), ("ink", "chosen"), ("soft", "paper"), ("soft", "card"), ("seal", "card"), ("seal", "paper"),
         ("seal", "bad-tint"), ("soft", "bad-tint"), ("soft", "chosen"), ("good", "card"), ("on-seal", "seal"), ("card", "ink")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(chinese: Visit, scheme: Any) -> None:
    """4.5 to 1, by WCAG 2.2 (1.4.3)."""
    chinese.page.emulate_media(color_scheme=scheme)
    colours = chinese.page.evaluate("""names => Object.fromEntries(names.map((name) => {
        document.body.style.color = `var(--${name})`;
        return [name, getComputedStyle(document.body).color.match(/\\d+/g).map(Number)];
    }))""", sorted({name for pair in PAIRS for name in pair}))

    def luminance(name: str) -> float:
        linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colours[name]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ratios = {pair: (max(lights) + 0.05) / (min(lights) + 0.05) for pair in PAIRS if (lights := [luminance(name) for name in pair])}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_long_text_stays_light(chinese: Visit) -> None:
    """100,000 characters with 5,000 figures; what the service says of such a text is made up here, how the page bears it is not."""
    page = chinese.page
    piece = "全年政府网站共发布信息12条。" + "云" * 5
    text = piece * 5000
    page.route("**/extract", lambda route: route.fulfill(json=answer))
    answer = paste_like(piece, text)
    page.fill("#report", text)
    page.click("#read")
    expect(page.locator("mark")).to_have_count(5000)
    assert page.locator(ROWS).count() < 60
    page.locator("#view-figures").evaluate("pane => { pane.scrollTop = pane.scrollHeight; }")
    expect(page.locator(f"{ROWS}[data-index='4999']")).to_be_in_viewport()
    page.locator(f"{ROWS}[data-index='4999']").click()
    expect(page.locator("mark.chosen")).to_be_in_viewport()
    page.locator("#threshold").fill("0.5")
    expect(page.locator("#count")).to_have_text("显示 2500 / 5000 个指标")


def paste_like(piece: str, text: str) -> dict[str, Any]:
    """A response with one figure in each repetition of a piece, every other one unsure."""
    at = piece.index("12条")
    figures = [{"indicator": "publication.website", "name": "网站发布信息数", "group": "publication", "role": "level", "value": 12,
                "value_max": None, "unit": "条", "approx": "exact", "nil": False, "text": "12条", "start": start + at, "end": start + at + 3,
                "object": None, "section": None, "sentence": {"start": start, "end": start + at + 4}, "source": "prose",
                "confidence": confidence, "confidences": dict.fromkeys(("span", "indicator", "role", "value"), confidence)}
               for start, confidence in zip(range(0, len(text), len(piece)), [0.9, 0.1] * 2500, strict=True)]
    nothing = {"value": None, "confidence": 0.0}
    return {"id": None, "model": {"name": "made up", "version": "0"}, "script": "hans", "figures": figures, "fields": {}, "tables": None,
            "report": {"title": nothing, "organization": nothing, "year": nothing}, "checks": [], "warnings": []}


def test_headers(chinese: Visit) -> None:
    answer = chinese.page.goto(chinese.page.url)
    assert answer
    assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_policy_stops_what_was_slipped_in(chinese: Visit) -> None:
    """Were markup ever to come in, it would run nothing."""
    ran = chinese.page.evaluate("""async () => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        return window.ran ?? false;
    }""")
    assert not ran
    assert any("Content Security Policy" in error for error in chinese.errors)
    chinese.errors.clear()


def test_too_long(chinese: Visit) -> None:
    chinese.expected.add(413)
    chinese.page.fill("#report", "网" * (LIMIT + 1))
    chinese.page.click("#read")
    expect(chinese.page.locator("#problem")).to_contain_text("报告太长")
    expect(chinese.page.locator("#problem-detail")).to_contain_text("150,001 characters")
    expect(chinese.page.locator("#read")).to_be_enabled()


def test_other_kinds_of_files(english: Visit) -> None:
    english.expected.add(415)
    drop(english.page, [("report.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)])
    expect(english.page.locator("#problem")).to_contain_text("Files of this kind are not read")


def test_several_files(chinese: Visit) -> None:
    drop(chinese.page, [("a.txt", b"1"), ("b.txt", b"2")])
    expect(chinese.page.locator("#problem")).to_contain_text("一次只能读取一个文件")
    chinese.page.click("#language")
    expect(chinese.page.locator("#problem-title")).to_have_text("One file at a time")


def test_nothing_to_read(chinese: Visit) -> None:
    chinese.page.click("#read")
    expect(chinese.page.locator("#problem")).to_contain_text("还没有内容")


def test_service_gone(chinese: Visit) -> None:
    chinese.page.context.set_offline(True)
    chinese.page.click("#sample")
    expect(chinese.page.locator("#problem")).to_contain_text("服务没有应答")
    assert all("ERR_INTERNET_DISCONNECTED" in error for error in chinese.errors)
    chinese.errors.clear()
    chinese.page.context.set_offline(False)
    sample(chinese.page)
    expect(chinese.page.locator("#problem")).to_be_hidden()


def test_key_is_asked_for(browser: Browser, guarded: str) -> None:
    for made in visit(browser.new_context(locale="zh-CN"), guarded):
        made.expected.add(401)
        page = made.page
        page.fill("#report", reports.TEXT)
        page.click("#read")
        expect(page.locator("#problem")).to_contain_text("需要访问密钥")
        expect(page.locator("#key")).to_be_focused()
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#problem-detail")).to_contain_text("unknown")
        page.fill("#key", "open-sesame")
        page.keyboard.press("Enter")
        expect(page.locator("#result")).to_be_visible()
        assert save(page, "csv").suggested_filename.endswith(".csv")
        assert page.evaluate("[localStorage.length, Object.keys(sessionStorage)]") == [0, ["zhibiao.key"]]
