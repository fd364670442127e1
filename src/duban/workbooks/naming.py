"""The form on which somebody says which columns of a file are which of ours: what it shows, and what comes back from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from duban.workbooks.columns import Column, plain_title


def offered(
    *,
    columns: Sequence[Column],
    described: Mapping[str, Any] | None,
    mapping: Mapping[str, str],
    chosen: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """
    Return what `shell/naming.html` shows.

    `described` is what reading the file told of its header, `mapping` what was said of it before; `chosen` is what somebody
    has just said and was refused, and wins. A column of the file that bears one of our titles is proposed for it; ours that
    are needed come first.
    """
    titles: list[dict[str, Any]] = (described or {}).get("titles", [])
    return {
        "file_titles": titles,
        "our_columns": [
            {
                "key": column.key,
                "title": column.titles[0].rpartition("/")[2],
                "required": column.required,
                "chosen": (mapping.get(column.key) or _alike(column, titles))
                if chosen is None
                else chosen.get(column.key, ""),
            }
            for column in sorted(columns, key=lambda column: not column.required)
        ],
        "is_mapped": bool(mapping),
    }


def said(*, columns: Sequence[Column], given: Mapping[str, str]) -> dict[str, str]:
    """Return the title of the file that the form gave for each of our columns, empty where it gave none."""
    return {column.key: given.get(f"column-{column.key}", "") for column in columns}


def _alike(column: Column, titles: Sequence[Mapping[str, Any]]) -> str:
    ours = {plain_title(title) for title in column.titles}
    for one in titles:
        title = str(one["title"])
        if plain_title(title) in ours or plain_title(title.rpartition("/")[2]) in ours:
            return title
    return ""
