"""Search words: Chinese text is found by pairs of neighbouring characters."""

import re
import unicodedata

_RUN = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+", re.UNICODE)


def plain(text: str) -> str:
    """Return the text with widths and case made equal."""
    return unicodedata.normalize("NFKC", text).lower()


def bigrams(text: str) -> list[str]:
    """Return the distinct search words of a text: pairs of characters, single characters, whole latin words."""
    found: dict[str, None] = {}
    for run in _RUN.findall(plain(text)):
        if run[0].isascii():
            found[run] = None
            continue
        for char in run:
            found[char] = None
        for index in range(len(run) - 1):
            found[run[index : index + 2]] = None
    return list(found)


def query_words(text: str) -> list[str]:
    """Return the words that a text must contain to match a search: pairs, or the single character of a one-character run."""
    found: dict[str, None] = {}
    for run in _RUN.findall(plain(text)):
        if run[0].isascii() or len(run) == 1:
            found[run] = None
        else:
            for index in range(len(run) - 1):
                found[run[index : index + 2]] = None
    return list(found)
