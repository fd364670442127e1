"""A county passes down what it received, checks what comes back, and answers the city."""

import pytest

from tests.browser.acting import ask, in_days, issue, read, sign, words
from tests.browser.conftest import NewSurfer, Surfer

ADDED = "每周五下班前在群里报一次进度。"


def row_of_the_desk(office: Surfer, label: str) -> int:
    """Return the number beside a line of 今天要盯的."""
    office.open("/")
    line = office.page.locator(".desk tr", has=office.page.locator("th[scope=row]", has_text=label)).first
    return int(line.locator("td.number").inner_text())


def follow_the_row(office: Surfer, label: str) -> None:
    """Click the last button of a line of 今天要盯的."""
    line = office.page.locator(".desk tr", has=office.page.locator("th[scope=row]", has_text=label)).first
    office.click(line.locator("a.btn").last)


def pass_down(county: Surfer, wording: str) -> None:
    """From the first row of the desk to the townships: choose, see whom it reaches, confirm."""
    follow_the_row(county, "上级交办待转办")
    line = county.page.locator("tr", has_text=wording)
    assert "澜川市" in line.inner_text(), "who asked it"
    line.locator("input[name=task]").check()
    county.click(county.page.locator("main form button.btn-primary"))
    page = county.page
    page.locator("[name=to]").select_option("各乡镇（街道）")
    page.locator("[name=added_wording]").fill(ADDED)
    page.locator("[name=own_due]").fill(in_days(20).isoformat())
    county.click(page.locator("button[name=preview]"))
    page.locator("#effect").wait_for()
    effect = words(county, "#effect")
    assert "转办后，2 个单位将收到" in effect
    assert effect.index("柳集镇") < effect.index("双槐镇"), "in protocol order"
    assert f"{read(in_days(20))}" in effect
    assert "提前" in effect, "an earlier date is named as such before anybody receives it"
    county.click(page.locator("button[name=confirm]"))
    page.wait_for_url("**/tasks/assignments/*/")
    assert wording in words(county, "h1"), "the wording from above stays"


def see_the_part(township: Surfer, wording: str) -> None:
    """From the township's first screen to the item: both voices and both dates stand there."""
    township.click(township.page.locator(".actions a[href='/owed/']"))
    line = township.page.locator("tr", has_text=wording).inner_text()
    assert f"青榆县：{ADDED}" in line
    assert read(in_days(20)) in line
    sign(township, wording)
    item = words(township)
    assert wording in item
    assert ADDED in item
    assert "澜川市 → 青榆县" in item, "the way on which it came"
    assert read(in_days(30)) in item, "the original date"
    assert read(in_days(20)) in item, "the earlier one"


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_county_passes_down_checks_the_parts_and_answers_the_city(surfer: NewSurfer, has_script: bool) -> None:
    wording = f"核对公共厕所开放时间{'甲' if has_script else '乙'}"
    office = surfer("linxiaohe", java_script_enabled=has_script)
    issue(office, wording, owner="青榆县", due=in_days(30))

    county = surfer("wenruyue", java_script_enabled=has_script)
    waiting = row_of_the_desk(county, "上级交办待转办")
    pass_down(county, wording)
    assert row_of_the_desk(county, "上级交办待转办") == waiting - 1

    township = surfer("tianlu", java_script_enabled=has_script)
    see_the_part(township, wording)
    ask(township, "两处已改，门口贴了时间。")

    # The county checks: once it is not enough, then it is.
    to_check = row_of_the_desk(county, "待我审核")
    follow_the_row(county, "待我审核")
    county.click(county.page.locator("tr", has_text=wording).locator("a").first)
    assert "两处已改" in words(county, ".thread")
    returned = county.form("/steps/return/")
    returned.locator("textarea").fill("集市那一处没有写。")
    returned.locator("[type=date]").fill(in_days(25).isoformat())
    county.press("/steps/return/")
    township.page.reload()
    assert "集市那一处没有写。" in words(township, ".thread")
    ask(township, "集市那一处也改了。")
    assert row_of_the_desk(county, "待我审核") == to_check
    follow_the_row(county, "待我审核")
    county.page.locator("tr", has_text=wording).locator("input[name=ids]").check()
    county.click(county.page.locator("main form button.btn-primary").first)
    county.page.locator("main td .status-done").wait_for()
    assert "已处理1项，未处理0项" in words(county)

    # What it passed down stays its own: it sees how far the parts are, and finishes it with a word about the open one.
    county.open("/")
    county.click(county.page.locator(".actions a[href='/owed/']"))
    county.click(county.page.locator(".tabs a", has_text="我转下去的"))
    line = county.page.locator("tr", has_text=wording)
    assert "下级应办 2，已办结 1" in line.inner_text()
    county.click(line.locator("a").first)
    county.form("/steps/ask_done/").locator("textarea[name=despite]").fill("柳集镇没有公共厕所。")
    ask(county, "全县已核对。")

    office.open("/tasks/to-check/")
    office.click(office.page.locator("tr", has_text=wording).locator("a").first)
    thread = words(office, ".thread")
    assert "柳集镇没有公共厕所。" in thread
    assert ADDED in thread
    levels = words(office, "#parts tbody").split()
    assert levels[1] == "2", "how many parts"
    office.press("/steps/accept/")
    office.form("/steps/accept/").wait_for(state="detached")
    assert "已办结" in words(office, ".page-head")
