"""
Opening an office file safely: what is refused before anything in it is parsed.

Runs inside a confined process (no Django). Refuses what is no zip, encrypted or old binary formats, macros, zip bombs,
document types, links to other files (security cases 36-38).
"""

import io
import re
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree

from duban.kernel.confined_child import Unusable

MB = 1024 * 1024
MOST_ENTRIES = 2_000
MOST_EXPANDED = 300 * MB
MOST_PART = 200 * MB
MOST_RATIO = 200
RATIO_COUNTS_FROM = 10 * MB

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".zst")
MACRO_PARTS = re.compile(r"(^|/)(vbaproject[^/]*\.bin|vbadata\.xml|macrosheets/.*)$", re.IGNORECASE)
# A hyperlink is only followed by a person's click; every other external relation is fetched by the office program.
HYPERLINK = "/hyperlink"
DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
READABLE = {"utf-8", "utf-16", "us-ascii", "ascii"}
DOCTYPES = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)
MARKUP = (".xml", ".rels", ".vml")
UNREADABLE = (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
OVERLAP = max(len(mark) for mark in DOCTYPES)


class OfficeFile:
    """An office file that passed all refusals; parts are read whole or streamed."""

    def __init__(self, archive: zipfile.ZipFile, kind: str) -> None:
        self.archive = archive
        self.kind = kind
        self.names = {info.filename.lower(): info.filename for info in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        """The bytes of one part; Unusable when it is missing or damaged."""
        try:
            return self.archive.read(self.names[name.lower()])
        except UNREADABLE as fault:
            raise Unusable("damaged") from fault

    def stream(self, name: str) -> IO[bytes]:
        """One part of markup as a stream; Unusable when it is missing."""
        if not name.lower().endswith(MARKUP):
            raise Unusable("damaged")
        try:
            return self.archive.open(self.names[name.lower()])
        except UNREADABLE as fault:
            raise Unusable("damaged") from fault

    def tree(self, name: str) -> ElementTree.Element:
        """One part as an element tree; Unusable when it is no XML."""
        if not name.lower().endswith(MARKUP):
            raise Unusable("damaged")
        try:
            return ElementTree.fromstring(self.read(name))
        except (ElementTree.ParseError, ValueError) as fault:
            raise Unusable("damaged") from fault


def open_office(content: bytes, *, kind: str) -> OfficeFile:
    """Open a .xlsx ("xlsx") or .docx ("docx"); raises Unusable with the code of the sentence that says what is wrong."""
    if content.startswith(OLE):
        raise Unusable("encrypted" if OLE_ENCRYPTED in content else f"old-{kind}")
    if not content.startswith(b"PK\x03\x04"):
        raise Unusable(f"not-{kind}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE as fault:
        raise Unusable("damaged") from fault
    _check_entries(archive, size=len(content))
    opened = OfficeFile(archive, kind)
    if MAIN_PART[kind] not in opened:
        raise Unusable(f"not-{kind}")
    if any(MACRO_PARTS.search(name) for name in opened.names):
        raise Unusable("macros")
    for name in list(opened.names):
        if name.endswith(MARKUP):
            _check_markup(opened, name)
    if b"macroEnabled" in opened.read("[Content_Types].xml"):
        raise Unusable("macros")
    return opened


def _check_entries(archive: zipfile.ZipFile, *, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Unusable("bomb")
    seen: set[str] = set()
    packed = expanded = 0
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 0x41:
            raise Unusable("encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unusable("damaged")
        if name.lower() in seen or name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
            raise Unusable("damaged")
        if name.lower().endswith(ARCHIVES):
            raise Unusable("nested")
        seen.add(name.lower())
        packed += entry.compress_size
        expanded += entry.file_size
        large = entry.file_size > RATIO_COUNTS_FROM
        if entry.file_size > MOST_PART or (large and entry.file_size > MOST_RATIO * max(1, entry.compress_size)):
            raise Unusable("bomb")
    # Entries that share the same bytes add up to more than the file holds.
    if packed > size or expanded > MOST_EXPANDED:
        raise Unusable("bomb")


def _check_markup(opened: OfficeFile, name: str) -> None:
    """Refuse document types in any encoding a parser would accept, and relations that reach outside the file."""
    relations: list[bytes] = []
    tail = b""
    try:
        with opened.stream(name) as stream:
            while chunk := stream.read(MB):
                if not tail:
                    declared = DECLARED.match(chunk[:512])
                    if declared and declared[1].decode().lower() not in READABLE:
                        raise Unusable("doctype")
                searched = tail + chunk
                if any(mark in searched for mark in DOCTYPES):
                    raise Unusable("doctype")
                tail = searched[-OVERLAP:]
                if name.endswith(".rels"):
                    relations.append(chunk)
    except UNREADABLE as fault:
        raise Unusable("damaged") from fault
    if not relations:
        return
    try:
        root = ElementTree.fromstring(b"".join(relations))
    except ElementTree.ParseError as fault:
        raise Unusable("damaged") from fault
    for relation in root:
        if relation.get("TargetMode") == "External" and not (relation.get("Type") or "").endswith(HYPERLINK):
            raise Unusable("external")


def related(opened: OfficeFile, part: str) -> dict[str, tuple[str, str]]:
    """The inner relations of a part: id → (last word of the type, full name of the part it points to)."""
    folder, _, base = part.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if rels not in opened:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for relation in opened.tree(rels):
        if relation.get("TargetMode") == "External":
            continue
        found[relation.get("Id", "")] = (
            (relation.get("Type") or "").rpartition("/")[2],
            _joined(folder, relation.get("Target", "")),
        )
    return found


def _joined(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)
