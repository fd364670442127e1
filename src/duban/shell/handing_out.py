"""Handing out files: lists as Excel and Word, papers as Word and PDF."""

import tempfile
from datetime import date
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from duban.kernel.errors import NotFound
from duban.workbooks.listing import Listing, word_table, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def attachment_header(name: str) -> str:
    """Return the header that hands a file out under its own name, Chinese included (RFC 6266)."""
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def handed_out(*, content: bytes, media_type: str, name: str) -> HttpResponse:
    """Return an answer that hands out one file under its name."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = attachment_header(name)
    return response


def listing_file(*, listing: Listing, kind: str, on: date) -> HttpResponseBase:
    """
    Return a list as a file: "excel" or "word", the same rows either way.

    :raises NotFound: for any other kind
    """
    name = f"{listing.title}-{listing.as_of or on}"
    if kind == "word":
        return handed_out(content=word_table(listing=listing), media_type=DOCX, name=f"{name}.docx")
    if kind != "excel":
        raise NotFound(_("There is no such page."))
    # Closed, and with it removed, when the answer has been sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    write_workbook(listing=listing, file=file)
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = attachment_header(f"{name}.xlsx")
    return response
