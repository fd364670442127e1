"""Files as a page hands them out."""

import io

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import NotFound
from duban.workbooks.listing import Listing, word_table, write_workbook

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def listing_file(*, listing: Listing, kind: str) -> HttpResponse:
    """
    Return a list as "word" or "excel" to be kept.

    :raises NotFound: for another kind
    :raises InvalidInput: if it has more rows than Word tables bear
    """
    if kind == "word":
        return download(word_table(listing=listing), name=f"{listing.title}.docx", media_type=WORD)
    if kind != "excel":
        raise NotFound(_("There is no such page."))
    out = io.BytesIO()
    write_workbook(listing=listing, file=out)
    return download(out.getvalue(), name=f"{listing.title}.xlsx", media_type=EXCEL)


def download(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return bytes as a file that is never shown within our pages, whatever it holds."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
