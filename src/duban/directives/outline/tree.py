"""From accepted items to nodes: titles, levels, and a table of contents matched to the body (R-696)."""

import re
from collections.abc import Callable

from duban.directives.outline.canonical import View
from duban.directives.outline.counts import number_of
from duban.directives.outline.model import Node
from duban.directives.outline.nesting import Item
from duban.directives.outline.titles import title_end

_LEADER = re.compile(r"(?:[ ]*[.…·]{2,}[ ]*\d*|[ ]+\d{1,3})$")
_JUNK = re.compile(r"[\s,，。;；:：、“”\"()（）]")
_SKIPPED = " ,:、,"


class Growth:
    """Turns items into nodes; remembers which item each node came from and where its words after the title start."""

    def __init__(self, *, view: View) -> None:
        self.view = view
        self.count = 0
        self.items: dict[str, Item] = {}
        self.after: dict[str, int] = {}
        self.nodes: dict[int, Node] = {}
        self.cut: dict[str, bool] = {}

    def grow(self, items: list[Item], level: int, *, contents: bool) -> list[Node]:
        grown: list[Node] = []
        for item in items:
            node = self._node(item, level, contents=contents)
            grown.append(node)
        self._even(grown)
        for item, node in zip(items, grown, strict=True):
            if level < 40:
                node.children = self.grow(item.children, level + 1, contents=contents)
        return grown

    def _even(self, nodes: list[Node]) -> None:
        """Where one item of a list runs on after a short label, its neighbours of the same form do too."""
        labels = [len(node.title) for node in nodes if self.cut.get(node.id)]
        if not labels:
            return
        for node in nodes:
            label = re.split("[,，]", node.title, maxsplit=1)[0]
            if len(node.title) > 16 and len(label) < len(node.title) and 3 <= len(label) <= max(labels) + 1 <= 12:
                self.after[node.id] -= len(node.title) - len(label)
                node.title = label

    def _node(self, item: Item, level: int, *, contents: bool) -> Node:
        text = self.view.text
        limit = item.children[0].start if item.children else item.stop
        start = item.after
        while start < limit and text[start] in _SKIPPED:
            start += 1
        end, after = title_end(view=text, start=start, limit=limit)
        title = self.view.shown[start:end].strip().rstrip("，,、；;：: ")
        marker_end = start if item.type in ("di", "qi") else item.after
        marker = self.view.shown[item.start : marker_end].rstrip()
        if contents:
            title = _LEADER.sub("", title)
        self.count += 1
        node = Node(id=f"n{self.count}", marker=marker, title=title, level=level, source="toc" if contents else "body")
        node.omitted = contents
        self.items[node.id] = item
        self.after[node.id] = after
        self.cut[node.id] = text[end : end + 1] == ","
        self.nodes[id(item)] = node
        return node


def plain(title: str) -> str:
    """A title without marks, for comparing."""
    return _JUNK.sub("", title)


def merge(*, contents: list[Node], body: list[Node], join: Callable[[Node, Node], None]) -> list[Node]:
    """Put the headings known only from the table of contents among those of the body.

    `join(line, node)` is called for each line of the contents that is a heading of the body.
    """
    merged = list(body)
    taken: set[str] = set()
    place = 0
    for line in contents:
        node = _match(line, body, taken)
        if node is None:
            merged.insert(place, line)
            place += 1
            continue
        taken.add(node.id)
        join(line, node)
        node.source = "both"
        node.children = merge(contents=line.children, body=node.children, join=join)
        place = next(index for index, other in enumerate(merged) if other is node) + 1
    return _in_order(merged)


def _match(line: Node, body: list[Node], taken: set[str]) -> Node | None:
    words = plain(line.title)
    free = [node for node in body if node.id not in taken and not node.implicit]
    for node in free:
        other = plain(node.title)
        if other and (other.startswith(words) or words.startswith(other)):
            return node
    return next((node for node in free if plain(node.marker or "") == plain(line.marker or "")), None)


def _in_order(nodes: list[Node]) -> list[Node]:
    """Within one run of one type of marker the numbers ascend, wherever the heading was found."""
    run = [node for node in nodes if node.marker]
    ordered = sorted(run, key=lambda node: _rank(node.marker or ""))
    types = {_type(node.marker or "") for node in run}
    ranks = [_rank(node.marker or "") for node in run]
    if len(types) == 1 and len(set(ranks)) == len(ranks):
        return ordered
    return nodes


def _type(marker: str) -> str:
    return re.sub(r"[一二三四五六七八九十百\d]+", "", marker)


def _rank(marker: str) -> int:
    found = re.search(r"[一二三四五六七八九十百]+|\d+", marker)
    return (number_of(found.group()) or 0) if found else 0
