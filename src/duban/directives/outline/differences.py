"""Sets that the text names in one place and details differently in another (R-719), and slips of the pen (R-712)."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from duban.directives.outline.nesting import Item
from duban.directives.outline.titles import title_end

_TOPIC = re.compile(r"(?:(?<=[。;\n:])|^)(?:在|从|对)?(?P<topic>[\u4e00-\u9fff]{2,10}?)(?:工作)?方面[,:]")
_RUN = re.compile("[\u4e00-\u9fff“”、]+")
_TRAILING = re.compile(r"等?[二三四五六七八九十]{1,2}[项个大类条].*$|都.*$")
_NEAR = 700
_MOST = 400
_SLIP = re.compile(
    r"[,、;][,、;。]|(?P<twice>的的|了了|和和|与与|是是(?!非)|把把|(?<=[xX×])大大)|(?=这[也既]是)(?<=[\u4e00-\u9fff]{4})(?<![为但而且却因于是看到说])"
)


def differing_sets(*, view: str, roots: list[Item]) -> list[tuple[list[str], list[str]]]:
    """(named, detailed) where a text names four members or more and details other ones under the same heads.

    Detailed are paragraphs that begin 甲方面，乙方面， or the items of one list; the names stand at most 700 characters before.
    """
    found: list[tuple[list[str], list[str]]] = []
    named_at = list(_lists(view))
    places, lists = [place for place, _ in named_at], [members for _, members in named_at]
    for start, topics in [*_topics(view), *_titles(view, roots)]:
        for place in range(bisect_left(places, start) - 1, -1, -1):
            if places[place] < start - _NEAR:
                break
            named = lists[place]
            if abs(len(named) - len(topics)) <= 1 and _differ(named, topics):
                found.append(([_short(member, topics) for member in named], topics))
                break
    return found


def _lists(view: str) -> Iterator[tuple[int, list[str]]]:
    for match in _RUN.finditer(view):
        if 3 <= match.group().count("、") <= 8:
            members = match.group().split("、")
            members = [members[0][-12:], *members[1:-1], members[-1][:12]]
            if all(2 <= len(member) <= 12 for member in members):
                yield match.start(), members


def _short(member: str, topics: list[str]) -> str:
    """The member without the words that the sentence puts before or after it."""
    return max((topic for topic in topics if topic in member), key=len, default=_TRAILING.sub("", member))


def _topics(view: str) -> Iterator[tuple[int, list[str]]]:
    run: list[re.Match[str]] = []
    runs: list[list[re.Match[str]]] = []
    for match in _TOPIC.finditer(view):
        if run and match.start() - run[-1].end() > _NEAR:
            runs.append(run)
            run = []
        run.append(match)
    for topics in [*runs, run][:_MOST]:
        if 4 <= len(topics) <= 9:
            yield topics[0].start(), [match.group("topic") for match in topics]


def _titles(view: str, roots: list[Item]) -> Iterator[tuple[int, list[str]]]:
    waiting = [roots]
    seen = 0
    while waiting and seen < _MOST:
        items = waiting.pop()
        waiting += [item.children for item in items if item.children]
        if 4 <= len(items) <= 9:
            seen += 1
            ends = [title_end(view=view, start=item.after, limit=item.stop)[0] for item in items]
            yield items[0].start, [view[item.after : end].strip() for item, end in zip(items, ends, strict=True)]


def _differ(named: list[str], topics: list[str]) -> bool:
    """Whether at least half of the named members head a topic and one of them is found in none, not even in other words."""
    headed = sum(1 for topic in topics if any(_same(member, topic) for member in named))
    if not (2 <= headed < len(topics) and 2 * headed >= len(named)):
        return False
    lost = [member for member in named if not any(_akin(member, topic) for topic in topics)]
    other = [topic for topic in topics if not any(_akin(member, topic) for member in named)]
    return bool(lost and other)


def _same(member: str, topic: str) -> bool:
    return (
        topic in member
        or (len(member) <= 12 and member in topic)
        or any(len(part) >= 4 and part in topic for part in (member[1:], member[2:], member[:4]))
    )


def _akin(member: str, topic: str) -> bool:
    words = set(member[-4:]) if len(member) > 4 else set(member)
    return _same(member, topic) or 2 * len(words & set(topic)) > len(words)


def slips(*, view: str) -> list[str]:
    """Places where a mark or a word stands twice or a full stop is missing, with the words around them, verbatim."""
    found: list[str] = []
    for match in _SLIP.finditer(view):
        found.append(view[max(0, match.start() - 6) : match.end() + 4].replace("\n", " "))
        if len(found) == 20:
            break
    return found
