"""The page in a real Chromium, without a network: nothing runs, is asked for or cut off, and everybody can read it.

Driven by playwright with the Chromium of the system; skipped where there is none.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.hostile import HIT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright, of the extra test, is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
PAGES = ("week", "plans", "hostile")
SIZES = {"desktop": (1280, 900), "tablet": (768, 1024), "phone": (375, 800)}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium on this machine ({', '.join(NAMES)}): apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        # the sandbox needs privileges that containers do not give; the pages are ours
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Watched:
    """A page that was opened, and all it said, asked for and opened."""

    def __init__(self, browser: Any, path: Path, size: str = "desktop", **options: Any) -> None:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        self.page = context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        context.on("page", lambda opened: self.asked.append(opened.url) if opened is not self.page else None)
        self.page.goto(path.as_uri())

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def opened(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    """Opens a page by name; all are closed afterwards."""
    found: list[Watched] = []

    def open_page(which: str, size: str = "desktop", **options: Any) -> Watched:
        found.append(Watched(browser, files[which], size, **options))
        return found[-1]

    yield open_page
    for watched in found:
        watched.close()


# -- Nothing runs and nothing is asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("which", PAGES)
def test_no_message_no_request_no_script_of_a_name(which: str, opened: Any, files: dict[str, Path]) -> None:
    watched = opened(which)
    page = watched.page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for event in ("mouseover", "mouseenter", "focus", "focusin", "error", "load", "toggle", "click"):
        if event != "click" or which == "hostile":
            page.evaluate(
                "(kind) => document.querySelectorAll('main *:not(a):not(summary)').forEach("
                "(one) => one.dispatchEvent(new Event(kind, { bubbles: false })))",
                event,
            )
    page.wait_for_timeout(200)
    assert page.evaluate("typeof window.hit") == "undefined"
    assert page.evaluate("document.scripts.length + document.styleSheets.length") == 2
    assert (watched.said, watched.asked) == ([], [files[which].as_uri()])


def test_a_script_that_slips_in_does_not_run_either(opened: Any) -> None:
    """The policy is in force: what escaping should have stopped is stopped once more."""
    page = opened("hostile").page
    stopped: list[str] = []
    page.on("requestfailed", lambda request: stopped.append(request.failure))
    page.on("requestfinished", lambda request: stopped.append(f"reached {request.url}"))
    page.evaluate(
        f"""() => {{
            window.blocked = [];
            const evil = 'https://evil.invalid/x';
            addEventListener('securitypolicyviolation', (e) => window.blocked.push(e.effectiveDirective));
            const place = document.querySelector('main');
            const script = document.createElement('script');
            script.textContent = "{HIT}";
            place.append(script);
            place.insertAdjacentHTML('beforeend', `<img src="${{evil}}" onerror="{HIT}"><iframe src="${{evil}}"></iframe>`
                + `<p style="color: red" id="styled">x</p><form action="${{evil}}" id="form"><button></button></form>`);
            document.getElementById('form').submit();
        }}"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("typeof window.hit") == "undefined"
    assert set(page.evaluate("window.blocked")) >= {
        *("script-src-elem", "script-src-attr", "img-src", "style-src-attr", "frame-src", "form-action")
    }
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
    assert stopped and set(stopped) == {"csp"}, "what is asked for never leaves the browser"


def test_every_hostile_name_is_seen_as_it_is_written(opened: Any, hostile: Any) -> None:
    page = opened("hostile").page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    shown = set(page.locator("#part-1 tbody th").all_inner_texts())
    assert {" ".join(name.split()) for name in hostile[0].names.queues} == {" ".join(name.split()) for name in shown}
    assert page.title() == f"{hostile[0].scenario.name} - ccsim report"


# -- Tables sort and filter ------------------------------------------------------------------------------------------------


def column(page: Any, table: str, title: str) -> tuple[Any, int]:
    heads = page.locator(f"{table} thead th").all_text_contents()
    place = next(i for i, head in enumerate(heads) if head.strip().startswith(title))
    return page.locator(f"{table} thead th").nth(place), place


