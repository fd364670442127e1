"""Reading a text into its outline, in one pass over each of its parts."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import replace
from typing import Any

from duban.directives.outline import counts, remarks, sentences
from duban.directives.outline.canonical import View, canonical, view_of
from duban.directives.outline.cautions import cautions
from duban.directives.outline.head import Head, iso_date, occasion_of, on_behalf_of, read_head
from duban.directives.outline.kinds import assign_kinds, kind_of_member
from duban.directives.outline.markers import find_candidates
from duban.directives.outline.model import Node, Outline, Range, Sentence
from duban.directives.outline.nesting import Item, Nesting, close_items
from duban.directives.outline.noise import HOLE, NoiseRange, find_noise
from duban.directives.outline.tails import closing_start, tails
from duban.directives.outline.tree import Growth, merge
from duban.kernel.errors import InvalidInput

_SHOWN = re.compile(r"(?:当前)?仅?显示(?:前)?(\d{2,7})个?字")
_TOTAL = re.compile(r"(?:全文|共)共?计?(?:约)?(\d{2,7})个?字")
_OMITTED = re.compile(r"(?:省略|略去|隐藏)(?:约|了)?(\d{1,7})个?字")
_TRANSCRIPT = re.compile(r"根据录音整理|录音整理稿|未经(?:本人|讲话人|领导)审[阅定核]")
_ODD = re.compile("[\ufffd\x00-\x08\x0e-\x1f]")
_ATTACHED = re.compile(r"\n附(?:件|表)\d{0,2}:")

# No speech or plan comes near these; they keep the time for a hostile text linear and short.
MOST_ITEMS = 10_000
MOST_SENTENCES = 30_000

Cut = tuple[int, str, Node | None]


def read_outline(*, text: str) -> Outline:
    """Read `text` (as decoded, unchanged) into its outline (R-686 to R-727).

    The ranges of the outline cover `text` without gap or overlap. Words are kept as they came; nothing is corrected.

    Raises InvalidInput where there is nothing to read: no words at all, or bytes that are no text.
    """
    _refuse_unreadable(text)
    plain = canonical(text=text)
    noise = find_noise(raw=text, text=plain)
    view = view_of(raw=text, text=plain, noise=noise)
    return _Reading(text, plain, noise, view).outline()


def _refuse_unreadable(text: str) -> None:
    sample = text[:20_000]
    if not sample.strip():
        raise InvalidInput("The text is empty.")
    odd = len(_ODD.findall(sample))
    if "\x00" in sample or odd * 50 > len(sample):
        raise InvalidInput("This is not readable text; it looks like a binary file or a wrong encoding.")
    if not any(unicodedata.category(character)[0] == "L" for character in text):
        raise InvalidInput("The text contains no words.")


class _Reading:
    def __init__(self, raw: str, plain: str, noise: list[NoiseRange], view: View) -> None:
        self.raw, self.plain, self.noise, self.view = raw, plain, noise, view
        self.cuts: list[Cut] = []
        self.warnings: list[dict[str, Any]] = []
        self.growth = Growth(view=view)
        self.all_sentences: list[Sentence] = []
        self.loose: list[Sentence] = []
        self.roots: list[Item] = []

    def outline(self) -> Outline:
        view, begin = self.view, self.view.contents[1]
        contents = self._contents()
        candidates = [item for item in find_candidates(view=view.text) if item.start >= begin]
        if candidates and candidates[0].start == begin and len(candidates) > 1 and candidates[0].number != 1:
            candidates = candidates[1:]
        # An attachment list at the end has numbers of its own.
        attached = _ATTACHED.search(view.text, begin)
        if attached and not any(item.type == "cn" and item.start > attached.start() for item in candidates):
            candidates = [item for item in candidates if item.start < attached.start()]
        if len(candidates) > MOST_ITEMS:
            candidates = candidates[:MOST_ITEMS]
            message = "The text has too many items; those at its end were not taken apart."
            self.warnings.append(remarks.warning("too_many_items", message, most=MOST_ITEMS))
        roots = Nesting(view=view.text, candidates=candidates, holes=view.holes).build()
        first = roots[0].start if roots else len(view.text)
        head = read_head(view=view, begin=begin, first_item=first)
        if head.salutation is None and not head.title and not roots:
            head.start = begin
        end = len(view.text)
        close_items(roots=roots, end=end)
        self.roots = roots
        returns = tails(view=view, roots=roots, end=end)
        body = self.growth.grow(roots, 1, contents=False)
        self._cut_head(head, begin, first)
        for node in self._flat(body):
            self.cuts.append((self.growth.items[node.id].start, "node", node))
        for place, holder in returns:
            self.cuts.append(
                (place, "closing" if holder is None else "tail", self.growth.nodes[id(holder)] if holder else None)
            )
        if not roots and (closing := closing_start(view=view, begin=head.start, end=end)) and closing > head.start:
            self.cuts.append((closing, "closing", None))
        sections = merge(contents=contents, body=body, join=self._join) if contents else body
        self.cuts.sort(key=lambda cut: cut[0])
        set_counts, members = counts.named_sets(view=view, markers=[item.start for item in candidates], begin=begin)
        self._texts()
        assign_kinds(sections=sections)
        self._sentences(begin)
        implicit = self._members(members)
        self._say(sections)
        announced = set_counts + counts.announced_lists(
            view=view, roots=roots, intro=(head.start, first), found_at_top=len(sections)
        )
        announced.sort(key=lambda count: count["position"])
        ranges = self._ranges(head, implicit)
        self._collect(sections, ranges)
        return self._finish(head, sections, announced, ranges)

    def _contents(self) -> list[Node]:
        start, end = self.view.contents
        if not end:
            return []
        self.cuts.append((0, "contents", None))
        candidates = [
            item for item in find_candidates(view=self.view.text) if start <= item.start < end and item.line_start
        ]
        items = Nesting(view=self.view.text, candidates=candidates, holes=[], tolerant=True).build()
        close_items(roots=items, end=end)
        nodes = self.growth.grow(items, 1, contents=True)
        for node in self._flat(nodes):
            self.cuts.append((self.growth.items[node.id].start, "node", node))
        return nodes

    def _join(self, line: Node, node: Node) -> None:
        self.cuts = [(place, kind, node if owner is line else owner) for place, kind, owner in self.cuts]

    def _cut_head(self, head: Head, begin: int, first: int) -> None:
        self.cuts.append((begin, "head", None))
        self.cuts += [(place, kind, None) for place, kind in head.cuts]
        if head.start < first:
            self.cuts.append((head.start, "intro", None))

    @staticmethod
    def _flat(nodes: list[Node]) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            found += [node, *_Reading._flat(node.children)]
        return found

    def _pieces(self) -> list[tuple[int, int, str, Node | None]]:
        """The view cut into (start, end, kind, node)."""
        ends = [cut[0] for cut in self.cuts[1:]] + [len(self.view.text)]
        return [
            (start, end, kind, node) for (start, kind, node), end in zip(self.cuts, ends, strict=True) if end > start
        ]

    def _texts(self) -> None:
        shown, begin = self.view.shown, self.view.contents[1]
        for start, end, kind, node in self._pieces():
            if node is None or start < begin:
                continue
            if kind == "tail":
                node.tail += shown[start:end].strip()
                continue
            words = shown[max(start, min(self.growth.after[node.id], end)) : end].strip()
            if node.children:
                node.lead += words
            else:
                node.body += words
            if not node.children and any(start < hole <= end for hole in self.view.holes):
                node.omitted = "end omitted"

    def _sentences(self, begin: int) -> None:
        view = self.view
        for start, end, kind, node in self._pieces():
            if start < begin and (node is None or node.source == "both"):
                continue
            demanding = node is None or node.kind in ("requirement", "gate", "principle")
            most = MOST_SENTENCES - len(self.all_sentences)
            for first, last in sentences.split(view=view.text, start=start, end=end, most=most):
                text = view.text[first:last].strip()
                if not text:
                    continue
                first += len(view.text[first:last]) - len(view.text[first:last].lstrip())
                heading = (
                    node is not None
                    and kind == "node"
                    and first <= self.growth.items[node.id].start
                    and self._has_text(node, last)
                )
                self._say_one(
                    text=text,
                    place=(first, first + len(text)),
                    node=node,
                    kind=kind,
                    demanding=demanding,
                    heading=heading,
                )

    def _has_text(self, node: Node, last: int) -> bool:
        after = self.growth.after[node.id]
        return last <= after + 1 and bool(node.children or node.body or node.lead)

    def _say_one(
        self, *, text: str, place: tuple[int, int], node: Node | None, kind: str, demanding: bool, heading: bool
    ) -> None:
        first, last = place
        outside = node is None and kind not in ("intro", "closing")
        who, when, much = sentences.read(sentence=text, demanding=demanding and node is not None)
        duty = not outside and sentences.is_duty(sentence=text, demanding=demanding)
        if heading:
            duty = duty and bool(who or when or much) and len(text) > 12
        elif demanding and node is not None and not duty:
            duty = bool(who or when)
        if not duty:
            spent = [piece for piece in when if piece.startswith(("用", "利用"))]
            when, much = [piece for piece in when if piece not in spent], spent + much
        if not duty and not who:
            who = sentences.actor(sentence=text) if not outside else []
        shown = self.view.shown[first:last]
        sentence = Sentence(
            index=len(self.all_sentences),
            text=shown,
            start=self.view.raw(first),
            end=self.view.raw_end(last),
            responsible=self._verbatim(who, shown, text),
            deadline=self._verbatim(when, shown, text),
            quantity=self._verbatim(much, shown, text),
            is_requirement=duty,
            heading=heading,
        )
        self.all_sentences.append(sentence)
        if node is not None:
            node.sentences.append(sentence)
        elif not outside:
            self.loose.append(sentence)

    @staticmethod
    def _verbatim(pieces: list[str], shown: str, text: str) -> str | None:
        """The pieces in the characters of the raw text."""
        words = []
        for piece in pieces:
            place = text.find(piece)
            words.append(shown[place : place + len(piece)] if place >= 0 else piece)
        return " | ".join(words) or None

    def _members(self, members: list[counts.Member]) -> list[tuple[int, int, Node]]:
        pieces = self._pieces()
        starts = [piece[0] for piece in pieces]
        placed: list[tuple[int, int, Node]] = []
        for member in members:
            _, end, _, holder = pieces[bisect_right(starts, member.start) - 1]
            if holder is None or member.end > end or (placed and placed[-1][1] > member.start):
                continue
            title = self.view.shown[member.start : member.end].strip()
            self.growth.count += 1
            node = Node(
                id=f"n{self.growth.count}",
                marker=None,
                title=title,
                level=holder.level + 1,
                kind=kind_of_member(title=title, set_name=member.set),
                implicit=True,
                set=member.set,
            )
            place = 0
            for index, child in enumerate(holder.children):
                if child.implicit or (child.source != "toc" and self.growth.items[child.id].start < member.start):
                    place = index + 1
            if not holder.children:
                holder.lead, holder.body = holder.body, ""
            holder.children.insert(place, node)
            placed.append((member.start, member.end, node))
        return placed

    def _say(self, sections: list[Node]) -> None:
        """Fill in what is inherited, what is repeated, and what each node says as a whole."""
        repeats = remarks.repeated(sentences=[sentence.text for sentence in self.all_sentences])
        renewed: dict[int, Sentence] = {}
        waiting: list[tuple[Node, str | None, str | None]] = [(node, None, None) for node in reversed(sections)]
        while waiting:
            node, who, when = waiting.pop()
            said_who, said_when = passed_who, passed_when = who, when
            below = self._first_child(node)
            for position, sentence in enumerate(node.sentences):
                changed: dict[str, Any] = {"repeats": repeats.get(sentence.index)}
                if sentence.is_requirement and sentence.responsible is None:
                    changed["inherited_responsible"] = said_who
                if sentence.is_requirement and sentence.deadline is None:
                    changed["inherited_deadline"] = said_when
                node.sentences[position] = renewed[sentence.index] = _with(sentence, **changed)
                if sentence.responsible and (sentence.is_requirement or position == 0):
                    said_who = sentence.responsible
                if (position == 0 or "时限" in sentence.text) and sentence.deadline and sentence.is_requirement:
                    said_when = sentence.deadline
                # What a tail says does not pass to the items above it.
                if sentence.start < below:
                    passed_who, passed_when = said_who, said_when
            if node.kind == "requirement":
                demands = [sentence for sentence in node.sentences if sentence.is_requirement]
                node.responsible = _joined(sentence.responsible for sentence in demands)
                node.deadline = _joined(sentence.deadline for sentence in demands)
                node.quantity = _joined(sentence.quantity for sentence in node.sentences)
            waiting += [(child, passed_who, passed_when) for child in reversed(node.children)]
        self.all_sentences = [
            renewed.get(sentence.index) or _with(sentence, repeats=repeats.get(sentence.index))
            for sentence in self.all_sentences
        ]
        self.loose = [self.all_sentences[sentence.index] for sentence in self.loose]

    def _first_child(self, node: Node) -> int:
        """Raw start of the first marked item below `node` in the body; the end of the text where there is none."""
        begin = self.view.contents[1]
        items = [self.growth.items[child.id] for child in node.children if not child.implicit]
        return min((self.view.raw(item.start) for item in items if item.start >= begin), default=len(self.raw))

    def _ranges(self, head: Head, implicit: list[tuple[int, int, Node]]) -> list[tuple[int, int, str, str | None]]:
        view = self.view
        cuts: list[tuple[int, str, str | None]] = []
        waiting = list(implicit)
        for start, end, kind, node in self._pieces():
            owner = node.id if node else None
            kind = "node" if kind == "tail" else kind
            cuts.append((view.raw(start), kind, owner))
            while waiting and waiting[0][0] < end:
                first, last, member = waiting.pop(0)
                cuts += [(view.raw(first), "node", member.id), (view.raw_end(last), kind, owner)]
        holes = [(item.start, item.end) for item in self.noise]
        for start, end in head.doubled:
            holes = self._with_second_title(holes, view.raw(start), view.raw_end(end))
        return _overlay(cuts or [(0, "head", None)], sorted(holes), len(self.raw))

    def _with_second_title(self, holes: list[Range], start: int, end: int) -> list[Range]:
        """The second copy of a title is one piece of noise with its line break and its label."""
        label = next((hole for hole in holes if hole[0] == end), None)
        if label:
            holes = [hole for hole in holes if hole != label]
            end = label[1]
        if self.raw[end : end + 1] == "\n" and (start == 0 or self.raw[start - 1] == "\n"):
            end += 1
        return [*holes, (start, end)]

    def _collect(self, sections: list[Node], ranges: list[tuple[int, int, str, str | None]]) -> None:
        nodes = {node.id: node for node in self._flat(sections)}
        for start, end, _, owner in ranges:
            if owner is not None:
                nodes[owner].ranges.append((start, end))

    def _tasks(self, sections: list[Node]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        paths: dict[str, str] = {}
        for node in self._flat(sections):
            for child in node.children:
                paths[child.id] = f"{_step(node, paths)}"
        by_index: dict[int, tuple[Sentence, str | None, bool]] = {
            sentence.index: (sentence, _step(node, paths), node.kind in ("achievement", "problem", "fact"))
            for node in self._flat(sections)
            for sentence in node.sentences
        }
        by_index |= {sentence.index: (sentence, None, False) for sentence in self.loose}
        for _, (sentence, under, reported) in sorted(by_index.items()):
            fact = (
                not sentence.is_requirement
                and bool(sentence.responsible and sentence.quantity)
                and (reported or under is None)
            )
            if not sentence.is_requirement and not (fact and re.search(r"\d", sentence.quantity or "")):
                continue
            found.append(
                {
                    "text": sentence.text,
                    "responsible": sentence.responsible,
                    "deadline": sentence.deadline,
                    "quantity": sentence.quantity,
                    "under": f"{under or ''} (fact)".strip() if fact else under,
                    "kind": "fact" if fact else "requirement",
                    "stated": bool(sentence.responsible or sentence.deadline or sentence.quantity),
                    "inherited_responsible": sentence.inherited_responsible,
                    "inherited_deadline": sentence.inherited_deadline,
                    "sentence": sentence.index,
                    "repeats": sentence.repeats,
                }
            )
        return _addressed_once(found)

    def _finish(
        self,
        head: Head,
        sections: list[Node],
        announced: list[dict[str, Any]],
        ranges: list[tuple[int, int, str, str | None]],
    ) -> Outline:
        view, begin = self.view, self.view.contents[1]
        noise = [self.raw[start:end] for start, end, kind, _ in ranges if kind == "noise"]
        labels = list(head.labels)
        if any(item.rule == "model_text_label" for item in self.noise):
            labels.append("model_text")
        if _TRANSCRIPT.search(self.plain):
            labels.append("transcript")
        order = ("transcript", "extract", "outline", "model_text")
        completeness = self._completeness()
        intro = "".join(view.shown[start:end] for start, end, kind, _ in self._pieces() if kind == "intro").strip()
        closing = (
            "".join(view.shown[start:end] for start, end, kind, _ in self._pieces() if kind == "closing").strip()
            or None
        )
        date = head.date or _signed_on(closing)
        tasks = self._tasks(sections)
        outline = Outline(
            title=head.title,
            salutation=head.salutation,
            date=date,
            speaker_role=head.speaker_role,
            on_behalf_of=on_behalf_of(text=canonical(text=intro)),
            labels=[label for label in order if label in labels],
            addressees=head.addressees,
            occasion=occasion_of(title=head.title),
            completeness=completeness,
            noise=noise,
            announced_counts=[{key: value for key, value in count.items() if key != "position"} for count in announced],
            sections=sections,
            explicit_tasks=tasks,
            figures=remarks.figures(view=view.text, shown=view.shown, begin=begin),
            warnings=self.warnings,
            toc=[line for line in view.shown[view.contents[0] : begin].split("\n") if line] if begin else [],
            ranges=ranges,
            sentences=self.all_sentences,
            intro=intro,
            closing=closing,
        )
        self.warnings += cautions(
            outline=outline,
            items=self.growth.items,
            roots=self.roots,
            view=view.text,
            omitted=any(item.leaves == HOLE for item in self.noise),
        )
        return outline

    def _completeness(self) -> dict[str, int | float | None]:
        notice = "\n".join(self.plain[item.start : item.end] for item in self.noise if item.leaves == HOLE)
        shown, total = _SHOWN.search(notice), _TOTAL.search(notice)
        middle = [int(size) for size in _OMITTED.findall(notice)]
        seen: dict[str, int | float | None] = {
            "shown": int(shown.group(1)) if shown else None,
            "total": int(total.group(1)) if total else None,
            "omitted_middle": sum(middle) if middle else None,
            "omitted_end": None,
            "percent": None,
        }
        if shown and total and int(total.group(1)):
            seen["omitted_end"] = max(int(total.group(1)) - int(shown.group(1)) - sum(middle), 0)
            seen["percent"] = round(100 * int(shown.group(1)) / int(total.group(1)), 1)
        return seen


def _addressed_once(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whoever a repeated sentence addresses is addressed by the first one too: it alone becomes a task (R-711)."""
    first = {task["sentence"]: task for task in tasks}
    for task in tasks:
        earlier = first.get(task["repeats"]) if task["repeats"] is not None else None
        if earlier is not None:
            who = (earlier["responsible"] or "").split(" | ")
            also = _joined([earlier["inherited_responsible"], task["responsible"], task["inherited_responsible"]])
            earlier["inherited_responsible"] = _joined(part for part in (also or "").split(" | ") if part not in who)
    return tasks


