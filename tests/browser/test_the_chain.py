"""From a speech to a finished task, in the browser: once with JavaScript, once without."""

import pytest

from tests.browser.acting import ask, in_days, written
from tests.browser.conftest import NewSurfer, Surfer

SPEECH = """在全市{word}整治推进会上的讲话

同志们：

前一段大家很辛苦。下面我讲两点意见。

一、把问题查清楚

各部门要在年底前完成一次{word}排查，列出清单。

二、把责任扛起来

要始终坚持实事求是。要切实加强领导，把各项工作抓紧抓实。
"""


def take_in(office: Surfer, text: str) -> None:
    """Paste a speech, confirm it where it asks for that, take what is concrete, set the rest aside."""
    office.open("/directives/take-in/")
    office.page.locator("textarea[name=text]").fill(text)
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/directives/*/")
    if office.count("form[action$='/steps/confirm/']"):
        office.press("/steps/confirm/")
    office.press("/take-all/")
    office.form("/set-aside-rest/").wait_for()
    office.press("/set-aside-rest/")
    office.form("/set-aside-rest/").wait_for(state="detached")


def assign(office: Surfer, *, owner: str, has_script: bool) -> None:
    """Assign the first requirement that waits for it, and issue it."""
    office.click(office.page.locator("a[href*='/tasks/assign/?requirement=']").first)
    office.page.locator("[name=owner]").fill(owner)
    office.page.locator("[name=due]").fill(written(in_days(20)))
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/tasks/assignments/*/")
    office.press("/issue/", confirm=has_script)
    office.page.locator("a[href*='status=to_sign']").wait_for()


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_speech_becomes_tasks_that_are_answered_checked_and_seen_at_every_level(
    surfer: NewSurfer, has_script: bool
) -> None:
    word = "路牌指引" if has_script else "便民座椅"
    office = surfer("linxiaohe", java_script_enabled=has_script)
    take_in(office, SPEECH.format(word=word))
    assign(office, owner="各部门", has_script=has_script)
    # Six departments of the small city: four of the city, two of a county.
    assert office.page.locator("a[href*='status=to_sign']").inner_text() == "6"

    unit = surfer("dingyifan", java_script_enabled=has_script)
    line = unit.page.locator("tr", has_text=word)
    # Why it is asked: the sentence, one click away.
    unit.click(line.locator("summary"))
    assert word in line.locator("blockquote").inner_text()
    unit.click(line.locator("form[action$='/steps/sign/'] button"))
    line.locator("form").wait_for(state="detached")
    unit.click(line.locator("a[href^='/tasks/']").first)
    task = unit.path
    report = unit.form("/feedback/")
    report.locator("textarea").fill("已查三处。")
    report.locator("[type=file]").set_input_files(
        {"name": "清单.txt", "mimeType": "text/plain", "buffer": "一号：已改".encode()}
    )
    unit.press("/feedback/")
    unit.page.locator("a[href*='/evidence/']").wait_for()
    ask(unit, "已经完成。")
    assert not unit.count("form[action$='/steps/accept/']"), "nobody accepts their own answer"

    second = surfer("hanlicheng", java_script_enabled=has_script)
    second.open("/tasks/to-check/")
    second.click(second.page.locator("tr", has_text=word).locator("a").first)
    assert second.path == task
    returned = second.form("/steps/return/")
    returned.locator("textarea").fill("缺少清单。")
    returned.locator("[type=date]").fill(in_days(25).isoformat())
    second.press("/steps/return/")

    unit.open(task)
    assert "缺少清单。" in unit.page.locator(".thread").inner_text()
    ask(unit, "清单已补。")
    office.open(task)
    office.press("/steps/accept/")
    office.form("/steps/accept/").wait_for(state="detached")

    unit.open("/")
    assert not unit.page.locator("tr", has_text=word).count(), "nothing of it is owed any more"
    see_where_things_stand(office, surfer("wenruyue", java_script_enabled=has_script), has_script=has_script)
    auditor = surfer("yanzheng", java_script_enabled=has_script)
    auditor.open(f"/audit/?kind=task&number={task.strip('/').split('/')[-1]}")
    assert "缺少清单" in auditor.page.locator("main").inner_text()
    assert auditor.page.locator("main tbody tr").count() == 6


def see_where_things_stand(office: Surfer, county: Surfer, *, has_script: bool) -> None:
    """The same row, from the city and from the county; the chart is there for both ways of working."""
    office.open("/table/")
    office.click(office.page.locator(".unit-table tbody th a", has_text="青榆县"))
    office.page.wait_for_url("**/table/?unit=*")
    name = "青榆县水利局"
    from_above = office.page.locator(".unit-table tr", has_text=name).inner_text()
    county.open("/table/")
    assert county.page.locator(".unit-table tr", has_text=name).inner_text() == from_above
    if has_script:
        county.page.locator("#chart svg").wait_for()
    else:
        county.click(county.page.locator("#chart a"))
        county.page.locator("svg").first.wait_for()
