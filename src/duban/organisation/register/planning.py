"""Comparing a table of units with the register: what taking it over would change, or why it cannot be taken over."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from duban.organisation.register.entries import Entry, Fault
from duban.organisation.register.people import HeldPost, PeopleChanges, plan_people

# A unit as the plan speaks of it: its id, or below zero for the n-th new one (-1, -2 …).
Node = int

Value = TypeVar("Value")

_PROGRESS_EVERY = 1000
_COMPARED = ("name", "short_name", "place", "level", "field", "kind", "rank", "member_count", "valid_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUnit:
    """A unit as the register has it."""

    id: int
    name: str
    short_name: str
    parent_id: int | None
    place: int
    level: str
    field: str
    kind: str
    rank: str
    line_id: int | None
    member_count: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What a plan is compared with: every unit at and below the root, all codes, posts from today on, and lines."""

    root_id: int
    today: date
    units: dict[int, KnownUnit]
    # Codes of the whole installation: one that names a unit elsewhere must be told.
    codes: dict[tuple[str, str], int]
    posts: dict[int, list[HeldPost]]
    lines: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One unit as it will be: `line` is a name, because it may be new."""

    node: Node
    row: int
    code: tuple[str, str]
    is_new: bool
    parent: Node | None
    place: int
    name: str
    short_name: str
    level: str
    field: str
    kind: str
    rank: str
    line: str | None
    member_count: int
    valid_from: date
    changes: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Plan:
    """What taking a table over would do; with faults it does nothing."""

    faults: list[Fault]
    units: list[Planned] = field(default_factory=list)
    # Units outside the table that make room for the places it names.
    shifted: dict[int, int] = field(default_factory=dict)
    new_lines: list[str] = field(default_factory=list)
    people: PeopleChanges = field(default_factory=PeopleChanges)

    @property
    def outcome(self) -> dict[str, object]:
        """The counts that a person confirms; a unit may be moved and renamed at once, so they may overlap."""
        existing = [unit for unit in self.units if not unit.is_new]
        touched = {post.node for post in self.people.beginnings} | self.people.touched
        return {
            "created": sum(unit.is_new for unit in self.units),
            "moved": sum("parent" in unit.changes for unit in existing),
            "renamed": sum("name" in unit.changes for unit in existing),
            "changed": sum(bool(unit.changes - {"parent", "name"}) or unit.node in touched for unit in existing),
            "unchanged": sum(not unit.changes and unit.node not in touched for unit in existing),
            "shifted": len(self.shifted),
            "posts_begun": len(self.people.beginnings),
            "posts_ended": len(self.people.endings),
            "new_lines": self.new_lines,
        }


def make_plan(*, entries: Sequence[Entry], register: Register, tell: Callable[[int], None] = lambda done: None) -> Plan:
    """
    Compare the rows with the register; `tell` hears from time to time how many rows are done.

    Rows find their unit again by (scheme, code); the row that bears the root's name and names no parent is the root.
    """
    comparison = _Comparison(entries, register)
    faults = comparison.find_units()
    faults += comparison.find_parents(tell)
    faults += comparison.find_circles()
    faults += comparison.find_equal_names()
    faults += comparison.find_class_gaps()
    people, people_faults = plan_people(
        entries=comparison.nodes, posts=register.posts, units=comparison.founded(), today=register.today
    )
    faults += people_faults
    tell(len(entries))
    if faults:
        return Plan(faults=sorted(faults, key=lambda fault: (fault.row, fault.column or "")))
    places, shifted = comparison.places()
    units = [comparison.planned(entry, node, places[node]) for node, entry in comparison.nodes.items()]
    lines = {entry.line: None for entry in entries if entry.line and entry.line not in register.lines}
    return Plan(faults=[], units=units, shifted=shifted, new_lines=list(lines), people=people)


class _Comparison:
    """The working state of one comparison: which unit each row is, and where it will stand."""

    def __init__(self, entries: Sequence[Entry], register: Register) -> None:
        self.entries = entries
        self.register = register
        self.nodes: dict[Node, Entry] = {}
        self.node_of_code: dict[tuple[str, str], Node] = {}
        self.parent: dict[Node, Node | None] = {}

    def find_units(self) -> list[Fault]:
        faults = []
        first_row: dict[tuple[str, str], int] = {}
        scheme_of_unit = {(unit_id, scheme): value for (scheme, value), unit_id in self.register.codes.items()}
        new = 0
        for entry in self.entries:
            if entry.key in first_row:
                faults.append(
                    Fault(entry.row, "code", _("Row %(row)s has this code already.") % {"row": first_row[entry.key]})
                )
                continue
            first_row[entry.key] = entry.row
            unit_id = self.register.codes.get(entry.key)
            root = self.register.units[self.register.root_id]
            if unit_id is None and not entry.parent and entry.name == root.name:
                if (root.id, entry.scheme) in scheme_of_unit:
                    faults.append(Fault(entry.row, "code", _("The unit of this name is known by another code.")))
                    continue
                unit_id = root.id
            if unit_id is not None and unit_id not in self.register.units:
                faults.append(
                    Fault(entry.row, "code", _("This code belongs to a unit outside the part that you import."))
                )
                continue
            if unit_id is not None and self.register.units[unit_id].valid_until is not None:
                faults.append(Fault(entry.row, "code", _("The unit of this code has ended. Use a new code.")))
                continue
            if unit_id is None:
                new += 1
            node = -new if unit_id is None else unit_id
            if node in self.nodes:
                faults.append(Fault(entry.row, "code", _("Another row means the same unit.")))
                continue
            self.nodes[node] = entry
            self.node_of_code[entry.key] = node
        return faults

    def find_parents(self, tell: Callable[[int], None]) -> list[Fault]:
        faults = []
        named: dict[str, set[Node]] = defaultdict(set)
        for unit in self.register.units.values():
            # A unit in the table is named as the table names it.
            if unit.valid_until is None and unit.id not in self.nodes:
                named[unit.name].add(unit.id)
                named[unit.short_name].add(unit.id)
        for node, entry in self.nodes.items():
            named[entry.name].add(node)
            if entry.short_name:
                named[entry.short_name].add(node)
        for done, (node, entry) in enumerate(self.nodes.items(), start=1):
            if done % _PROGRESS_EVERY == 0:
                tell(done)
            parent, message = self._parent_of(node, entry, named)
            if message:
                faults.append(Fault(entry.row, "parent", message))
            else:
                self.parent[node] = parent
        return faults

    def _parent_of(self, node: Node, entry: Entry, named: dict[str, set[Node]]) -> tuple[Node | None, str]:
        units, root_id = self.register.units, self.register.root_id
        if not entry.parent:
            return (units[root_id].parent_id if node == root_id else root_id), ""
        if node == root_id:
            return None, _("The unit at which the import begins stays where it is. Leave this blank.")
        scheme, colon, value = entry.parent.replace("：", ":").partition(":")
        for key in ((scheme, value), (entry.scheme, entry.parent)) if colon else ((entry.scheme, entry.parent),):
            found = self.node_of_code.get(key, self.register.codes.get(key))
            if found is not None and found >= 0 and found not in units:
                return None, _("The unit above lies outside the part that you import.")
            if found is not None and found >= 0 and units[found].valid_until is not None:
                return None, _("The unit above has ended.")
            if found is not None:
                return found, ""
        candidates = named.get(entry.parent, set())
        if len(candidates) > 1:
            return None, _("There are %(count)s units of this name. Give the code of the one above.") % {
                "count": len(candidates)
            }
        if not candidates:
            return None, _("“%(name)s” is neither in this table nor below your unit. Give its code or full name.") % {
                "name": entry.parent
            }
        return next(iter(candidates)), ""

    def parent_in_the_end(self, node: Node) -> Node | None:
        if node in self.parent:
            return self.parent[node]
        unit = self.register.units.get(node)
        return None if unit is None or unit.id == self.register.root_id else unit.parent_id

    def name_in_the_end(self, node: Node) -> str:
        return self.nodes[node].name if node in self.nodes else self.register.units[node].name

    def find_circles(self) -> list[Fault]:
        faults = []
        safe: set[Node] = set()
        for start in self.nodes:
            trail: dict[Node, None] = {}
            node: Node | None = start
            while node is not None and node not in safe and node not in trail:
                trail[node] = None
                node = self.parent_in_the_end(node)
            if node is not None and node in trail:
                walked = list(trail)
                circle = walked[walked.index(node) :]
                shown = " → ".join(self.name_in_the_end(part) for part in [*circle, node])
                faults += [
                    Fault(
                        self.nodes[part].row,
                        "parent",
                        _("The units run in a circle: %(circle)s.") % {"circle": shown},
                    )
                    for part in circle
                    if part in self.nodes
                ]
            safe.update(trail)
        return faults

    def find_equal_names(self) -> list[Fault]:
        taken: dict[tuple[Node | None, str], Node] = {
            (unit.parent_id, unit.name): unit.id
            for unit in self.register.units.values()
            if unit.valid_until is None and unit.id not in self.nodes
        }
        faults = []
        for node, entry in self.nodes.items():
            if node not in self.parent:
                continue
            key = self.parent[node], entry.name
            other = taken.setdefault(key, node)
            if other == node:
                continue
            if other in self.nodes:
                message = _("Row %(row)s has a unit of this name in the same place.") % {"row": self.nodes[other].row}
            else:
                message = _(
                    "There is a unit of this name there already, without this code. Enter the code on its page."
                )
            faults.append(Fault(entry.row, "name", message))
        return faults

    def find_class_gaps(self) -> list[Fault]:
        return [
            Fault(entry.row, column, _("A unit that is new needs this."))
            for node, entry in self.nodes.items()
            if node < 0
            for column in ("level", "field", "kind")
            if getattr(entry, column) is None
        ]

    def founded(self) -> dict[Node, date]:
        return {
            node: entry.founded_on
            or (self.register.units[node].valid_from if node in self.register.units else self.register.today)
            for node, entry in self.nodes.items()
        }

    def places(self) -> tuple[dict[Node, int], dict[int, int]]:
        """
        Return the place of each unit of the table, and of others that make room.

        Given places come first and hold as given; where two are equal the later row follows. Then come sisters at
        their own place or the next free one, then newcomers. So a second import of the same table changes nothing.
        """
        members: dict[Node | None, list[Node]] = defaultdict(list)
        for node, parent in self.parent.items():
            members[parent].append(node)
        sisters: dict[Node | None, list[KnownUnit]] = defaultdict(list)
        for unit in self.register.units.values():
            if unit.id not in self.nodes and unit.id != self.register.root_id:
                sisters[unit.parent_id].append(unit)
        found: dict[Node, int] = {}
        shifted: dict[int, int] = {}
        for parent, nodes in members.items():
            if nodes == [self.register.root_id]:
                found[self.register.root_id] = self.register.units[self.register.root_id].place
                continue
            taken: set[int] = set()
            last = 0
            wanted = [(self.nodes[node].place, self.nodes[node].row, node) for node in nodes]
            for place, _row, node in sorted((p, r, n) for p, r, n in wanted if p is not None):
                last = max(last + 1, place)
                found[node] = last
                taken.add(last)
            staying = [(unit.place, unit.id) for unit in sisters[parent]]
            staying += [
                (self.register.units[node].place, node)
                for place, _row, node in wanted
                if place is None and node > 0 and self.register.units[node].parent_id == parent
            ]
            last = 0
            for place, node in sorted(staying):
                last = max(last + 1, place)
                while last in taken:
                    last += 1
                taken.add(last)
                if node in self.nodes:
                    found[node] = last
                elif last != place:
                    shifted[node] = last
            last = max(taken, default=0)
            for _place, _row, node in sorted(wanted, key=lambda item: item[1]):
                if node not in found:
                    last += 1
                    found[node] = last
        return found, shifted

    def planned(self, entry: Entry, node: Node, place: int) -> Planned:
        known = self.register.units.get(node)
        parent = self.parent[node]
        if known is None:
            return Planned(
                node=node,
                row=entry.row,
                code=entry.key,
                is_new=True,
                parent=parent,
                place=place,
                name=entry.name,
                short_name=entry.short_name or "",
                level=entry.level or "",
                field=entry.field or "",
                kind=entry.kind or "",
                rank=entry.rank or "",
                line=entry.line,
                member_count=entry.member_count or 0,
                valid_from=entry.founded_on or self.register.today,
            )
        planned = Planned(
            node=node,
            row=entry.row,
            code=entry.key,
            is_new=False,
            parent=parent,
            place=place,
            name=entry.name,
            short_name=_said(entry.short_name, known.short_name),
            level=_said(entry.level, known.level),
            field=_said(entry.field, known.field),
            kind=_said(entry.kind, known.kind),
            rank=_said(entry.rank, known.rank),
            line=_said(entry.line, self._line_name(known.line_id)),
            member_count=_said(entry.member_count, known.member_count),
            valid_from=_said(entry.founded_on, known.valid_from),
        )
        changes = {name for name in _COMPARED if getattr(planned, name) != getattr(known, name)}
        if parent != known.parent_id:
            changes.add("parent")
        if entry.line is not None and self.register.lines.get(entry.line) != known.line_id:
            changes.add("line")
        if self.register.codes.get(entry.key) != node:
            changes.add("code")
        return replace(planned, changes=frozenset(changes))

    def _line_name(self, line_id: int | None) -> str | None:
        return next((name for name, key in self.register.lines.items() if key == line_id), None)


def _said(said: Value | None, known: Value) -> Value:
    return known if said is None else said
