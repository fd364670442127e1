"""Shapes of lines: where a sentence ends, and what starts an item."""

import re

END = re.compile(r"[。!?;:…][”’)》]?$|[。!?;:][”’)》]{2}$")
STRUCTURED_LINE = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|[㈠-㈩⑴-⒇⒈-⒛①-⑳]"
    r"|\d{1,2}(?:、|\.(?!\d))|\(\d{1,2}\)|\d{1,2}\)|第[一二三四五六七八九十百]{1,4}(?:章|节|条|部分))"
)
INLINE_LINE = re.compile(
    r"([一二三四五六七八九十]{1,3})(是|要)|(第)[一二三四五六七八九十]{1,3}[,、:是要]|(首|其|再|最)[先次后]|(其)[一二三四五六七八九十][,、:]"
)

_ADDRESS = re.compile(r"(?:同志们|各位|尊敬的)")


def ends_before(*, before: str, after: str) -> bool:
    """Whether the line before a page mark ends there; otherwise the page cut it."""
    line = before[-12:].rstrip(" ")
    after = after.lstrip(" ")
    if line and line[-1] in "(,、“《":
        return False
    return (
        not line
        or line[-1] == "\n"
        or bool(
            END.search(line[-3:]) or STRUCTURED_LINE.match(after) or INLINE_LINE.match(after) or _ADDRESS.match(after)
        )
    )
