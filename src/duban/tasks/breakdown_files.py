"""The breakdown table as a file: empty, filled, and handed back with its errors."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any

from django.utils.translation import gettext as _

from duban.kernel.errors import NotFound
from duban.papers.layout.content import Content, Table, Text, chinese_day
from duban.tasks.breakdown import COLUMNS, TEMPLATE_ID
from duban.workbooks.columns import CellError
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.returning import error_workbook
from duban.workbooks.templates import template
from duban.workbooks.wordexport import export_word_table

VERSION = "1"
EXAMPLE = {
    "serial": "1",
    "heading": "学习教育",
    "wording": "组织支部书记参加一次专题培训",
    "standard": "培训小结",
    "lead_person": "",
    "owner": "各部门",
    "helpers": "",
    "contact": "",
    "starts_on": "",
    "due": "6月底前",
    "rhythm": "每月25日前",
    "closing": "",
    "source": "",
    "remark": "",
    "row_key": "",
}


def empty(*, campaign: Any) -> bytes:
    """Return an empty breakdown table (.xlsx) for a campaign."""
    return template(
        title=_("Task breakdown table"),
        columns=COLUMNS,
        example=EXAMPLE,
        notes=[
            _(
                "The owner is one unit, several with 、 between them, or a class such as 各部门, 各乡镇（街道）, 各村（社区）."
            ),
            _("A deadline is written as usual: 6月30日前, 6月底前, 每月25日前, 长期坚持."),
            _("Leave the column 编号 empty in new rows; it finds a row again when the table comes back."),
        ],
        template_id=TEMPLATE_ID,
        version=VERSION,
        context={"campaign": str(campaign.uuid) if campaign else ""},
        paper="A3",
    )


def marked(*, found: Any) -> bytes:
    """
    Return the table as it was sent in, with an error column and red cells.

    :raises NotFound: if it came so long ago that it was let go
    """
    if not found.content:
        raise NotFound(_("This file was kept for 30 days. Please upload it again."))
    return error_workbook(
        content=bytes(found.content),
        file_name=found.file_name,
        errors=[
            CellError(row=error["row"], column_key=error["column"], message=error["message"]) for error in found.errors
        ],
        columns=COLUMNS,
        sheet_marker=TEMPLATE_ID,
        # As it was read, whatever was said of other tables with this header since.
        mappings={found.described["fingerprint"]: found.mapping} if found.mapping else None,
    )


def export(*, kind: str, file: IO[bytes], campaign: Any, rows: Iterable[Sequence[object]], on: date) -> None:
    """Write the rows as .xlsx or .docx, with the columns that the import reads."""
    columns = [ExportColumn(key=column.key, title=column.titles[0], width=column.width) for column in COLUMNS]
    title = f"{campaign.name}{_('Task breakdown table')}"
    head = [(_("As of"), on.isoformat())]
    if kind == "xlsx":
        export_workbook(path=file, title=title, head=head, columns=columns, rows=rows, paper="A3")
    else:
        file.write(export_word_table(title=title, head=head, columns=columns, rows=rows, paper="A3"))


def as_paper(*, campaign: Any, rows: Iterable[Sequence[object]], on: date) -> Content:
    """Return the rows as a paper that lies on its side, as offices print it for signature."""
    return Content(
        title=f"{campaign.name}{_('Task breakdown table')}",
        blocks=[
            Text(f"{_('As of')} {chinese_day(on)}"),
            Table(
                titles=[column.titles[0] for column in COLUMNS],
                widths=[column.width for column in COLUMNS],
                rows=[["" if value is None else str(value) for value in row] for row in rows],
            ),
        ],
        is_landscape=True,
    )
