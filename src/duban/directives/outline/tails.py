"""Text after the last item that belongs to what holds the list, and the closing words of the whole text."""

import re

from duban.directives.outline.canonical import View
from duban.directives.outline.nesting import Item
from duban.directives.outline.titles import title_end

_CUE = re.compile(
    r"(?<=[。;!?])[”’)]?(?=(?:以上|上述|这些(?:问题|情况|现象|不足|工作|要求|任务)|对(?:以上|上述|这些)|总之|综上|凡此种种))"
    r"|(?<=\n)(?=请(?:各|你|有关|相关))"
)
_CLOSING = re.compile(
    r"(?:(?<=[。;!?\n])|(?<=[。;!?][”’)])|^)(?:同志们|各位(?:领导|同志|代表|委员|来宾)(?:、同志们)?|朋友们)[,!、]"
)
_SIGNATURE = re.compile(
    r"\n(?:[^\n。;,]{2,30}\n){0,3}\(?(?:\d{4}年\d{1,2}月\d{1,2}日|[〇零一二三四五六七八九○]{4}年\S{2,8}日)\)?(?=\n|$)|\n(?:特此(?:通知|报告|函)|本(?:方案|办法|意见|规定|细则|通知|制度|预案|规则)自[^\n]{2,30}(?:施行|执行|实施|生效))|\n附(?:件|表)?\d{0,2}:|\n\((?:此件|联系人|联系电话)"
)


def closing_start(*, view: View, begin: int, end: int) -> int | None:
    """Where the closing address or the signature starts in the text after the last item."""
    places = [match.start() for match in (_CLOSING.search(view.text, begin, end),) if match]
    places += [match.start() + 1 for match in (_SIGNATURE.search(view.text, begin - 1 if begin else 0, end),) if match]
    return min(places, default=None)


def tails(*, view: View, roots: list[Item], end: int) -> list[tuple[int, Item | None]]:
    """Places where the text goes back to the item that holds a list (None: to the text as a whole)."""
    found: list[tuple[int, Item | None]] = []
    if roots:
        last = roots[-1]
        while last.children:
            last = last.children[-1]
        closing = closing_start(view=view, begin=last.after, end=end)
        if closing is not None:
            found.append((closing, None))
            for item in _last_line(roots):
                item.stop = min(item.stop, closing)
        alone = not any(_paragraphs(view.text, item) for item in roots[:-1])
        if last is roots[-1] and len(roots) > 1 and closing is None and alone:
            start = _tail_of(view.text, last, roots)
            if start is not None and view.text[start - 1] == "\n":
                found.append((start, None))
    waiting: list[tuple[Item, list[Item]]] = [(item, []) for item in roots]
    while waiting:
        item, above = waiting.pop()
        waiting += [(child, [*above, item]) for child in item.children]
        if not item.children:
            continue
        leaf = item.children[-1]
        if leaf.children:
            continue
        start = _tail_of(view.text, leaf, item.children)
        if start is not None:
            holder = _holder(item, above, paragraph=view.text[start - 1] == "\n")
            found.append((start, holder))
    return found


def _last_line(roots: list[Item]) -> list[Item]:
    line = [roots[-1]]
    while line[-1].children:
        line.append(line[-1].children[-1])
    return line


def _holder(item: Item, above: list[Item], *, paragraph: bool) -> Item:
    """A new paragraph after the last item of the last list of a section belongs to the section."""
    if not paragraph:
        return item
    while above and above[-1].children[-1] is item and len(above[-1].children) > 1:
        item, above = above[-1], above[:-1]
    return item


def _paragraphs(text: str, item: Item) -> list[int]:
    """Starts of the unmarked paragraphs of a leaf."""
    starts = []
    position = text.find("\n", item.after, item.stop)
    while position >= 0 and position + 1 < item.stop:
        starts.append(position + 1)
        position = text.find("\n", position + 1, item.stop)
    return starts


def _own_line(text: str, item: Item) -> bool:
    end, _ = title_end(view=text, start=item.after, limit=item.stop)
    return text[end : end + 1] == "\n"


def _tail_of(text: str, leaf: Item, siblings: list[Item]) -> int | None:
    cue = _CUE.search(text, leaf.after, leaf.stop)
    starts = _paragraphs(text, leaf)
    usual = max((len(_paragraphs(text, item)) for item in siblings[:-1] if not item.children), default=0)
    if len(siblings) == 1:
        usual = 99
    if _own_line(text, leaf):
        usual = max(usual, 1)
    paragraph = starts[usual] if len(starts) > usual else None
    if cue is None:
        return paragraph
    return min(cue.end(), paragraph) if paragraph is not None else cue.end()
