"""A township without clerks in its villages records for all fourteen of them in one step, and in a cell."""

import pytest

from tests.browser.acting import PHONE, in_days, issue, read, words
from tests.browser.conftest import NewSurfer, Surfer

VILLAGES = 14


def column_of(township: Surfer, wording: str) -> int:
    """Return the place of an item among the columns of the township's first screen, counted from zero."""
    heads = township.page.locator("table.villages th.item").all_inner_texts()
    (place,) = [place for place, head in enumerate(heads) if wording[:8] in head]
    return place


def cell(township: Surfer, village: str, place: int) -> str:
    """Return what the table says about one village and one item."""
    row = township.page.locator("table.villages tbody tr", has=township.page.locator("th", has_text=village)).first
    return row.locator("td").nth(place).inner_text()


def record_for_all(township: Surfer, wording: str) -> None:
    """One visit, fourteen villages: the column, all of them, one sentence, one button."""
    before = township.clicks
    head = township.page.locator("th.item", has_text=wording[:8]).first
    township.click(head.locator("a[href*='/tasks/several/']"))
    assert not township.count("input[name=tasks]:checked"), "nobody is chosen unasked"
    township.click(township.page.locator("a[href='?all=1']"))
    township.page.wait_for_url("**?all=1")
    assert township.count("input[name=tasks]:checked") == VILLAGES
    township.page.locator("[name=text]").fill("本月上门走访一次，缺煤两户已送到。")
    township.click(township.page.locator("main form button.btn-primary"))
    township.page.locator("table.results").wait_for()
    assert township.page.locator("table.results .status-done").count() == VILLAGES
    assert township.clicks - before == 3, "the column, all, and the button"


def record_for_one(township: Surfer, wording: str, place: int) -> None:
    """A cell of the table opens the item of that village; what is keyed there is recorded for the village."""
    township.open("/")
    row = township.page.locator("table.villages tbody tr", has=township.page.locator("th", has_text="前榆村")).first
    township.click(row.locator("td").nth(place).locator("a"))
    assert wording in words(township, "h1")
    assert "前榆村" in words(township, "dl.facts")
    township.form("/feedback/").locator("textarea").fill("东头两户窗纸已换。")
    township.press("/feedback/")
    assert "东头两户窗纸已换。" in words(township, ".thread")


def note_in_the_village(village: Surfer, wording: str) -> None:
    """The branch itself, on a telephone: three buttons, one line noted, five lines of the year."""
    assert [text.split()[0] for text in village.page.locator(".three-buttons a").all_inner_texts()] == [
        "要办的事",
        "记一笔",
        "群众说的",
    ]
    assert not village.count("nav.menu")
    assert "今年一共" in words(village)
    village.click(village.page.locator(".three-buttons a").nth(1))
    village.page.locator("label.choice", has_text=wording).locator("input").check()
    village.page.locator("[name=text]").fill("王大爷家屋顶已补。")
    village.click(village.page.locator("main form button.btn-primary"))
    village.page.locator(".three-buttons").wait_for()
    assert not village.count(".field-error")
    village.click(village.page.locator(".three-buttons a").first)
    village.click(village.page.locator("tr", has_text=wording).locator("a[href^='/tasks/']").first)
    thread = words(village, ".thread")
    assert "王大爷家屋顶已补。" in thread
    assert "缺煤两户" in thread, "what the township recorded in its name stands there too"
    assert "代录：田露（双槐镇）" in thread


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_township_records_for_fourteen_villages_at_once(surfer: NewSurfer, has_script: bool) -> None:
    wording = f"走访独居老人{'甲' if has_script else '乙'}"
    office = surfer("linxiaohe", java_script_enabled=has_script)
    issue(office, wording, owner="各村（社区）", due=in_days(20))

    township = surfer("tianlu", java_script_enabled=has_script)
    place = column_of(township, wording)
    assert read(in_days(20)) in township.page.locator("table.villages th.item").nth(place).inner_text()
    assert cell(township, "双槐村", place).startswith("待签收")
    record_for_all(township, wording)
    township.open("/")
    assert all(cell(township, village, place).startswith("在办") for village in ("双槐村", "前榆村", "孙楼村"))
    record_for_one(township, wording, place)
    note_in_the_village(surfer("caoyougen", java_script_enabled=has_script, viewport=PHONE), wording)

    # The office counts fourteen units in hand, and nobody was asked twice.
    office.open(f"/work/?q={wording}")
    assert office.page.locator("main tbody tr").count() == VILLAGES
    assert "待签收" not in words(office, "main tbody")