def cells(page: Any, table: str, place: int) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        f"{table} tbody tr:not([hidden])", "(rows, place) => rows.map((row) => row.cells[place].textContent)", place
    )
    return found


def test_tables_sort_by_size_and_back(opened: Any) -> None:
    page = opened("week").page
    head, place = column(page, "#interval-table", "Service level")
    page.locator("#intervals summary").click()
    before = cells(page, "#interval-table", place)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    up = cells(page, "#interval-table", place)
    values = [float(cell.removesuffix(" %")) for cell in up if cell != "–"]
    assert values == sorted(values) and len(values) > 500 and values[0] < values[-1]
    assert sorted(up) == sorted(before) and "–" in up and up.index("–") == len(values), "what has no number stands last"
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    down = cells(page, "#interval-table", place)
    assert down[: len(values)] == [f"{value:.1f} %" for value in sorted(values, reverse=True)] and down[-1] == "–"
    other, first = column(page, "#interval-table", "Of")
    other.locator("button").click()
    assert head.get_attribute("aria-sort") is None
    names = cells(page, "#interval-table", first)
    assert names[0] == "Centre" and names[-1].startswith("Team") and names == sorted(names, key=str.lower)


def test_clock_times_and_days_sort_by_time(opened: Any) -> None:
    page = opened("week").page
    head, place = column(page, "#interval-table", "Interval")
    page.locator("#intervals summary").click()
    head.locator("button").click()
    rows = [" ".join(cell.split()) for cell in cells(page, "#interval-table", place)]
    seen = list(dict.fromkeys(rows))
    assert seen[0] == "Mon 08:00" and seen.index("Mon 09:30") < seen.index("Tue 08:00") < seen.index("Sat 13:30")


def test_the_box_shows_the_lines_with_all_words(opened: Any) -> None:
    page = opened("week").page
    page.locator("#intervals summary").click()
    box = page.locator("#intervals input[type=search]")
    box.fill("TIER1 10:30")
    rows = page.locator("#interval-table tbody tr:not([hidden])").all_inner_texts()
    assert len(rows) == 6 and all("tier1" in row and "10:30" in row for row in rows)
    assert re.fullmatch(r"6 of [\d,]+ lines", page.locator("#intervals [role=status]").inner_text())
    head, _ = column(page, "#interval-table", "Net")
    head.locator("button").click()
    assert page.locator("#interval-table tbody tr:not([hidden])").count() == 6, "sorting keeps what is shown"
    box.fill("")
    assert page.locator("#interval-table tbody tr[hidden]").count() == 0
    box.fill("nothing like that")
    assert page.locator("#interval-table tbody tr:not([hidden])").count() == 0


# -- Nothing is cut off ----------------------------------------------------------------------------------------------------

