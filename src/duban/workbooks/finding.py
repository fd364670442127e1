"""
Finding the table inside a sheet: which sheet, which rows are the header, where the content begins and ends.

Rules (R-014 and the habits of the forms):

* The header is one to three rows within the first `HEADER_WITHIN` non-empty rows; a title is the texts above a column
  joined from top to bottom ("top/sub"), a merged cell counting for all it covers. The rows that match most of the
  expected columns are the header; rows above it (title, reporting unit, notes) are not read.
* Below it are skipped: blank rows, rows with nothing but a serial number, a header repeated for printing, totals (合计,
  总计, 小计, 共计), headings merged over most of the width, and the example row: the one the template carries, unchanged,
  or else grey rows directly below the header where no other row is grey, or a row marked 示例, 样例, 例.
* A note (备注：, 说明：, 注：, 填表说明) or a line for signatures (填报人：, 审核人： …) ends the table; below it only a row
  that fills every required column is still content.
* A merged cell counts for each row it covers, in its first column; a blank cell is blank.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from duban.kernel.confined_child import Unusable
from duban.workbooks.columns import ERROR_TITLES, Cell, Column, Grid, plain_title

HEADER_WITHIN = 30
HEADER_ROWS = 3
NAMED_TITLES = 20
LONGEST_TITLE = 40

_TOTAL = re.compile(r"^(本页|总)?(合计|总计|小计|共计)(数|人数|件数|项数)?[:：]?$")
_NOTE = re.compile(r"^[(（]?(备注|注|说明|填表说明|填报说明|填写说明|注意事项)\d*[:：]")
_SIGNATURE = re.compile(
    r"^(填报单位|填报人|填表人|制表人|审核人|复核人|经办人|联系人|联系电话|填报日期|单位负责人|负责人|主要负责同志|分管负责同志|分管领导|主要领导|签字|盖章)"
    r"([(（][^)）]*[)）])?[:：]"
)
_EXAMPLE = re.compile(r"^[(（\[【]?(填写)?(示例|样例|范例|例|例如)(\d*[)）\]】:：]|\d*$)")


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where the table is: its grid, header rows, the place of each column by key, and all titles of the header."""

    grid: Grid
    top: int
    bottom: int
    places: dict[str, int]
    titles: dict[int, str]

    @property
    def fingerprint(self) -> str:
        """Equal for headers with equal titles in equal order."""
        joined = "|".join(
            plain_title(title) for _, title in sorted(self.titles.items()) if plain_title(title) not in ERROR_TITLES
        )
        return hashlib.sha256(joined.encode()).hexdigest()[:16]

    @property
    def right(self) -> int:
        """The last column with a title."""
        return max(self.titles)


def find_table(grids: Sequence[Grid], columns: Sequence[Column]) -> Found:
    """
    The table that matches the columns best among all visible sheets.

    Raises Unusable "wrong-file" (with expected, missing and found titles) when a required column is not there.
    """
    best: Found | None = None
    for grid in grids:
        if grid.hidden:
            continue
        found = _best_header(grid, columns)
        if found is not None and (best is None or len(found.places) > len(best.places)):
            best = found
    required = [column for column in columns if column.required]
    missing = [c.titles[0] for c in required if best is None or c.key not in best.places]
    if best is None or missing:
        seen = _seen(grids, best)
        if not seen:
            raise Unusable("empty")
        expected = [column.titles[0] for column in (required or columns)]
        raise Unusable("wrong-file", expected=expected, missing=missing or expected, found=seen[:NAMED_TITLES])
    return best


def _seen(grids: Sequence[Grid], best: Found | None) -> list[str]:
    """Titles to tell the person what the file has instead: the best header, or else the fullest of the first rows."""
    if best is not None:
        return [title for _, title in sorted(best.titles.items())]
    rows = [
        cells for grid in grids if not grid.hidden for _, cells in sorted(grid.rows.items())[:HEADER_WITHIN] if cells
    ]
    if not rows:
        return []
    fullest = max(rows, key=len)
    return ["".join(cell.text.split())[:20] for _, cell in sorted(fullest.items())]


