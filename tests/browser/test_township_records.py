"""A township without clerks in its villages records for all fourteen of them in one step, and in a cell."""

import pytest

from tests.browser.conftest import NewSurfer, Surfer
from tests.browser.test_the_chain import in_days


def ask_every_village(office: Surfer, wording: str) -> None:
    """Write and issue one item for every village and community."""
    office.open("/tasks/assign/")
    office.page.locator("[name=wording]").fill(wording)
    office.page.locator("[name=owner]").fill("各村（社区）")
    due = in_days(20)
    office.page.locator("[name=due]").fill(f"{due.year}年{due.month}月{due.day}日前")
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/tasks/assignments/*/")
    office.press("/issue/", confirm=office.has_script)
    office.page.locator("a[href*='status=to_sign']").wait_for()


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_township_records_for_fourteen_villages_at_once(surfer: NewSurfer, has_script: bool) -> None:
    wording = f"走访独居老人{'甲' if has_script else '乙'}"
    ask_every_village(surfer("linxiaohe", java_script_enabled=has_script), wording)

    township = surfer("tianlu", java_script_enabled=has_script)
    before = township.clicks
    column = township.page.locator("th.item", has_text=wording[:8]).first
    township.click(column.locator("a[href*='/tasks/several/']"))
    boxes = township.page.locator("input[name=tasks]")
    assert boxes.count() == 14
    for box in boxes.all():
        box.check()
    township.page.locator("[name=text]").fill("本月上门走访一次，缺煤两户已送到。")
    township.click(township.page.locator("main form button.btn-primary"))
    township.page.locator("table.results").wait_for()
    assert township.page.locator("table.results .status-done").count() == 14
    assert township.clicks - before == 2, "besides the ticks: the column and the button"

    # In one village's thread both stand: whose act it is, and who keyed it.
    township.click(township.page.locator("table.results tbody a", has_text="双槐村").first)
    thread = township.page.locator(".thread").inner_text()
    assert "代录：田露（双槐镇）" in thread
    assert "缺煤两户" in thread

    village = surfer("caoyougen", java_script_enabled=has_script, viewport={"width": 375, "height": 667})
    assert village.count(".three-buttons a") == 3
    assert not village.count("nav.menu")
    village.click(village.page.locator(".three-buttons a").nth(1))
    village.page.locator("label.choice", has_text=wording).locator("input").check()
    village.page.locator("[name=text]").fill("王大爷家屋顶已补。")
    village.click(village.page.locator("main form button.btn-primary"))
    village.page.locator(".three-buttons").wait_for()
    assert not village.count(".field-error")
