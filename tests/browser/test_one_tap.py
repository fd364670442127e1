"""What is reserved for a principal: one tap after signing in, or one tap behind a link on the telephone."""

import pytest

from tests.browser.acting import PHONE, in_days, issue, read, sign, words
from tests.browser.conftest import NewSurfer, Surfer


def prepare(office: Surfer, unit: Surfer, wording: str) -> None:
    """Issue an item whose completion the principal confirms; the liaison signs and puts it before them."""
    issue(office, wording, owner="澜川市住房城乡建设局", due=in_days(15), ticked="is_principals_own")
    unit.open("/")
    sign(unit, wording)
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
    assert "须您本人办" in words(principal)
    card = principal.page.locator("article", has_text=wording)
    # All that is needed for the decision stands on the card: what, by when, what was done, who prepared it.
    for told in ("提请办结", read(in_days(15)), "三处已改", "丁一凡"):
        assert told in card.inner_text(), told
    tap = card.locator("form[action$='/agree/'] button")
    box = tap.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "within the first screen of the telephone"
    before = principal.clicks
    principal.click(tap)
    card.wait_for(state="detached")
    assert principal.clicks - before == 1
    assert "本人登录确认" in words(principal)

    unit.open("/owed/")
    assert "待审核" in unit.page.locator("tr", has_text=wording).inner_text()
    unit.click(unit.page.locator("tr", has_text=wording).locator("a[href^='/tasks/']").first)
    thread = words(unit, ".thread")
    assert "贺文川" in thread, "whose word it was"
    office.open("/tasks/to-check/")
    office.click(office.page.locator("tr", has_text=wording).locator("a").first)
    office.press("/steps/accept/")
    office.form("/steps/accept/").wait_for(state="detached")
    principal.page.reload()
    done = principal.page.locator(".three-numbers a", has_text="已办结")
    principal.click(done)
    assert wording in words(principal)


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
    # One decision: the same link decides nothing more, and says so (with 409, which the browser repeats).
    assert not phone.complaints
    again = phone.page.goto(link)
    assert again is not None
    assert again.status == 409
    assert not phone.count("button[value=agree]")
    phone.complaints.clear()

    unit.open("/owed/")
    unit.click(unit.page.locator("tr", has_text=wording).locator("a[href^='/tasks/']").first)
    thread = unit.page.locator(".thread").inner_text()
    assert "一次性链接确认" in thread
    assert "贺文川" in thread