def _with(sentence: Sentence, **changed: Any) -> Sentence:
    if not any(changed.values()):
        return sentence
    return replace(sentence, **changed)


def _signed_on(closing: str | None) -> str | None:
    """The date under a signature, not one that the closing words mention."""
    if closing is None or ("\n" not in closing[-60:] and len(closing) >= 80):
        return None
    return iso_date(text=canonical(text=closing))


def _joined(pieces: Any) -> str | None:
    found: dict[str, None] = {}
    for piece in pieces:
        for part in (piece or "").split(" | "):
            if part:
                found[part] = None
    return " | ".join(found) or None


def _step(node: Node, paths: dict[str, str]) -> str:
    above = paths.get(node.id)
    own = (node.marker or node.title).strip("、.．（）()")
    return f"{above}/{own}" if above else own


def _overlay(
    cuts: list[tuple[int, str, str | None]], noise: list[tuple[int, int]], end: int
) -> list[tuple[int, int, str, str | None]]:
    """Cut [0, end) at `cuts` and lay `noise` over it."""
    pieces: list[tuple[int, int, str, str | None]] = []
    edges = [*cuts[1:], (end, "", None)]
    position = 0
    slot = 0
    for (_, kind, owner), (stop, _, _) in zip(cuts, edges, strict=True):
        while position < stop:
            while slot < len(noise) and noise[slot][1] <= position:
                slot += 1
            if slot < len(noise) and noise[slot][0] <= position:
                upto = noise[slot][1]
                pieces.append((position, upto, "noise", None))
                position = upto
                continue
            upto = min(stop, noise[slot][0]) if slot < len(noise) else stop
            pieces.append((position, upto, kind, owner))
            position = upto
    return pieces
