"""What stands in a paper, without any thought of how it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; level 0 is running text, 1 to 4 are 一、（一）1.（1） with their marks in the text."""

    text: str
    level: Literal[0, 1, 2, 3, 4] = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a paper: titles, relative widths, rows of words."""

    titles: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """What is joined to a paper, on pages of its own; tables too wide for A4 upright lie on their side."""

    title: str
    blocks: Sequence[Text | Table]
    is_landscape: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """
    One paper in its parts; an empty part does not stand on the page.

    `red_head` is 发文机关标志, `number` 发文字号 (〔2026〕1号 with its word), `signed_off_by` 签发人, which only upward
    papers carry. `note` is 附注. `copies_to` and `printed_by` make the 版记.
    """

    title: str
    blocks: Sequence[Text | Table]
    red_head: str = ""
    number: str = ""
    urgency: str = ""
    signed_off_by: str = ""
    addressees: str = ""
    issuer: str = ""
    issued_on: date | None = None
    note: str = ""
    annexes: Sequence[Annex] = ()
    copies_to: str = ""
    printed_by: str = ""
    # The whole paper on A3 lying on its side: a table that is wide.
    is_landscape: bool = False
    # Said at the foot of a draft, in place of a signature.
    is_draft: bool = False


def chinese_day(day: date | None) -> str:
    """Return a day as papers write it, without leading zeros: 2026年3月5日."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


def number_words(*, word: str, year: int, number: int) -> str:
    """Return a number as papers bear it (GB/T 9704): six-cornered brackets, the whole year, no leading zero, no 第."""
    return f"{word}〔{year}〕{number}号"


def as_data(content: Content) -> dict[str, Any]:
    """Return the content as plain words and lists, from which `from_data` makes it again."""
    data = asdict(content)
    data["issued_on"] = content.issued_on.isoformat() if content.issued_on else None
    return data


def from_data(data: Mapping[str, Any]) -> Content:
    """Return the content that `as_data` wrote down."""
    return Content(
        **{
            **data,
            "issued_on": date.fromisoformat(data["issued_on"]) if data.get("issued_on") else None,
            "blocks": _blocks(data["blocks"]),
            "annexes": [Annex(**{**annex, "blocks": _blocks(annex["blocks"])}) for annex in data.get("annexes", ())],
        }
    )


def _blocks(rows: Sequence[Mapping[str, Any]]) -> list[Text | Table]:
    return [Table(**row) if "rows" in row else Text(**row) for row in rows]
