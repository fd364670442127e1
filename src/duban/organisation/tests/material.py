"""Tables of units as offices send them, for tests."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill

from duban.kernel.authority import Actor
from duban.organisation import commands
from duban.organisation.models import Unit

SYSTEM = Actor.system("test")
LONG_AGO = date(2020, 1, 1)
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)

HEADER = ("编码", "单位全称", "上级单位", "级别", "领域", "类别")
Rows = Sequence[Sequence[object]]


def top(**given: Any) -> Unit:
    """Enter the first unit by the real command."""
    values: dict[str, Any] = {
        "name": "试验市",
        "level": "city",
        "field": "organ",
        "kind": "top",
        "valid_from": LONG_AGO,
    }
    return commands.create_unit(actor=SYSTEM, parent_id=None, at=NOW, **(values | given))


def child(parent: Unit, name: str, **given: Any) -> Unit:
    """Enter a unit below another by the real command."""
    values: dict[str, Any] = {"level": "county", "field": "organ", "kind": "department", "valid_from": LONG_AGO}
    return commands.create_unit(actor=SYSTEM, parent_id=parent.pk, name=name, at=NOW, **(values | given))


def as_csv(rows: Rows, *, header: Sequence[str] = HEADER) -> bytes:
    """A table as .csv."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Rows, *, header: Sequence[str] = HEADER, grouped: bool = False) -> bytes:
    """A table as .xlsx under a title; `grouped` puts the first columns under merged titles of their own."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单位名册"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
    if grouped:
        sheet.append(["外部编码", "单位名称", "上级单位", "单位类别", None, None])
        sheet.append(["编码", "全称", None, "级别", "领域", "类别"])
        sheet.merge_cells("D2:F2")
        sheet.merge_cells("C2:C3")
    else:
        sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    sheet["A1"].fill = PatternFill("solid", fgColor="00FF00")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CITY: Rows = (
    ("A1", "第一试验县", "", "县级", "机关", "本级"),
    ("A2", "第二试验县", "", "县级", "机关", "本级"),
    ("B1", "双桥镇", "A1", "乡级", "机关", "乡镇"),
    ("C1", "前埠村", "双桥镇", "村级", "农村", "村"),
)
