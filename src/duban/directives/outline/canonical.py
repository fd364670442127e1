"""The text as the reader compares it: same length as the raw text, one width for every bracket and mark."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from duban.directives.outline.lines import END, INLINE_LINE, STRUCTURED_LINE
from duban.directives.outline.noise import NoiseRange

_WIDTHS: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_WIDTHS |= {code: " " for code in range(0x20) if code != 0x0A}
_WIDTHS |= {ord(mark): " " for mark in "\u00a0\u2002\u2003\u2009\u3000"}
_WIDTHS |= {ord(mark): "\n" for mark in "\x0b\x0c\x85\u2028\u2029"}
_WIDTHS |= dict(zip(map(ord, "｡､﹐﹑﹒﹔﹕﹖﹗﹙﹚「」『』〝〞‘’…"), "。、,、.;:?!()“”“”“”‘’…", strict=True))
_LONE_RETURN = re.compile(r"\r(?!\n)")
# A full stop of half width after a Chinese character ends a sentence; after 一 or 1 it belongs to a marker.
_LATIN_STOP = re.compile(r"(?<=[\u4e00-\u9fff)”》%])(?<![一二三四五六七八九十])\.(?![0-9A-Za-z.])")


def canonical(*, text: str) -> str:
    """`text` with every mark in one width; character for character, so positions stay those of the raw text."""
    same = _LONE_RETURN.sub("\n", text).translate(_WIDTHS)
    if '"' in same:
        same = _paired_quotes(same)
    return _LATIN_STOP.sub("。", same)


def _paired_quotes(text: str) -> str:
    pieces: list[str] = []
    for line in text.split("\n"):
        parts = line.split('"')
        for index, part in enumerate(parts[:-1]):
            pieces += (part, "“" if index % 2 == 0 else "”")
        pieces += (parts[-1], "\n")
    return "".join(pieces[:-1])


@dataclass(frozen=True, slots=True)
class View:
    """Noise-free text in which broken lines are joined; every position leads back to the raw text.

    `shown` is the same text with the characters as they came; `contents` is the place of a table of contents.
    """

    text: str
    shown: str
    starts: list[int]
    sources: list[int]
    holes: list[int]
    contents: tuple[int, int]

    def raw(self, position: int) -> int:
        """Raw position of the character at `position` (one past the last for the end)."""
        if position >= len(self.text):
            return self.raw(len(self.text) - 1) + 1 if self.text else 0
        slot = bisect_right(self.starts, position) - 1
        return self.sources[slot] + position - self.starts[slot]

    def raw_end(self, position: int) -> int:
        """Raw position just after the character before `position`."""
        return self.raw(position - 1) + 1 if position > 0 else 0


_DATE_LINE = re.compile(r"\(?(?:\d{4}|[〇零一二三四五六七八九○]{4})年\S{1,8}日\)?$")
_OWN_LINE = re.compile(
    r"(?:附件\d*|附|抄送|主题词|联系人|联系电话|签发人)[:：]?|(?:责任|牵头|配合|承办|主办|协办|完成|办理|落实)[\u4e00-\u9fff]{0,4}:|[(〔\[【].{1,40}[)〕\]】]$|关于"
)
SALUTATION = re.compile(
    r"(?:尊敬的)?(?:同志们|朋友们|老师们|各位[\u4e00-\u9fff]{1,8})(?:[,、](?:同志们|朋友们|各位[\u4e00-\u9fff]{1,8}))*[:!]"
)


@dataclass(slots=True)
class _Line:
    text: str
    start: int
    hole_before: bool
    blank_before: bool


def _lines(kept: str) -> list[_Line]:
    lines: list[_Line] = []
    position, hole, blank = 0, False, False
    for part in re.split("([\n\x01])", kept):
        if part in ("\n", "\x01"):
            hole = hole or part == "\x01"
        elif stripped := part.strip(" "):
            start = position + len(part) - len(part.lstrip(" "))
            lines.append(_Line(stripped, start, hole, blank))
            hole = blank = False
        else:
            blank = True
        position += len(part)
    if hole:
        lines.append(_Line("", len(kept), True, False))
    return lines


def _wrap_width(lines: list[_Line]) -> int | None:
    """Length of a full line where the whole text was wrapped at one width (text taken from a printed page)."""
    lengths = [len(line.text) for line in lines]
    if len(lengths) < 12:
        return None
    usual = max(set(lengths), key=lengths.count)
    near = sum(1 for length in lengths if usual - 3 <= length <= usual + 1)
    return usual if usual >= 16 and near >= 0.5 * len(lengths) else None


def _own_line_headings(lines: list[_Line]) -> set[str]:
    """Inline markers (一是, 第一, …) whose lines mostly end without a stop: their lines are headings."""
    ended: dict[str, list[bool]] = {}
    for line in lines:
        if (found := INLINE_LINE.match(line.text)) and len(line.text) <= 45 and "。" not in line.text[:-1]:
            ended.setdefault(found.group(2) or found.group(3) or "先", []).append(bool(END.search(line.text[-3:])))
    return {key for key, ends in ended.items() if len(ends) >= 2 and 2 * sum(ends) <= len(ends)}


def _breaks(line: _Line, following: _Line, *, width: int | None, headings: set[str], first: bool) -> bool:
    """Whether the line break between the two is real (never inside a sentence)."""
    text, after = line.text, following.text
    if following.hole_before or not after or STRUCTURED_LINE.match(after):
        return True
    if text[-1] in ",、":
        return False
    if END.search(text[-3:]) or _DATE_LINE.match(after) or _DATE_LINE.match(text) or SALUTATION.match(after):
        return True
    if (len(after) < 60 and _OWN_LINE.match(after)) or (len(text) < 60 and _OWN_LINE.match(text)) or first:
        return True
    if INLINE_LINE.match(after):
        return True
    if STRUCTURED_LINE.match(text):
        return width is None or len(text) < width - 3
    if found := INLINE_LINE.match(text):
        return (found.group(2) or found.group(3) or "先") in headings
    return following.blank_before and (width is None or len(text) < width - 3)


_CONTENTS_HEAD = re.compile(r"(?:目 {0,4}录|提纲|目录/提纲|内容提要)[:]?$")


def _marked(line: _Line) -> bool:
    return bool(STRUCTURED_LINE.match(line.text) or INLINE_LINE.match(line.text)) and len(line.text) <= 90


def _contents(lines: list[_Line], *, announced: bool) -> tuple[int, int]:
    """First line and line after the last of a leading table of contents; (0, 0) where there is none."""
    first = 0
    for index, line in enumerate(lines[:8]):
        if _CONTENTS_HEAD.match(line.text):
            announced, first = True, index + 1
            break
    while first < min(len(lines), 8) and not _marked(lines[first]):
        first += 1
    last = first
    while last < len(lines) and _marked(lines[last]) and (last == first or lines[last].text != lines[first].text):
        last += 1
    if last - first < 2 or not (announced or last - first >= 3):
        return 0, 0
    key = _LEADER.sub("", lines[first].text)
    body = next((index for index in range(last, len(lines)) if lines[index].text.startswith(key)), None)
    if body is None and not announced:
        return 0, 0
    if any(END.search(line.text) for line in lines[first:last]) and not announced:
        return 0, 0
    return first, last


_LEADER = re.compile(r"(?:[ ]*[.…·]{2,}[ ]*\d*|[ ]+\d{1,3})$")


def _kept(text: str, noise: list[NoiseRange]) -> tuple[str, list[int], list[int]]:
    """The text without noise, with what each noise leaves, and where its parts come from."""
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    length = position = 0
    for found in noise:
        before = text[position : found.start]
        for piece, source in ((before, position), (found.leaves, found.start)):
            if piece:
                pieces.append(piece)
                starts.append(length)
                sources.append(source)
                length += len(piece)
        position = found.end
    if position < len(text):
        pieces.append(text[position:])
        starts.append(length)
        sources.append(position)
    return "".join(pieces), starts, sources


def view_of(*, raw: str, text: str, noise: list[NoiseRange]) -> View:
    """The noise-free view of canonical `text`; a break without a sentence end before it is joined."""
    kept, starts, sources = _kept(text, noise)
    inner = View(kept, kept, starts, sources, [], (0, 0))
    lines = _lines(kept)
    first, last = _contents(lines, announced=any(item.rule == "contents_ellipsis" for item in noise))
    headings, width = _own_line_headings(lines[last:]), _wrap_width(lines[last:])
    contents = [0, 0]
    in_head = True
    out: list[str] = []
    shown: list[str] = []
    out_starts: list[int] = []
    out_sources: list[int] = []
    holes: list[int] = []
    length = 0

    def put(piece: str, start: int) -> None:
        nonlocal length
        taken = 0
        while taken < len(piece):
            slot = bisect_right(starts, start + taken) - 1
            upto = starts[slot + 1] - start if slot + 1 < len(starts) else len(piece)
            part = piece[taken : min(upto, len(piece))]
            source = sources[slot] + start + taken - starts[slot]
            out.append(part)
            shown.append(raw[source : source + len(part)])
            out_starts.append(length)
            out_sources.append(source)
            length += len(part)
            taken += len(part)

    for index, line in enumerate(lines):
        if line.hole_before:
            holes.append(length)
        if last and index in (first, last):
            contents[index == last] = length
        if line.text:
            put(line.text, line.start)
        if index + 1 < len(lines) and line.text:
            following = lines[index + 1]
            if index >= last:
                in_head = in_head and len(line.text) <= 60 and not (END.search(line.text[-3:]) or _marked(line))
            if index < last or _breaks(line, following, width=width, headings=headings, first=in_head):
                out.append("\n")
                shown.append("\n")
                out_starts.append(length)
                out_sources.append(inner.raw(line.start + len(line.text) - 1) + 1)
                length += 1
    if last and last == len(lines):
        contents[1] = length
    return View("".join(out), "".join(shown), out_starts, out_sources, holes, (contents[0], contents[1]))
