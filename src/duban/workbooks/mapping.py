"""
Other people's ledgers: which of their columns is which of ours, said once by a person and remembered by the header.

Runs inside a confined process; what is remembered comes in with the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from duban.workbooks.columns import Column, Grid, plain_title
from duban.workbooks.finding import HEADER_ROWS, HEADER_WITHIN, Found, header_at

SAMPLES = 3
LONGEST_SAMPLE = 40
MOST_TITLES = 60


def guess_header(grids: Sequence[Grid]) -> Found | None:
    """
    The rows that look most like a header, whatever their titles: most columns with differing texts and no bare numbers.

    Of equals those that end first, and as few as possible: so a title above is no part of it, and no row of content, which
    has as many columns, is taken for it. None for a file without any.
    """
    best: Found | None = None
    for grid in grids:
        if grid.hidden:
            continue
        rows = sorted(grid.rows)[:HEADER_WITHIN]
        for height in range(1, HEADER_ROWS + 1):
            for top in rows:
                titles = header_at(grid, top, top + height - 1)
                texts = [plain_title(title) for title in titles.values()]
                if len(set(texts)) < 2 or len(set(texts)) < len(texts) or any(_is_number(text) for text in texts):
                    continue
                found = Found(grid=grid, top=top, bottom=top + height - 1, places={}, titles=titles)
                if best is None or _rank(found) > _rank(best):
                    best = found
    return best


def _rank(found: Found) -> tuple[int, int, int]:
    return len(found.titles), -found.bottom, found.top


def mapped(columns: Sequence[Column], mapping: Mapping[str, str]) -> list[Column]:
    """The columns, with those that the mapping names (key → title of the file) known by that title alone."""
    taken = {plain_title(title) for title in mapping.values()}
    found = []
    for column in columns:
        if column.key in mapping:
            found.append(replace(column, titles=(mapping[column.key],)))
            continue
        titles = tuple(title for title in column.titles if plain_title(title) not in taken)
        # A title that was given to another column is not this one's as well.
        found.append(replace(column, titles=titles or (f"{column.titles[0]}/",)))
    return found


def remembered(
    grids: Sequence[Grid], columns: Sequence[Column], mappings: Mapping[str, Mapping[str, str]]
) -> tuple[list[Column], dict[str, str]]:
    """The columns as the header of this file was once named (fingerprint → mapping), and that mapping, empty if never."""
    guessed = guess_header(grids) if mappings else None
    mapping = dict(mappings.get(guessed.fingerprint, {})) if guessed is not None else {}
    return (mapped(columns, mapping) if mapping else list(columns)), mapping


def described(grids: Sequence[Grid]) -> dict[str, object]:
    """What a person needs to name the columns of a file: its fingerprint, and each title with a few values below it."""
    guessed = guess_header(grids)
    if guessed is None:
        return {}
    below = [number for number in sorted(guessed.grid.rows) if number > guessed.bottom]
    titles = []
    for place, title in sorted(guessed.titles.items())[:MOST_TITLES]:
        cells = [guessed.grid.rows[number].get(place) for number in below[: SAMPLES * 3]]
        samples = [cell.text[:LONGEST_SAMPLE] for cell in cells if cell is not None and cell.text.strip()]
        titles.append({"title": title, "samples": samples[:SAMPLES]})
    return {"fingerprint": guessed.fingerprint, "titles": titles}


def to_be_named(grids: Sequence[Grid], columns: Sequence[Column]) -> dict[str, object]:
    """As `described`; empty for a file with fewer titles than columns are needed: it is no such table, whoever names it."""
    found = described(grids)
    titles = found.get("titles")
    needed = sum(column.required for column in columns)
    return found if isinstance(titles, list) and len(titles) >= needed else {}


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace("-", "").replace("/", "").isdecimal()
