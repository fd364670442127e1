"""What people of several stories do in the same way."""

from datetime import date, timedelta

from tests.browser.conftest import Surfer

PHONE = {"width": 390, "height": 844}


def in_days(number: int) -> date:
    """Return the day so many days from now."""
    return date.today() + timedelta(days=number)  # noqa: DTZ011 - as a person reads the calendar on the wall


def written(day: date) -> str:
    """Return a date as an office writes it into a table."""
    return f"{day.year}年{day.month}月{day.day}日前"


def read(day: date) -> str:
    """Return a date as the pages show it."""
    this_year = day.year == in_days(0).year
    return f"{day.month}月{day.day}日" if this_year else f"{day.year}年{day.month}月{day.day}日"


def issue(office: Surfer, wording: str, *, owner: str, due: date, ticked: str = "") -> None:
    """Write one item from the desk and issue it; `ticked` names a box of the form."""
    office.open("/")
    office.click(office.page.locator(".actions a[href='/tasks/assign/']"))
    office.page.locator("[name=wording]").fill(wording)
    office.page.locator("[name=owner]").fill(owner)
    office.page.locator("[name=due]").fill(written(due))
    if ticked:
        office.page.locator(f"[name={ticked}]").check()
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/tasks/assignments/*/")
    office.press("/issue/", confirm=office.has_script)
    office.page.locator("a[href*='status=to_sign']").wait_for()


def sign(unit: Surfer, wording: str) -> None:
    """Sign for an item in the list of what the unit owes, and open it."""
    line = unit.page.locator("tr", has_text=wording)
    unit.click(line.locator("form[action$='/steps/sign/'] button"))
    line.locator("form").wait_for(state="detached")
    unit.click(line.locator("a[href^='/tasks/']").first)


def ask(unit: Surfer, words: str) -> None:
    """Ask for completion on the page of an item."""
    unit.form("/steps/ask_done/").locator("textarea[name=text]").fill(words)
    unit.press("/steps/ask_done/")
    unit.form("/steps/ask_done/").wait_for(state="detached")


def words(surfer: Surfer, selector: str = "main") -> str:
    """Return what a part of the page says."""
    return surfer.page.locator(selector).first.inner_text()