def _best_header(grid: Grid, columns: Sequence[Column]) -> Found | None:
    accepted: dict[str, str] = {}
    for column in columns:
        for title in column.titles:
            accepted.setdefault("/".join(plain_title(part) for part in title.split("/")), column.key)
    first_rows = sorted(grid.rows)[:HEADER_WITHIN]
    if not first_rows:
        return None
    covered = _covered(grid, last=first_rows[-1] + HEADER_ROWS)
    best: Found | None = None
    for height in range(1, HEADER_ROWS + 1):  # of equal matches the lowest header: a title above it is no part of it
        for top in first_rows:
            titles = _titles(grid, covered, top, top + height - 1)
            places = _matched(titles, accepted)
            if places and (best is None or len(places) > len(best.places)):
                best = Found(grid=grid, top=top, bottom=top + height - 1, places=places, titles=titles)
    return None if best is None else _whole_header(best, covered)


def _whole_header(found: Found, covered: dict[tuple[int, int], tuple[int, int, str]]) -> Found:
    """Extend the header over title cells that are merged further down than its last matched row."""
    bottom = found.bottom
    for top, left, end, _right in found.grid.merges:
        if found.top <= top <= found.bottom and end > bottom and (top, left) in covered:
            bottom = min(end, found.top + HEADER_ROWS - 1)
    if bottom == found.bottom:
        return found
    return Found(grid=found.grid, top=found.top, bottom=bottom, places=found.places, titles=found.titles)


def _covered(grid: Grid, *, last: int) -> dict[tuple[int, int], tuple[int, int, str]]:
    """For each place inside a merged range near the top: the first place of that range and its text."""
    covered: dict[tuple[int, int], tuple[int, int, str]] = {}
    for top, left, bottom, right in grid.merges:
        if top > last:
            continue
        cell = grid.rows.get(top, {}).get(left)
        for row in range(top, min(bottom, last) + 1):
            for place in range(left, right + 1):
                covered[row, place] = (top, left, cell.text if cell else "")
    return covered


def header_at(grid: Grid, top: int, bottom: int) -> dict[int, str]:
    """The title of each column when these rows are taken as the header."""
    return _titles(grid, _covered(grid, last=bottom), top, bottom)


def _titles(grid: Grid, covered: dict[tuple[int, int], tuple[int, int, str]], top: int, bottom: int) -> dict[int, str]:
    places = {place for row in range(top, bottom + 1) for place in grid.rows.get(row, {})}
    places |= {place for row, place in covered if top <= row <= bottom}
    titles: dict[int, str] = {}
    for place in places:
        parts: list[str] = []
        origins: set[tuple[int, int]] = set()
        for row in range(top, bottom + 1):
            origin_row, origin_place, text = covered.get((row, place), (row, place, ""))
            if (row, place) not in covered:
                cell = grid.rows.get(row, {}).get(place)
                text = cell.text if cell else ""
            # A title that hangs down from above the header belongs to a row that is no header.
            if origin_row < top or (origin_row, origin_place) in origins:
                continue
            origins.add((origin_row, origin_place))
            if text.strip():
                parts.append("".join(text.split()))
        if parts:
            titles[place] = "/".join(parts)
    return titles


