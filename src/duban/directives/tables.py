"""A table as page, Excel and Word show it: one object, so that they cannot differ."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import NotFound
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.wordexport import export_word_table

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """Head and rows of a list; `head` says its scope, filters and day."""

    title: str
    head: Sequence[tuple[str, str]]
    columns: Sequence[ExportColumn]
    rows: Sequence[Sequence[object]]


def file_of(*, table: Table, kind: str) -> HttpResponse:
    """
    Return the table as "word" or "excel" to be kept.

    :raises NotFound: for another kind
    """
    if kind == "word":
        content = export_word_table(
            title=table.title, head=table.head, columns=table.columns, rows=table.rows, paper="A4"
        )
        return download(content, name=f"{table.title}.docx", media_type=WORD)
    if kind != "excel":
        raise NotFound(_("There is no such page."))
    out = io.BytesIO()
    export_workbook(path=out, title=table.title, head=table.head, columns=table.columns, rows=table.rows, paper="A4")
    return download(out.getvalue(), name=f"{table.title}.xlsx", media_type=EXCEL)


def download(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return bytes as a file that is never shown within our pages, whatever it holds."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
