"""What is reserved for a principal: one tap after signing in, or one tap behind a link on the telephone."""

import pytest

from tests.browser.conftest import NewSurfer, Surfer
from tests.browser.test_the_chain import in_days

PHONE = {"width": 375, "height": 667}


def prepare(office: Surfer, unit: Surfer, wording: str) -> None:
    """Issue an item whose completion the principal confirms; the liaison signs and puts it before them."""
    office.open("/tasks/assign/")
    office.page.locator("[name=wording]").fill(wording)
    office.page.locator("[name=owner]").fill("澜川市住房城乡建设局")
    due = in_days(15)
    office.page.locator("[name=due]").fill(f"{due.year}年{due.month}月{due.day}日前")
    office.page.locator("[name=is_principals_own]").check()
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/tasks/assignments/*/")
    office.press("/issue/", confirm=office.has_script)
    office.page.locator("a[href*='status=to_sign']").wait_for()

    unit.open("/owed/")
    line = unit.page.locator("tr", has_text=wording)
    unit.click(line.locator("form[action$='/steps/sign/'] button"))
    line.locator("form").wait_for(state="detached")
    unit.click(line.locator("a[href^='/tasks/']").first)
    unit.form("/put-before/").locator("textarea").fill("三处已改，居民签了字。")
    unit.press("/put-before/")
    unit.page.wait_for_url("**/tasks/confirmations/*/")


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_principal_agrees_in_one_tap(surfer: NewSurfer, has_script: bool) -> None:
    wording = f"更换老旧楼道灯{'甲' if has_script else '乙'}"
    office = surfer("linxiaohe", java_script_enabled=has_script)
    unit = surfer("dingyifan", java_script_enabled=has_script)
    prepare(office, unit, wording)

    principal = surfer("hewenchuan", java_script_enabled=has_script, viewport=PHONE)
    assert not principal.count("nav.menu")
    card = principal.page.locator("article", has_text=wording)
    assert "三处已改" in card.inner_text()
    before = principal.clicks
    principal.click(card.locator("form[action$='/agree/'] button"))
    card.wait_for(state="detached")
    assert principal.clicks - before == 1
    assert "本人登录确认" in principal.page.locator("main").inner_text()

    unit.open("/owed/")
    assert "待审核" in unit.page.locator("tr", has_text=wording).inner_text()


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_principal_agrees_by_a_link_without_an_account(surfer: NewSurfer, has_script: bool) -> None:
    wording = f"清理楼顶杂物{'甲' if has_script else '乙'}"
    office = surfer("linxiaohe", java_script_enabled=has_script)
    unit = surfer("dingyifan", java_script_enabled=has_script)
    prepare(office, unit, wording)
    unit.press("/link/")
    link = unit.page.locator("#tap-link").input_value()
    assert link.startswith(unit.address)

    phone = surfer(java_script_enabled=has_script, viewport=PHONE)
    phone.open(link.removeprefix(phone.address))
    assert wording in phone.page.locator("main").inner_text()
    assert phone.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth") if has_script else True
    phone.click(phone.page.locator("button[value=agree]"))
    phone.page.locator(".notice-done").wait_for()
    assert phone.clicks == 1

    unit.open("/owed/")
    unit.click(unit.page.locator("tr", has_text=wording).locator("a[href^='/tasks/']").first)
    thread = unit.page.locator(".thread").inner_text()
    assert "一次性链接确认" in thread
    assert "贺文川" in thread