def _matched(titles: dict[int, str], accepted: dict[str, str]) -> dict[str, int]:
    """Column key → place; a whole title wins over its last part, and the leftmost of equals."""
    places: dict[str, int] = {}
    for whole in (True, False):
        for place, title in sorted(titles.items()):
            if place in places.values():
                continue
            parts = [plain_title(part) for part in title.split("/")]
            name = "/".join(parts) if whole else parts[-1]
            key = accepted.get(name)
            if key is not None and key not in places:
                places[key] = place
    return places


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of content: its number, its own cells, and the cells with merged ranges filled down."""

    number: int
    own: dict[int, Cell]
    filled: dict[int, Cell]


def content(
    found: Found, *, serial: Sequence[int], required: Sequence[int], example: str
) -> tuple[list[Line], list[tuple[int, str, str]]]:
    """
    The rows of content, and the rows that are none as (number, reason, text).

    `serial` and `required` are places of columns, `example` is `row_print` of the template's example row.
    """
    grid, places = found.grid, set(found.places.values())
    numbers = [number for number in sorted(grid.rows) if number > found.bottom]
    last = numbers[-1] if numbers else 0
    filling = {
        (row, left): (top, left)
        for top, left, bottom, _right in grid.merges
        if top > found.bottom
        for row in range(top + 1, min(bottom, last) + 1)
    }
    wide = {top: right - left + 1 for top, left, _bottom, right in grid.merges if top > found.bottom}
    greys = _leading_greys(grid, numbers)
    header = {place: title.rpartition("/")[2] for place, title in found.titles.items()}
    lines: list[Line] = []
    skipped: list[tuple[int, str, str]] = []
    ended = False
    for number in numbers:
        own = grid.rows[number]
        texts = [cell.text.strip() for _, cell in sorted(own.items())]
        if all(_NOTE.match(text) or _SIGNATURE.match(text) for text in texts):
            ended = True
        if ended and not (required and all(place in own for place in required)):
            skipped.append((number, "note", " ".join(texts)[:60]))
            continue
        reason = _reason(
            number, own, texts, places=places, serial=serial, wide=wide, greys=greys, header=header, example=example
        )
        if reason == "blank":
            continue
        if reason:
            skipped.append((number, reason, " ".join(texts)[:60]))
            continue
        filled = dict(own)
        for place in places:
            origin = filling.get((number, place))
            if origin is not None and place not in own and (cell := grid.rows.get(origin[0], {}).get(origin[1])):
                filled[place] = cell
        lines.append(Line(number=number, own=own, filled=filled))
    return lines, skipped


def is_no_content(found: Found, own: dict[int, Cell], *, example: str) -> bool:
    """Whether a row of a long list is a total, a note, a line for signatures, a repeated header or the example."""
    texts = [cell.text.strip() for _, cell in sorted(own.items())]
    first = unicodedata.normalize("NFKC", "".join(texts[0][:LONGEST_TITLE].split()))
    if _TOTAL.match(first) or _EXAMPLE.match(first) or (_NOTE.match(first) or _SIGNATURE.match(first)):
        return True
    telling = {place: own[place] for place in found.places.values() if place in own}
    if example and row_print([cell.text for _, cell in sorted(telling.items())]) == example:
        return True
    header = {place: title.rpartition("/")[2] for place, title in found.titles.items()}
    same = sum(header.get(place) == "".join(cell.text.split()) for place, cell in telling.items())
    return bool(telling) and same > len(telling) / 2


def _leading_greys(grid: Grid, numbers: Sequence[int]) -> set[int]:
    """Rows directly below the header that are grey all over, when no row further down is: stripes are no examples."""
    greys = [number for number in numbers if all(cell.grey for cell in grid.rows[number].values())]
    leading = list(numbers[: len(greys)])
    return set(greys) if greys == leading and len(greys) < min(HEADER_ROWS + 1, len(numbers)) else set()


def _reason(
    number: int,
    own: dict[int, Cell],
    texts: Sequence[str],
    *,
    places: set[int],
    serial: Sequence[int],
    wide: dict[int, int],
    greys: set[int],
    header: dict[int, str],
    example: str,
) -> str:
    telling = {place: cell for place, cell in own.items() if place in places and place not in serial}
    first = unicodedata.normalize("NFKC", "".join(texts[0][:LONGEST_TITLE].split()))
    if _TOTAL.match(first):
        return "total"
    if len(own) == 1 and wide.get(number, 1) >= max(3, len(places) * 3 // 4):
        return "heading"
    if not telling:
        return "blank"
    if sum(header.get(place) == "".join(cell.text.split()) for place, cell in telling.items()) > len(telling) / 2:
        return "header"
    if example:
        return "example" if row_print([cell.text for _, cell in sorted(telling.items())]) == example else ""
    if number in greys or _EXAMPLE.match(first):
        return "example"
    return ""


def row_print(texts: Sequence[str]) -> str:
    """A short print of a row's texts, to know the template's own example row again."""
    joined = "|".join("".join(text.split()) for text in texts if text.strip())
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
