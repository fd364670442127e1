"""Which of the possible markers are items, and which item holds which."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import zip_longest

from duban.directives.outline.markers import INLINE, STRUCTURAL, Candidate

_BRIDGES = ("下一步", "下一阶段", "为此", "对此", "针对", "以上", "上述", "这些", "今后", "因此", "当前", "接下来")


@dataclass(slots=True)
class Item:
    """An accepted marker: `stop` is where the text of the item and all it holds ends."""

    type: str
    number: int
    start: int
    after: int
    line_start: bool
    children: list["Item"] = field(default_factory=list)
    stop: int = 0
    gap: int = 0
    repeated: bool = False


@dataclass(slots=True)
class _Frame:
    type: str
    last: int
    parent: Item | None
    item: Item


class Nesting:
    """Builds the tree of items from candidates in reading order (one pass, bounded look-ahead)."""

    def __init__(self, *, view: str, candidates: list[Candidate], holes: list[int], tolerant: bool = False) -> None:
        self.view, self.candidates, self.holes = view, candidates, holes
        self.tolerant = tolerant
        self.roots: list[Item] = []
        self.frames: list[_Frame] = []
        self.last_seen: dict[str, int] = {}
        self.later: dict[str, list[int]] = {}
        for index, candidate in enumerate(candidates):
            self.later.setdefault(candidate.type, []).append(index)

    def build(self) -> list[Item]:
        for index, candidate in enumerate(self.candidates):
            self._place(index, candidate)
        return self.roots

    def _place(self, index: int, candidate: Candidate) -> None:
        depth = self._open(candidate.type)
        if depth is not None:
            frame = self.frames[depth]
            number = candidate.number or frame.last + 1
            if number == frame.last + 1 and (candidate.number or candidate.strong):
                self._append(depth, candidate, number)
                return
            if number > 1:
                gap = number - frame.last - 1
                if (
                    candidate.strong
                    and gap > 0
                    and (gap <= 2 or self.tolerant or self._hole(frame.item.start, candidate.start))
                ):
                    self._append(depth, candidate, number, gap=gap)
                elif candidate.line_start and number == frame.last and candidate.type in STRUCTURAL:
                    self._append(depth, candidate, number, repeated=True)
                return
        # Articles, and items of some plans, are numbered through the whole text.
        through = candidate.number > 1 and candidate.number == self.last_seen.get(candidate.type, -1) + 1
        if through and depth is None and candidate.type in STRUCTURAL and candidate.line_start:
            self._open_list(index, candidate, None)
        elif candidate.number == 1:
            if self._opens_a_list(index, candidate):
                self._open_list(index, candidate, depth)
        elif candidate.number > 1 and depth is None and self._late_start(index, candidate):
            self._open_list(index, candidate, None, gap=candidate.number - 1)

    def _open(self, kind: str) -> int | None:
        for depth in range(len(self.frames) - 1, -1, -1):
            if self.frames[depth].type == kind:
                return depth
        return None

    def _next(self, index: int, kind: str) -> Candidate | None:
        places = self.later.get(kind, [])
        slot = bisect_left(places, index + 1)
        return self.candidates[places[slot]] if slot < len(places) else None

    def _opens_a_list(self, index: int, candidate: Candidate) -> bool:
        following = self._next(index, candidate.type)
        continued = following is not None and (
            following.number == 2 or (candidate.type == "xian" and following.number == 0)
        )
        if candidate.type in ("di", "xian", "qi") or not candidate.strong:
            return continued
        if candidate.type in ("dig", "half", "pdig", "circled") and not candidate.line_start:
            return continued
        if candidate.type == "dig":
            return continued or candidate.start > 0
        return True

    def _late_start(self, index: int, candidate: Candidate) -> bool:
        if not candidate.strong:
            return False
        if self._hole(self.frames[-1].item.start if self.frames else 0, candidate.start):
            return True
        following = self._next(index, candidate.type)
        continued = following is not None and following.number == candidate.number + 1
        return candidate.number <= 3 and continued and (candidate.line_start or candidate.type in ("shi", "yao"))

    def _hole(self, start: int, end: int) -> bool:
        slot = bisect_left(self.holes, start)
        return slot < len(self.holes) and self.holes[slot] <= end

    def _append(self, depth: int, candidate: Candidate, number: int, *, gap: int = 0, repeated: bool = False) -> None:
        del self.frames[depth + 1 :]
        frame = self.frames[depth]
        item = Item(
            candidate.type, number, candidate.start, candidate.end, candidate.line_start, gap=gap, repeated=repeated
        )
        (frame.parent.children if frame.parent else self.roots).append(item)
        frame.last, frame.item = number, item
        self.last_seen[candidate.type] = number

    def _open_list(self, index: int, candidate: Candidate, depth: int | None, *, gap: int = 0) -> None:
        if depth is not None:
            del self.frames[depth:]
        elif candidate.type in STRUCTURAL:
            rank = STRUCTURAL[candidate.type]
            while self.frames and self._gives_way(index, candidate, rank):
                self.frames.pop()
        else:
            while self.frames and self.frames[-1].type in INLINE and self._is_sibling(index, candidate):
                self.frames.pop()
        parent = self.frames[-1].item if self.frames else None
        item = Item(
            candidate.type, max(candidate.number, 1), candidate.start, candidate.end, candidate.line_start, gap=gap
        )
        (parent.children if parent else self.roots).append(item)
        self.frames.append(_Frame(candidate.type, item.number, parent, item))
        self.last_seen[candidate.type] = item.number

    def _gives_way(self, index: int, candidate: Candidate, rank: int) -> bool:
        top = self.frames[-1]
        if top.type in STRUCTURAL:
            return STRUCTURAL[top.type] > rank
        if self.view[: candidate.start].rstrip()[-1:] == ":" if candidate.start < 200 else self._colon(candidate.start):
            return False
        return not (candidate.type in ("dig", "pdig", "half", "circled") and self._continues(index, top))

    def _colon(self, position: int) -> bool:
        return self.view[position - 8 : position].rstrip()[-1:] == ":"

    def _is_sibling(self, index: int, candidate: Candidate) -> bool:
        """Whether a new inline list stands beside the open inline list instead of under its last item."""
        top = self.frames[-1]
        if self._continues(index, top):
            return False
        if candidate.line_start and not top.item.line_start:
            # A list inside a paragraph ends with the paragraph.
            return True
        between = self.view[top.item.after : candidate.start]
        sentences = between[-600:].replace("\n", "。").split("。")
        if any(sentence.startswith(_BRIDGES) for sentence in sentences[1:]):
            return True
        return not self.tolerant and between.rstrip().count("\n") >= 1 and top.item.line_start

    def _continues(self, index: int, frame: _Frame) -> bool:
        """Whether the open list goes on after this place, before a list that holds it goes on."""
        outer = {open_frame.type: open_frame.last for open_frame in self.frames if open_frame is not frame}
        for candidate in self.candidates[index + 1 : index + 200]:
            if candidate.type == frame.type:
                if candidate.number == frame.last + 1:
                    return True
                if candidate.number == 1:
                    return False
            elif outer.get(candidate.type, -1) + 1 == candidate.number:
                return False
        return False


def close_items(*, roots: list[Item], end: int) -> None:
    """Set where each item stops: at the next item that it does not hold."""
    waiting: list[tuple[list[Item], int]] = [(roots, end)]
    while waiting:
        items, stop = waiting.pop()
        for item, following in zip_longest(items, items[1:]):
            item.stop = following.start if following else stop
            if item.children:
                waiting.append((item.children, item.stop))
