"""On Monday an office has last year's breakdown table: with new dates it is taken in, issued, and followed."""

import io
from datetime import date, timedelta

import openpyxl
from django.utils import timezone

from duban.config import factories
from duban.figures.commands import recount_all
from duban.kernel.authority import Actor
from tests.journeys.conftest import City

# What is asked, of whom, and of how many units.
ROWS = (
    ("领导班子集中学习不少于三天", "各县区", 3),
    ("开展一次窗口服务明察暗访", "各部门", 4),
    ("走访联系困难群众", "各乡镇", 18),
)


def written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日前"


def with_new_dates(content: bytes, *, due: date) -> bytes:
    """Do by hand what an office does: open last year's file, write new dates, take the old keys out, save."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    head = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "完成时限")
    titles = {cell.value: cell.column for cell in sheet[head]}
    for row in range(head + 1, sheet.max_row + 1):
        if sheet.cell(row, titles["具体事项"]).value:
            sheet.cell(row, titles["完成时限"]).value = written(due)
            for title in ("编号", "启动时间"):
                sheet.cell(row, titles[title]).value = None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_last_years_table_is_imported_issued_and_followed(city: City) -> None:
    tree, today = city.tree, timezone.localdate()
    last_year = factories.make_campaign(
        root=tree.city, name="去年的作风建设", starts_on=today - timedelta(days=400), planned_end_on=today
    )
    clerk = city.visitor(unit=tree.office, role="office_clerk", over=tree.city)

    # Last year the office wrote its rows one by one; today it hands the table out.
    clerk.open("/campaigns/").submit(rf"/campaigns/{last_year.pk}/choose/")
    for wording, owner, _count in ROWS:
        draft = clerk.open("/tasks/assign/").submit(
            "/tasks/assign/", wording=wording, owner=owner, due=written(today + timedelta(days=10))
        )
        draft.submit(r"/tasks/assignments/\d+/issue/")
    exported = clerk.open("/tasks/breakdown/export.xlsx").content

    # This year's campaign begins with that table: checked first, and nothing is changed by that.
    clerk.open("/campaigns/").submit(rf"/campaigns/{city.campaign.pk}/choose/")
    assert not clerk.open("/work/").links_to(r"/tasks/\d+/")
    table = with_new_dates(exported, due=today + timedelta(days=45))
    checked = clerk.open("/tasks/breakdown/").submit("/tasks/breakdown/", files=[("任务分解表.xlsx", table)])
    assert not checked.links_to(r"/tasks/breakdown/\d+/marked/"), checked.text
    assert all(wording in checked.text for wording, _owner, _count in ROWS)
    assert not clerk.open("/work/").links_to(r"/tasks/\d+/")

    # Taken over and issued in one go.
    checked.submit(r".*/take-over/", issue="1")
    units = sum(count for _wording, _owner, count in ROWS)
    figures = clerk.open("/table/")
    assert figures.last_row[1] == str(units)
    assert figures.row(tree.counties[0].name)[1:3] == ["7", "7"], "its own and those of its six townships"

    # The same table again changes nothing.
    again = clerk.open("/tasks/breakdown/").submit("/tasks/breakdown/", files=[("任务分解表.xlsx", table)])
    if again.form(r".*/take-over/"):
        again.submit(r".*/take-over/", issue="1")
    assert clerk.open("/table/").last_row[1] == str(units)

    # A township finds its row, with the date of this year.
    line = city.liaison(tree.townships[4]).open("/")
    due = today + timedelta(days=45)
    assert ROWS[2][0] in line.text
    assert f"{due.month}月{due.day}日" in line.text
    found = recount_all(actor=Actor.system("journey"), campaign_id=city.campaign.pk, at=timezone.now())
    assert set(found.values()) == {0}, found
