"""
People named in a speech: by their full name, by surname and title (特书记), or masked (**书记).

Pure code: text and the people registered for the meeting in, places out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Titles by which people are addressed after their surname, the longest first.
POST_WORDS = (
    "总经理",
    "秘书长",
    "董事长",
    "书记",
    "主任",
    "市长",
    "县长",
    "区长",
    "旗长",
    "盟长",
    "州长",
    "省长",
    "镇长",
    "乡长",
    "主席",
    "部长",
    "局长",
    "厅长",
    "处长",
    "科长",
    "组长",
    "校长",
    "院长",
    "行长",
    "会长",
    "司令",
    "政委",
    "常委",
)
COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "宇文",
    "长孙",
    "司徒",
    "夏侯",
    "端木",
    "南宫",
)
# Common surnames that are no everyday words before a title; others count where somebody registered bears them.
_COMMON = (
    "王李张刘陈杨赵黄吴徐孙胡朱郭何罗宋郑谢韩唐冯董萧曹袁邓傅沈彭吕苏"
    "卢蒋蔡贾丁魏薛叶阎潘杜戴姚廖邹熊陆郝崔邱秦顾侯邵孟段钱汤尹黎乔贺赖龚"
)
# After these a short form may begin; any other character before it makes another word of it (时任书记, 织部长).
_BEFORE = "和与及同对把好在向请由是按照跟听将给以代受经"
_POST = "|".join(POST_WORDS)
_MASKED = re.compile(rf"[*＊×xX○]{{1,4}}(?:{_POST})")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
# What makes a sentence speak of somebody's speech.
_SPOKEN = re.compile(r"讲话|报告|发言|总结|部署|强调|指出|通报|讲了|讲的|所讲|要求")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody registered for the meeting; the name is empty where it is masked."""

    key: int
    name: str
    title: str

    @property
    def surname(self) -> str:
        """The surname; the first character where the name is not of the usual shape (特木尔巴根)."""
        return next((name for name in COMPOUND_SURNAMES if self.name.startswith(name)), self.name[:1])


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names somebody; `keys` are the registered people whom it may mean."""

    start: int
    end: int
    words: str
    keys: tuple[int, ...]
    is_masked: bool = False

    @property
    def key(self) -> int | None:
        """The one person meant; None where nobody is registered, several could be meant, or the name is masked."""
        return self.keys[0] if len(self.keys) == 1 else None


def mentions(*, text: str, people: Sequence[Named]) -> list[Mention]:
    """Return the places that name somebody, in the order of the text and without overlap (R-725)."""
    found = [*_full_names(text, people), *_short_forms(text, people)]
    found += [Mention(match.start(), match.end(), match.group(), (), True) for match in _MASKED.finditer(text)]
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def spoken_of(*, text: str, people: Sequence[Named]) -> list[Mention]:
    """Return the mentions that stand in a sentence about a speech: what one speech says of another (R-724)."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)] + [len(text)]
    found = []
    place = 0
    for mention in mentions(text=text, people=people):
        while ends[place] < mention.start:
            place += 1
        begin = ends[place - 1] + 1 if place else 0
        if _SPOKEN.search(text, begin, ends[place]):
            found.append(mention)
    return found


def _full_names(text: str, people: Sequence[Named]) -> Iterator[Mention]:
    for person in people:
        if len(person.name) > 1:
            keys = tuple(other.key for other in people if other.name == person.name)
            for match in re.finditer(re.escape(person.name), text):
                yield Mention(match.start(), match.end(), match.group(), keys)


def _short_forms(text: str, people: Sequence[Named]) -> Iterator[Mention]:
    registered = {person.surname for person in people if person.name}
    surnames = "|".join(sorted(map(re.escape, registered | set(_COMMON)), key=len, reverse=True))
    pattern = re.compile(rf"(?<![\u4e00-\u9fff])({surnames})({_POST})|(?<=[{_BEFORE}])({surnames})({_POST})")
    for match in pattern.finditer(text):
        surname, post = (match[1], match[2]) if match[1] else (match[3], match[4])
        meant = tuple(
            person.key for person in people if person.name and person.surname == surname and _bears(person, post)
        )
        yield Mention(match.start(), match.end(), match.group(), meant)


def _bears(person: Named, post: str) -> bool:
    """Whether the person's title, or one of several, ends with the word; somebody without a title may bear any."""
    return not person.title or any(part.endswith(post) for part in re.split(r"[、，,；; \u3000]+", person.title))


_HELD_AT = re.compile(r"^在?(?P<meeting>.+?)上的(?:重要)?(?:讲话|发言|报告)")


def title_of_meeting(title: str) -> str:
    """
    Return the meeting that the title of a speech names, or the title itself.

    >>> title_of_meeting("在全市节水工作推进会上的讲话")
    '全市节水工作推进会'
    """
    match = _HELD_AT.search(title.strip())
    return match["meeting"] if match else title.strip()
