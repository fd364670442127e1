"""Getting the text out of a speech, plan or notice that somebody uploads: .txt in any encoding, .docx, .pdf with text."""

import json
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from duban.kernel.confined import Limits, run_confined, sentence
from duban.kernel.confined_child import Unusable
from duban.kernel.errors import InvalidInput
from duban.workbooks.decoding import decode

MB = 1024 * 1024
MOST_BYTES = {"txt": 10 * MB, "docx": 20 * MB, "pdf": 20 * MB}
LIMITS = Limits(memory_mb=1024, cpu_s=30, wall_s=45, output_mb=64)

_READERS = {"docx": "duban.directives.extraction_child:docx", "pdf": "duban.directives.extraction_pdf:pdf"}
_OLD = (".doc", ".wps", ".wpt", ".dot", ".rtf", ".odt", ".docm", ".dotm", ".ofd")
_TABLES = (".xls", ".xlsx", ".et", ".ett", ".xlsm", ".ods", ".csv")
_PAGES = (".htm", ".html", ".mht", ".mhtml")

SENTENCES: dict[str, object] = {
    "empty": _("There is no text in the file"),
    "too-large": _("The file is larger than {most} MB, far longer than any speech; upload the text itself"),
    "binary": _(
        "The file is not readable text; save it as .docx or as .txt in UTF-8 and upload that, or paste the text"
    ),
    "old-docx": _(
        "This older text format cannot be read; open it in WPS or Word, choose “Save as”, format .docx, and upload that"
    ),
    "table": _("This is a table, not a text; a table of tasks is imported on the page of tasks"),
    "web-page": _("This is a saved web page; copy its text and paste it"),
    "not-docx": _(
        "This is not a .docx document, whatever its name says; open it in WPS or Word, save it as .docx and upload that"
    ),
    "not-pdf": _("This is not a PDF, whatever its name says; save it again as .pdf or .docx and upload that"),
    "scanned": _("This PDF holds pictures of pages and no text; upload the original document or paste its text"),
    "encrypted": _("The file is protected by a password; remove the password and upload it again"),
    "macros": _("The file contains macros; save it as .docx without macros and upload that"),
    "bomb": _("Unpacked, the file is far larger than a text can be; copy the text into a new file and upload that"),
    "nested": _("The file has other archives inside; copy the text into a new file and upload that"),
    "doctype": _(
        "The file carries instructions that an office file does not need; copy its text into a new file and upload that"
    ),
    "external": _("The file is linked to other files; copy the text into a new file and upload that"),
    "damaged": _("The file is damaged or not what its name says; save it again in WPS or Word and upload that"),
    "too-many-pages": _("The PDF has more than {most} pages; upload the part that holds the text"),
}


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """
    The text of a file; `encoding` is the codec of a .txt and empty otherwise; the raw bytes stay with the caller.

    `replaced` counts damaged places of a .txt, shown as U+FFFD.
    """

    text: str
    encoding: str
    kind: Literal["txt", "docx", "pdf"]
    replaced: int = 0


def extract_text(*, content: bytes, file_name: str) -> Extracted:
    """
    The text of an uploaded file, with the visible markers of automatic numbering (R-688 ff.).

    Line ends of a .txt stay as they are. Raises InvalidInput with one sentence for what cannot be read: what it is and
    how to save it. .docx and .pdf are parsed in a confined process.
    """
    kind = _kind(content=content, file_name=file_name)
    if kind == "txt":
        try:
            decoded = decode(content)
        except Unusable as unusable:
            raise _refuse(unusable.code) from unusable
        return Extracted(text=decoded.text, encoding=decoded.encoding, kind="txt", replaced=decoded.replaced)
    answer = run_confined(function=_READERS[kind], payload=content, limits=LIMITS, sentences=SENTENCES)
    return Extracted(text=json.loads(answer), encoding="", kind=kind)


def _refuse(code: str, **values: object) -> InvalidInput:
    return InvalidInput(sentence(code, values, SENTENCES), code=code)


def _kind(*, content: bytes, file_name: str) -> Literal["txt", "docx", "pdf"]:
    ending = "." + file_name.lower().rpartition(".")[2] if "." in file_name else ""
    if not content:
        raise _refuse("empty")
    for endings, code in ((_OLD, "old-docx"), (_TABLES, "table"), (_PAGES, "web-page")):
        if ending in endings:
            raise _refuse(code)
    kind: Literal["txt", "docx", "pdf"] = "docx" if ending == ".docx" else "pdf" if ending == ".pdf" else "txt"
    if len(content) > MOST_BYTES[kind]:
        raise _refuse("too-large", most=MOST_BYTES[kind] // MB)
    if kind == "txt" and content.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise _refuse("old-docx")
    if kind == "txt" and content.startswith((b"PK\x03\x04", b"%PDF-")):
        raise _refuse("binary")
    return kind
