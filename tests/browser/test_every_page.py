"""
Every main page, in Chinese and in English: nothing that keeps a person out (axe), no sideways scrolling on a phone or
at 200 % zoom, no word from the browser's console.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import DESK, NewSurfer, Surfer

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 375, "height": 667}
# 200 % of zoom at 1366×768 leaves so many pixels of the page.
ZOOMED = {"width": 683, "height": 384}
GRAVE = {"serious", "critical"}
RUN_AXE = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((each) => ({
    impact: each.impact, id: each.id, nodes: each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
  }));
}
"""
# What stands out of the page sideways, and is not inside a box that scrolls by itself.
TOO_WIDE = """
() => document.scrollingElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest(".table-box"))
    .slice(-3).map((e) => e.outerHTML.slice(0, 160)).concat([`width ${document.scrollingElement.scrollWidth}`])
"""


@dataclass(frozen=True)
class Reader:
    """Who opens which pages; a page in braces is found by following the first link that matches."""

    name: str
    paths: tuple[str, ...]
    links: dict[str, str] = field(default_factory=dict)


READERS = {
    "the city's office: papers": Reader(
        "linxiaohe",
        (
            "/",
            "/directives/",
            "/directives/take-in/",
            "/directives/1/",
            "/directives/1/?show=outline",
            "/directives/1/?show=findings",
            "/directives/1/facts/",
            "/directives/1/draft-table/",
        ),
        {"/directives/1/": "a[hx-get*='/directives/requirements/']"},
    ),
    "the city's office: tasks": Reader(
        "linxiaohe",
        (
            "/desk/beside/",
            "/table/",
            "/table/?level=county",
            "/table/chart/",
            "/work/",
            "/work/?q=窗口",
            "/work/?q=没有这样的词",
            "/tasks/assign/",
            "/tasks/assignments/",
            "/tasks/breakdown/",
            "/tasks/to-check/",
        ),
        {"/tasks/assignments/": "main tbody a", "/tasks/to-check/": "main tbody a"},
    ),
    "units and what they owe": Reader(
        "dingyifan",
        ("/", "/owed/?tab=lead", "/owed/?tab=help", "/work/", "/units/", "/password/", "/campaigns/"),
        {"/": "main tbody td.what a", "/units/": "main table a"},
    ),
    "a township and its villages": Reader("tianlu", ("/",), {"/": "main thead a[href*='/tasks/several/']"}),
    "a branch": Reader("caoyougen", ("/", "/tasks/note/", "/people-say/")),
    "a county, passing down": Reader(
        "wenruyue",
        ("/tasks/to-pass-down/", "/urge/?status=open", "/papers/promotion/"),
        {"/papers/promotion/": "main tbody a"},
    ),
    "administration": Reader(
        "qiumingzhu",
        ("/", "/units/", "/units/new/", "/units/import/", "/units/lines/", "/workdays/"),
        {"/units/": "main table a[href^='/units/']"},
    ),
    "access": Reader("duanshouyan", ("/access/", "/access/new/")),
    "the record": Reader("yanzheng", ("/audit/",)),
    "before signing in": Reader("", ("/sign-in/",)),
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("who", READERS)
def test_pages_keep_nobody_out_and_fit_every_width(surfer: NewSurfer, who: str, language: str) -> None:
    reader = READERS[who]
    # The policy of the pages forbids the checker's own styles; everything else is tested with the policy in force.
    walker = surfer(reader.name, bypass_csp=True)
    choose_language(walker, language)
    faults: list[str] = []
    for path in reader.paths:
        walker.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        walker.open(path)
        faults += look(walker, path)
        if path in reader.links:
            walker.page.set_viewport_size(DESK)  # type: ignore[arg-type]
            link = walker.page.locator(reader.links[path]).first
            address = link.get_attribute("href")
            walker.open(str(address))
            faults += look(walker, str(address))
    assert not faults, "\n".join(faults)


def choose_language(walker: Surfer, language: str) -> None:
    """Choose by the button of the page."""
    if not walker.path.startswith("/"):
        walker.open("/sign-in/")
    if language == "en":
        if walker.count("details.identity"):
            walker.click(walker.page.locator("details.identity summary"))
        walker.click(walker.page.locator("button[name=language][value=en]"))
        walker.page.locator("html[lang=en]").wait_for()


def look(walker: Surfer, path: str) -> list[str]:
    """Return what is wrong with the page at hand, at three widths."""
    page = walker.page
    page.evaluate(AXE)
    faults = grave(page.evaluate(RUN_AXE), f"{path} at 1366")
    assert page.locator("h1").count() == 1, path
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    faults += [f"{path} at 200 %: {each}" for each in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    faults += [f"{path} at 375: {each}" for each in page.evaluate(TOO_WIDE)]
    return faults + grave(page.evaluate(RUN_AXE), f"{path} at 375")


def grave(found: list[dict[str, Any]], where: str) -> list[str]:
    """Keep the findings that keep somebody out."""
    return [f"{where}: {each['id']} {each['nodes']}" for each in found if each["impact"] in GRAVE]


def test_pages_with_a_policy_in_force_say_nothing_to_the_console(surfer: NewSurfer) -> None:
    for name, paths in (
        ("linxiaohe", ("/", "/table/", "/work/", "/directives/1/", "/tasks/assign/", "/units/")),
        ("dingyifan", ("/",)),
    ):
        reader = surfer(name)
        for path in paths:
            reader.open(path)
            reader.page.wait_for_load_state("networkidle")
        assert not reader.complaints
