"""Where the title of an item ends: at a sentence end, a line end, or the comma after a short label."""

import re

from duban.directives.outline.sentences import ENDS_WITH_BODY

LONGEST_WHOLE = 40
_LIMIT = 240
_STOP = re.compile(r"\([^()\n]{0,120}\)|“[^“”\n]{0,60}”|《[^《》\n]{0,60}》|[。;!?\n:]|,| {2,}")
_RUN_ON = re.compile(
    r"(?:有的|主要是|主要表现|一些|部分|个别|少数|存在|要|必须|应当|就是|具体|特别是|这|今年以来|近年来|各|对)"
)
_ATTRIBUTION = re.compile(
    r"[ ]*[(【〔\[][^()【】〔〕\[\]\n]{0,100}?(?:责任|牵头|配合|负责|完成|时限|落实|主办|协办)[^()【】〔〕\[\]\n]{0,100}[)】〕\]]$"
)


def title_end(*, view: str, start: int, limit: int) -> tuple[int, int]:
    """(end of the title, start of the text after it) for an item whose words begin at `start`.

    `limit` is where the item's own words end at the latest (its first child or the next item).
    """
    limit = min(limit, start + _LIMIT, len(view))
    commas: list[int] = []
    end = after = limit
    for match in _STOP.finditer(view, start, limit):
        mark = match.group()
        if mark == ",":
            commas.append(match.start())
        elif mark[0] in "(“《":
            continue
        elif mark == ":":
            if match.start() - start <= LONGEST_WHOLE:
                end, after = match.start(), match.end()
                break
        elif mark[0] == " ":
            if 2 <= match.start() - start <= 24 and not commas:
                end, after = match.start(), match.end()
                break
        else:
            end, after = match.start(), match.end()
            break
    end, after = _label(view, start, end, after, commas)
    attribution = _ATTRIBUTION.search(view, start, end)
    if attribution and attribution.start() > start:
        end = after = attribution.start()
    return end, after


def _label(view: str, start: int, end: int, after: int, commas: list[int]) -> tuple[int, int]:
    commas = [comma for comma in commas if comma < end]
    if not commas:
        return end, after
    first = commas[0]
    short = 3 <= first - start <= 22
    if short and ENDS_WITH_BODY.search(view[start:first]) and end - start <= 2 * LONGEST_WHOLE:
        return end, after
    if short and end - start > 20 and _RUN_ON.match(view, first + 1) and view[start : start + 1] != "对":
        return first, first + 1
    if end - start <= LONGEST_WHOLE:
        return end, after
    if short:
        return first, first + 1
    for comma in commas:
        if comma - start >= 8:
            return comma, comma + 1
    return end, after
