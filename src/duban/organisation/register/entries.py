"""One row of a table of units, read: what it says, and what in it cannot be understood."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from duban.organisation.register import words

# The scheme of codes that come without one.
LOCAL_SCHEME = "本地编码"
LARGEST_PLACE = 999_999
MOST_MEMBERS = 10_000_000

_SEPARATORS = re.compile(r"[、,，;；\n/]+")
_IN_BRACKETS = re.compile(r"^(?P<name>[^()（）]+?)[（(](?P<field>[^()（）]*)[)）]$")
_DAY = re.compile(r"^(\d{4})[年./-](\d{1,2})(?:[月./-](?:(\d{1,2})日?)?)?$")
_EIGHT_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, or with the row where `column` is None."""

    row: int
    column: str | None
    message: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """
    What one row says about one unit; None is "not said" and leaves a unit that exists as it is.

    `parent` is a code, "scheme:code" or a name, empty for the unit at which the import begins.
    """

    row: int
    scheme: str
    code: str
    name: str
    short_name: str | None = None
    parent: str = ""
    level: str | None = None
    field: str | None = None
    kind: str | None = None
    rank: str | None = None
    line: str | None = None
    place: int | None = None
    member_count: int | None = None
    principal: str | None = None
    # Each deputy with the field in charge, empty where it is not said.
    deputies: tuple[tuple[str, str], ...] = ()
    liaisons: tuple[str, ...] = ()
    founded_on: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.scheme, self.code


_FIELDS = tuple(field.name for field in fields(Entry))


def read_entry(*, row: int, values: Mapping[str, str]) -> tuple[Entry | None, list[Fault]]:
    """
    Return what a row says and what in it cannot be understood; no entry without code and name.

    A row with faults is still an entry, so that rows below it find their parent and are not told of it too.
    """
    faults: list[Fault] = []

    def fault(column: str, message: str) -> None:
        faults.append(Fault(row, column, message))

    def text(column: str, most: int) -> str:
        found = " ".join(values.get(column, "").split())
        if len(found) > most:
            fault(column, _("At most %(most)s characters fit here.") % {"most": most})
        return found

    def classed(column: str, axis: words.Axis) -> str | None:
        found = values.get(column, "").strip()
        if not found:
            return None
        value = axis.meaning(found)
        if value is None:
            near = "、".join(axis.nearest(found))
            fault(column, _("“%(word)s” is not an accepted word. Nearest: %(near)s.") % {"word": found, "near": near})
        return value

    def number(column: str, largest: int) -> int | None:
        found = unicodedata.normalize("NFKC", values.get(column, "")).strip()
        if not found:
            return None
        if not found.isdecimal() or int(found) > largest:
            fault(column, _("A whole number from 0 to %(largest)s is expected here.") % {"largest": largest})
            return None
        return int(found)

    founded = values.get("founded_on", "").strip()
    founded_on = read_day(founded) if founded else None
    if founded and founded_on is None:
        fault("founded_on", _("“%(text)s” is not a date. Write it like 2019-05-01.") % {"text": founded})
    principal = _names(values, "principal", fault)
    if len(principal) > 1:
        fault("principal", _("A unit has exactly one principal. Please name one person."))
    if any(field for _name, field in principal):
        fault("principal", _("Please write only the name here."))
    entry = Entry(
        row=row,
        scheme=words_code(text("scheme", 40)) or LOCAL_SCHEME,
        code=words_code(text("code", 80)),
        name=text("name", 120),
        short_name=text("short_name", 60) or None,
        parent=text("parent", 160),
        level=classed("level", words.LEVELS),
        field=classed("field", words.FIELDS),
        kind=classed("kind", words.KINDS),
        rank=classed("rank", words.RANKS),
        line=text("line", 60) or None,
        place=number("place", LARGEST_PLACE),
        member_count=number("member_count", MOST_MEMBERS),
        principal=principal[0][0] if principal else None,
        deputies=tuple(_names(values, "deputies", fault)),
        liaisons=tuple(name for name, _field in _names(values, "liaisons", fault)),
        founded_on=founded_on,
    )
    if entry.principal and any(name == entry.principal for name, _field in entry.deputies):
        fault("deputies", _("The principal bears the first responsibility and cannot be their own deputy."))
    return (entry if entry.code and entry.name else None), faults


def pack_entries(entries: Sequence[Entry]) -> list[list[object]]:
    """Return entries as JSON can keep them."""
    return [
        [value.isoformat() if isinstance(value, date) else value for value in (getattr(entry, n) for n in _FIELDS)]
        for entry in entries
    ]


def unpack_entries(packed: Sequence[Sequence[Any]]) -> list[Entry]:
    """Return entries as they were before `pack_entries`."""
    found = []
    for values in packed:
        said = dict(zip(_FIELDS, values, strict=True))
        said["deputies"] = tuple((name, field) for name, field in said["deputies"])
        said["liaisons"] = tuple(said["liaisons"])
        if said["founded_on"] is not None:
            said["founded_on"] = date.fromisoformat(said["founded_on"])
        found.append(Entry(**said))
    return found


def words_code(text: str) -> str:
    """Return a code with widths made equal and spaces removed."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_day(text: str) -> date | None:
    """Return the date that a cell says (2019-05-01, 2019年5月1日, 2019.5, 20190501; a month is its first day), or None."""
    found = "".join(unicodedata.normalize("NFKC", text).split())
    if len(found) > 10 and found[10] in "T0123456789":
        found = found[:10]
    match = _DAY.match(found) or _EIGHT_DIGITS.match(found)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None


def _names(values: Mapping[str, str], column: str, fault: Callable[[str, str], None]) -> list[tuple[str, str]]:
    """Names in a cell, each with what stands in brackets behind it."""
    found: dict[str, str] = {}
    # Marks inside brackets belong to the field in charge, so they are hidden while the cell is divided.
    hidden = re.sub(r"[（(][^()（）]*[)）]", lambda m: _SEPARATORS.sub("\0", m[0]), values.get(column, ""))
    for part in _SEPARATORS.split(hidden):
        part = part.replace("\0", "、").strip()
        if not part:
            continue
        match = _IN_BRACKETS.match(part)
        # Names of two characters are often typed with a space to fill three.
        name = "".join((match["name"] if match else part).split()) if not part.isascii() else part
        field = match["field"].strip() if match else ""
        if len(name) > 60 or len(field) > 120:
            fault(column, _("At most 60 characters for a name and 120 for a field in charge."))
            continue
        if name in found:
            fault(column, _("“%(name)s” is named twice here.") % {"name": name})
        found[name] = field
    return list(found.items())
