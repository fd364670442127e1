"""What a file is by its first bytes, whatever its name says."""

import io
import zipfile
from pathlib import PurePath

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ZIP = "application/zip"
OLD_OFFICE = "application/x-ole-storage"
TEXT = "text/plain"
PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
PROGRAM = "application/x-executable"
MARKUP = "text/html"
UNKNOWN = "application/octet-stream"

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"#!", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
)
_MARKUP_STARTS = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml")
_OFFICE_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_OLD_ENDINGS = frozenset({".doc", ".wps", ".xls", ".et", ".ppt", ".dps"})
# What each kind of content may be called; kinds that are not here may bear any name that no other kind claims.
_ENDINGS: dict[str, frozenset[str]] = {
    PDF: frozenset({".pdf"}),
    DOCX: frozenset({".docx"}),
    XLSX: frozenset({".xlsx"}),
    PPTX: frozenset({".pptx"}),
    PNG: frozenset({".png"}),
    JPEG: frozenset({".jpg", ".jpeg"}),
    GIF: frozenset({".gif"}),
    WEBP: frozenset({".webp"}),
    OLD_OFFICE: _OLD_ENDINGS,
    TEXT: frozenset({".txt", ".csv", ".md"}),
    ZIP: frozenset({".zip", ".ofd"}),
}


def media_type_of(content: bytes) -> str:
    """Return the media type that the bytes themselves show."""
    for start, found in _STARTS:
        if content.startswith(start):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office_type(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower().startswith(_MARKUP_STARTS):
        return MARKUP
    return TEXT if _looks_like_text(content) else UNKNOWN


def name_fits(name: str, media_type: str) -> bool:
    """Return whether a file of that content may bear that name: an ending that belongs to another kind of file may not."""
    ending = PurePath(name).suffix.lower()
    owners = [kind for kind, endings in _ENDINGS.items() if ending in endings]
    return not owners or media_type in owners


def _office_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return UNKNOWN
    return next(
        (found for folder, found in _OFFICE_FOLDERS if any(name.startswith(folder) for name in names)),
        ZIP,
    )


def _looks_like_text(content: bytes) -> bool:
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(1 for byte in head if byte < 32 and byte not in (9, 10, 12, 13, 27))
    return b"\0" not in head and controls * 100 <= len(head)
