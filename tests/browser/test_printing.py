"""What is printed: the rows, their head, nothing to click."""

import io

import pytest
from pypdf import PdfReader

from tests.browser.conftest import NewSurfer

PRINTED = [
    ("linxiaohe", "/table/"),
    ("linxiaohe", "/work/"),
    ("linxiaohe", "/directives/2/draft-table/"),
    ("dingyifan", "/owed/"),
]
# Elements for the hand that would be of no use on paper.
CLICKABLE = "nav.menu, form.search, .no-print, button, .skip-link, .actions"


@pytest.mark.parametrize("name, path", PRINTED, ids=[path for _name, path in PRINTED])
def test_a_printed_page_has_its_rows_and_head_and_nothing_to_click(surfer: NewSurfer, name: str, path: str) -> None:
    reader = surfer(name)
    if path.endswith("/draft-table/"):
        reader.open("/directives/2/")
        if reader.count("form[action$='/take-all/']"):
            reader.press("/take-all/")
            reader.form("/take-all/").wait_for(state="detached")
    reader.open(path)
    shown = reader.page.locator("main table tbody tr").count()
    assert shown
    reader.page.emulate_media(media="print")
    visible = [each for each in reader.page.locator(CLICKABLE).all() if each.is_visible()]
    assert not visible, [each.evaluate("e => e.outerHTML.slice(0, 120)") for each in visible]
    rows = [each for each in reader.page.locator("main table tbody tr").all() if each.is_visible()]
    assert len(rows) == shown, "the same rows as on the screen"
    # Whose list it is, chosen how and of which day stands at its head.
    assert reader.page.locator("main table caption").first.is_visible()
    pages = PdfReader(io.BytesIO(reader.page.pdf(prefer_css_page_size=True))).pages
    assert pages
    assert "专题教育" in "".join(page.extract_text() for page in pages) or path.endswith("draft-table/")