OUTSIDE = """() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    const scrolls = (one) => one.closest('.scroll, .drawing, pre, .unseen, thead') !== null;
    const over = [...document.querySelectorAll('body *')].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && !one.closest('.skip') && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(one);
    });
    const cut = [...document.querySelectorAll('svg')].flatMap((svg) => {
        const box = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter((text) => {
            const mine = text.getBoundingClientRect();
            return mine.left < box.left - 2 || mine.right > box.right + 2
                || mine.top < box.top - 2 || mine.bottom > box.bottom + 2;
        }).map((text) => text.textContent);
    });
    return { wide, over: over.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)), cut };
}"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("which", PAGES)
def test_nothing_stands_beyond_the_screen_or_its_picture(which: str, size: str, opened: Any) -> None:
    page = opened(which, size).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(OUTSIDE) == {"wide": 0, "over": [], "cut": []}


@pytest.mark.parametrize("which", ["week", "plans"])
def test_on_a_desktop_no_table_needs_to_be_moved_sideways(which: str, opened: Any) -> None:
    page = opened(which).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    moved = page.eval_on_selector_all(
        ".scroll, .drawing", "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel ||"
        " one.getAttribute('aria-labelledby'))",
    )  # fmt: skip
    assert moved == []


@pytest.mark.parametrize("which", PAGES)
def test_a_page_of_paper_holds_all_of_its_width(which: str, opened: Any) -> None:
    watched = opened(which)
    page = watched.page
    printed = page.pdf(prefer_css_page_size=True)
    sizes = {tuple(round(float(x)) for x in box.split()) for box in re.findall(rb"/MediaBox \[([^]]+)\]", printed)}
    assert sizes == {(0, 0, 595, 842)}, "A4 in points"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 2 * 12) / 25.4 * 96), "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert page.evaluate(OUTSIDE)["cut"] == []
    assert not page.locator("nav").is_visible() and page.locator("h2", has_text="Verdict").is_visible()
    assert page.get_by_text("What is counted").is_visible(), "the scenario in sentences is printed though it is folded"
    assert not page.locator("#scenario pre").is_visible()
    if which != "hostile":
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.eval_on_selector_all(".scroll", "(all) => all.filter((one) => one.scrollWidth > innerWidth).length") == 0
    assert watched.said == []


# -- Everybody can read it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("which", "size", "scheme"), [
    ("plans", "desktop", "light"), ("plans", "desktop", "dark"), ("plans", "phone", "dark"), ("hostile", "phone", "light"),
])  # fmt: skip
def test_axe_finds_no_serious_fault(which: str, size: str, scheme: str, opened: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe, of the extra test, is not installed")
    page = opened(which, size, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = axe.Axe().run(page).response
    faults = [
        (fault["id"], fault["impact"], [node["html"][:100] for node in fault["nodes"][:3]]) for fault in found["violations"]
    ]
    assert [fault for fault in faults if fault[1] in ("serious", "critical")] == []
    assert faults == [], "minor ones neither"
    assert len(found["passes"]) > 20, "it did look"


def test_light_and_dark_are_two_looks_of_one_page(opened: Any) -> None:
    looks = {}
    for scheme in ("light", "dark"):
        page = opened("plans", color_scheme=scheme).page
        looks[scheme] = page.evaluate(
            """() => [document.body, document.querySelector('.drawing text'), document.querySelector('.drawing path')]
                .map((one) => getComputedStyle(one)).map((style) => [style.backgroundColor, style.fill, style.color])"""
        )
    light, dark = looks["light"], looks["dark"]
    assert light[0][0] == "rgb(255, 255, 255)" and dark[0][0] == "rgb(20, 23, 28)"
    assert light[1][1] == "rgb(26, 26, 26)" and dark[1][1] == "rgb(232, 234, 238)", "the writing in pictures changes too"
    assert light[2][1] == "rgb(255, 255, 255)" and dark[2][1] == "rgb(20, 23, 28)", "and their paper"


def test_a_screen_reader_hears_the_parts_in_order(opened: Any) -> None:
    heard = opened("plans").page.locator("body").aria_snapshot()
    places = [heard.index(words) for words in (
        'link "To the verdict"', 'heading "Sales and service" [level=1]', 'navigation "Parts of this page"',
        'region "Verdict"', 'heading "Verdict" [level=2]', 'table "Figures"', 'rowheader "Service level in 0:20"',
        'img "Service level in 0:20 by interval', 'heading "By queue" [level=3]', 'table "By queue"',
        'heading "Comparison" [level=2]', 'table "two_more"', 'heading "Seed and versions" [level=2]', "contentinfo",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "columnheader" in heard and 'button "Service level"' in heard


def test_the_keyboard_reaches_everything(opened: Any) -> None:
    page = opened("plans").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the verdict"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "it shows when it is reached"
    reached = set()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for _ in range(200):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.className || '')"))
    assert {"A ", "DIV drawing", "DIV scroll", "BUTTON ", "SUMMARY ", "INPUT ", "PRE "} <= {
        name.split("stacked")[0] for name in reached
    }


def test_without_script_all_is_there_but_sorting(browser: Any, files: dict[str, Path]) -> None:
    watched = Watched(browser, files["plans"], java_script_enabled=False)
    assert watched.page.locator("#interval-table").is_visible() and watched.page.locator("thead button").count() == 0
    watched.close()
