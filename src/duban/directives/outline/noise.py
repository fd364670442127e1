"""What surrounds a text without belonging to it. The rules are data: shapes of notices, never titles or sites."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from duban.directives.outline.lines import ends_before

DUTY_MARKS = ("要", "必须", "应当", "不得", "确保", "严禁")
_GUARD = re.compile("|".join(DUTY_MARKS))
HOLE = "\x01"


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """One shape of noise; `leaves` is what stands in its place for the reader (nothing, a line break, a hole)."""

    name: str
    pattern: re.Pattern[str]
    leaves: str


@dataclass(frozen=True, slots=True)
class NoiseRange:
    start: int
    end: int
    rule: str
    leaves: str


def _rule(name: str, pattern: str, leaves: str = "\n") -> NoiseRule:
    return NoiseRule(name, re.compile(pattern, re.MULTILINE), leaves)


_SIZE = r"(?:省略|略去|隐藏|全文共?|共计?|仅显示|显示|剩余|未显示)(?:约|了)?\d{2,7}个?字"
RULES: tuple[NoiseRule, ...] = (
    _rule("omission", r"…{0,6}\([^()\n]{0,120}(?:省略|略去|隐藏)(?:约|了)?\d{1,7}个?字[^()\n]{0,120}\)…{0,6}", HOLE),
    _rule("truncation", rf"[ ]*…{{0,6}}\((?:未完|[^()]{{0,60}}{_SIZE})[^()]{{0,200}}\)…{{0,6}}", HOLE),
    _rule("truncation", rf"^[ ]*…{{0,6}}[^\n()。]{{0,40}}{_SIZE}[^\n()]{{0,80}}(?:会员|登录|注册|阅读|下载|显示)[^\n]{{0,60}}$", HOLE),
    _rule("truncation", r"^[ ]*…{0,6}\(?(?:以下|此处|剩余|后面)(?:内容|部分|正文)?[^\n()。]{0,12}(?:隐藏|会员|付费|登录后)[^\n。]{0,60}$\n?", HOLE),
    _rule("contents_ellipsis", r"\A\s*目录(?:/提纲)?:?…{1,6}[ ]*\n|\A\s*提纲:?…{1,6}[ ]*\n"),
    _rule("ellipsis_line", r"\n[ ]*[….]{1,12}[ ]*\n"),
    _rule("breadcrumb", r"^[ ]*(?:(?:您|你)?(?:现|当前|所)?(?:在|的)?(?:的)?位置[:]?)?[^\n。;>»›]{1,20}(?:[ ]*[>»›]+[ ]*[^\n。;>»›]{1,40}){2,8}[ ]*$\n?"),
    _rule("breadcrumb", r"^[ ]*(?:您|你)?(?:现在|当前|所在)?的?位置:[^\n。;]{1,80}$\n?"),
    _rule(
        "site_line",
        r"^[ ]*(?:本文(?:来自|来源|由|转自|地址|链接)|转载请|原文(?:链接|地址|来源)|版权所有|责任编辑[:]|(?:信息|文章|稿件|文稿)?来源:|作者:[^\n。,]{1,30}$|(?:作者|时间|日期|编辑|文号):[^\n。]{0,40}(?:来源|点击|字数|浏览|阅读|更新时间)|(?:更新|录入|添加)(?:时间|日期|人)?:|字数(?:统计)?:|索引号:|(?:公开|成文|印发)日期:|(?:发布|公开)(?:机构|单位|形式|方式):|(?:信息|主题)分类:|分享到|语音播报|有效性:|审核:|投稿:|"
        r"发布(?:时间|日期|人):|浏览(?:次数|量)|点击(?:次数|数|率|下载|量)|阅读(?:次数|数|量)|字(?:体|号):|"
        r"(?:上|下)一篇[:]|相关(?:阅读|文章|推荐|链接)|扫(?:码|一扫|描)|收藏《|收藏本(?:文|页)|免费下载|下载(?:本文|地址|全文)|"
        r"【(?:打印|关闭|字体|返回|收藏|分享)|(?:打印|关闭)(?:本页|窗口)|返回(?:顶部|首页|列表)|copyright|"
        r"(?:更多|查看更多)[^\n。]{0,30}(?:访问|关注|登录|点击|下载))[^\n]{0,100}$\n?",
    ),
    _rule("breadcrumb", r"\A\s*[\u4e00-\u9fff]{2,10}[ ]*[>»›]+[ ]*[\u4e00-\u9fff]{2,12}[ ]*\n"),
    _rule("site_name", r"\A\s*[^\n。;:,()]{2,12}(?:网|网站|文库|论坛)[ ]*\n"),
    _rule("address_line", r"^[ ]*[^\n。;,]{0,12}(?:https?://|www\.)[^\n \u4e00-\u9fff]{3,80}[^\n。;,]{0,12}$\n?"),
    _rule("page_line", r"\n[ ]*(?:[-—–·]{1,3}[ ]*\d{1,3}[ ]*[-—–·]{1,3}|第[ ]*\d{1,3}[ ]*页(?:[ ]*[,/]?[ ]*共[ ]*\d{1,3}[ ]*页)?|\d{1,3}[ ]*/[ ]*\d{1,3})[ ]*(?:\n|\Z)"),
    _rule("markup", r"&nbsp;|&[a-z]{2,6};|<br[ ]?/?>|</?(?:p|div|span)>", ""),
    _rule("invisible", r"[\u200b-\u200f\u2060\ufeff\u00ad]+", ""),
)  # fmt: skip
_TITLE_LABEL = re.compile(
    r"(?:讲话|发言|致辞|报告|方案|总结|通知|计划|材料|体会|意见)稿?(?P<label>\(?(?:范文|模板|样本)\)?)"
    r"(?=[ ]*(?:$|\n|\(|在|关于|同志们|各位|尊敬的))",
    re.MULTILINE,
)
_MARKS = tuple(
    re.compile(shape)
    for shape in (r"(?:\A|\n)[ ]*(\d{1,3})、", r"(?:\A|\n)[ ]*(\d{1,3})\.(?!\d)", r"(?<![\d.\n])(\d{1,3})、")
)
# No line of a text ends with an opening mark: what follows the break there was put in.
_HARD_CUT = re.compile(r"(?<=[(“《、])\n[ ]*\d{1,3}、(?=[^\n])")
_NUMBERED = re.compile(r"[ ]*(\d{1,3})[、.](?!\d)")
_INSIDE = re.compile(r"(?<=[。:;])[一二三四五六七八九十]{1,3}、")
_BARE = re.compile(r"\n[ ]*(\d{1,3})[ ]*(?=\n|\Z)")
_ENDS = "。;!?:\n”"


def may_not_be_noise(*, text: str) -> bool:
    """Whether `text` contains a verb of duty and so is never noise."""
    return bool(_GUARD.search(text))


def find_noise(*, raw: str, text: str) -> list[NoiseRange]:
    """Noise in canonical `text` of `raw`, in order and without overlap.

    A string that contains a verb of duty is never noise (DUTY_MARKS), whatever its shape.
    """
    # Page marks come first: they may cut a notice, and the notice is recognised only without them.
    marks = [_with_return(raw, mark) for mark in _page_marks(text)]
    rest, back = _without(text, marks)
    found = marks + [
        NoiseRange(back(match.start()), back(match.end() - 1) + 1, rule.name, rule.leaves)
        for rule in RULES
        for match in rule.pattern.finditer(rest)
    ]
    if label := _TITLE_LABEL.search(rest, 0, 400):
        found.append(NoiseRange(back(label.start("label")), back(label.end("label") - 1) + 1, "model_text_label", ""))
    found += _bare_numbers(text)
    found = _with_running_heads(text, found)
    kept: list[NoiseRange] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        start = max(item.start, kept[-1].end if kept else 0)
        if start >= item.end or _GUARD.search(text, start, item.end):
            continue
        kept.append(_page_line(text, start, item) if item.rule == "page_line" else replace(item, start=start))
    return kept


def _page_line(text: str, start: int, item: NoiseRange) -> NoiseRange:
    """A page mark that cuts a sentence takes both line breaks with it, one between two lines only its own."""
    after = text[item.end : item.end + 12]
    if text[start] != "\n" or (item.end == len(text) and text[-1] != "\n"):
        return replace(item, start=start)
    if ends_before(before=text[max(0, start - 12) : start], after=after):
        return NoiseRange(start + 1, item.end, item.rule, "")
    return NoiseRange(start, item.end, item.rule, "")


def _with_running_heads(text: str, found: list[NoiseRange]) -> list[NoiseRange]:
    """A line that stands beside several page marks in the same words is the head or foot of the page."""
    pages = [item for item in found if item.rule == "page_line" and item.end < len(text)]
    following = [text[item.end : text.find("\n", item.end, item.end + 60) + 1].strip(" \n") for item in pages]
    usual = (
        {line for line in following if 4 <= len(line) <= 40 and following.count(line) >= 2}
        if len(pages) <= 400
        else set()
    )
    widened = {
        item: replace(item, end=text.find("\n", item.end) + 1)
        for item, line in zip(pages, following, strict=True)
        if line in usual
    }
    return [widened.get(item, item) for item in found]


def _with_return(raw: str, mark: NoiseRange) -> NoiseRange:
    """The two characters of a Windows line end belong together."""
    if raw[mark.start] == "\n" and mark.start and raw[mark.start - 1] == "\r":
        return NoiseRange(mark.start - 1, mark.end, mark.rule, mark.leaves)
    return mark


def _without(text: str, ranges: list[NoiseRange]) -> tuple[str, Callable[[int], int]]:
    starts, sources, pieces = [0], [0], []
    position = length = 0
    for item in ranges:
        pieces.append(text[position : item.start])
        length += item.start - position
        position = item.end
        starts.append(length)
        sources.append(position)
    pieces.append(text[position:])

    def back(place: int) -> int:
        slot = bisect_right(starts, place) - 1
        return sources[slot] + place - starts[slot]

    return "".join(pieces), back


def _page_marks(text: str) -> list[NoiseRange]:
    """Numbers that look like items but ascend at a fixed distance and cut sentences (R-686, N-01, N-02)."""
    marks = max((_ascending(text, shape) for shape in _MARKS), key=len)
    if pages := _every_break(text):
        marks = max(marks, pages, key=len)
    if not marks:
        marks = [NoiseRange(match.start(), match.end(), "page_mark", "") for match in _HARD_CUT.finditer(text)]
    return marks


def _every_break(text: str) -> list[NoiseRange]:
    """Numbers after every line break of a text that has its own headings inside the lines (the breaks are those of pages)."""
    lines = text.rstrip("\n").split("\n")
    if not 3 <= len(lines) <= 400 or len(_INSIDE.findall(text)) < 2:
        return []
    marks: list[NoiseRange] = []
    position = cut = 0
    for index, line in enumerate(lines):
        found = _NUMBERED.match(line)
        if found and int(found.group(1)) == index + 1:
            marks.append(NoiseRange(max(position - 1, 0), position + found.end(), "page_mark", ""))
            cut += position > 0 and text[position - 2] not in _ENDS
        elif index:
            return []
        position += len(line) + 1
    return marks if cut else []


def _ascending(text: str, shape: re.Pattern[str]) -> list[NoiseRange]:
    marks: list[tuple[int, int, int]] = []
    by_number: dict[int, list[int]] = {}
    for match in shape.finditer(text):
        number = int(match.group(1))
        same = by_number.setdefault(number, [])
        if len(same) < 40:
            same.append(len(marks))
            marks.append((number, match.start(), match.end()))
    best: list[int] = []
    for first, (number, start, _) in enumerate(marks):
        if best and (first in best or number > 3):
            continue
        for second in by_number.get(number + 1, ()):
            distance = marks[second][1] - start
            near_start = start - distance
            tolerance = max(5, distance // 50)
            led = any(abs(marks[index][1] - near_start) <= tolerance for index in by_number.get(number - 1, ()))
            if led or not 80 <= distance <= 6000:
                continue
            chain = [first, second]
            while True:
                last_number, last_start, _ = marks[chain[-1]]
                near = [
                    index
                    for index in by_number.get(last_number + 1, ())
                    if abs(marks[index][1] - last_start - distance) <= tolerance
                ]
                if not near:
                    break
                chain.append(min(near, key=lambda index: abs(marks[index][1] - last_start - distance)))
            if len(chain) > len(best) and _cuts(text, [marks[index][1] for index in chain], number):
                best = chain
    if not best and 2 not in by_number and shape is _MARKS[0] and marks and marks[0][1] == 0:
        best = [0]
    if not best and 1 not in by_number and shape is _MARKS[0] and not re.search(r"(?<!\d)1、", text):
        best = [
            index for index in by_number.get(2, ()) if marks[index][1] >= 200 and _cuts(text, [marks[index][1]], 2)
        ][:1]
    return [NoiseRange(marks[index][1], marks[index][2], "page_mark", "") for index in best]


def _cuts(text: str, starts: list[int], number: int) -> bool:
    """Whether marks at `starts`, the first of which says `number`, cut sentences at one distance from the very start."""
    inner = [start for start in starts if start > 0]
    cut = sum(1 for start in inner if text[max(0, start - 8) : start].rstrip(" ")[-1:] not in _ENDS)
    if len(starts) >= 4:
        return 2 * cut >= len(inner)
    if len(starts) == 1:
        return cut == 1 and text[starts[0]] == "\n"
    if len(starts) == 2 and starts[1] - starts[0] < 170:
        return False
    if number == 1 and not text[: starts[0]].strip():
        return cut >= 1
    distance = starts[1] - starts[0]
    offsets = [abs(starts[0] - pages * distance) for pages in (number - 1, number) if pages]
    return min(offsets) <= max(6, distance // 40) and 2 * cut >= len(inner)


def _bare_numbers(text: str) -> list[NoiseRange]:
    """Numbers alone on their lines count as page numbers only where at least two follow one another."""
    lines = [(int(match.group(1)), match) for match in _BARE.finditer(text)]
    numbers = {number for number, _ in lines}
    ascending = all(before < after for (before, _), (after, _) in pairwise(lines))
    if len(lines) < 2 or not ascending:
        return []
    return [
        NoiseRange(match.start(), min(match.end() + 1, len(text)), "page_line", "\n")
        for number, match in lines
        if number + 1 in numbers or number - 1 in numbers
    ]
