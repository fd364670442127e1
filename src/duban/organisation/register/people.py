"""What a table of units changes in posts: a name that the unit knows already is that person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from duban.organisation.register.entries import Entry, Fault

_COLUMN = {"principal": "principal", "deputy": "deputies", "liaison": "liaisons"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPost:
    """A post that is held today or will be."""

    id: int
    kind: str
    person_id: int
    person_name: str
    field_in_charge: str
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A post to begin; `person_id` is None for somebody new, who is one person per (node, name)."""

    node: int
    kind: str
    name: str
    person_id: int | None
    field_in_charge: str
    starts_on: date


@dataclass(slots=True, kw_only=True)
class PeopleChanges:
    """All changes of posts: those that begin, end, change their person (an entry of today) or their field."""

    beginnings: list[Beginning] = field(default_factory=list)
    # (post, first day without it)
    endings: list[tuple[int, date]] = field(default_factory=list)
    # (post, node, name, person or None for somebody new)
    corrections: list[tuple[int, int, str, int | None]] = field(default_factory=list)
    fields: list[tuple[int, str]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)


def plan_people(
    *, entries: Mapping[int, Entry], posts: Mapping[int, list[HeldPost]], units: Mapping[int, date], today: date
) -> tuple[PeopleChanges, list[Fault]]:
    """
    Return what the rows change in posts, and faults.

    A blank cell changes nothing; a filled one names everybody who holds that kind of post, so the posts of others end.
    `units` tells since when each unit exists; nobody holds a post in it earlier.
    """
    changes = PeopleChanges()
    faults: list[Fault] = []
    for node, entry in entries.items():
        if not (entry.principal or entry.deputies or entry.liaisons):
            continue
        held = posts.get(node, [])
        known = {post.person_name: post.person_id for post in held}
        starts_on = max(today, units[node])
        wanted = {
            "principal": {entry.principal: ""} if entry.principal else {},
            "deputy": dict(entry.deputies),
            "liaison": dict.fromkeys(entry.liaisons, ""),
        }
        for kind, names in wanted.items():
            if not names:
                continue
            present = [post for post in held if post.kind == kind and post.starts_on <= starts_on]
            if kind == "principal" and any(post.kind == kind and post.starts_on > starts_on for post in held):
                faults.append(
                    Fault(entry.row, "principal", _("Another principal is entered for a later day. Leave this blank."))
                )
                continue
            faults += _plan_kind(
                changes, node, entry, kind=kind, names=names, present=present, known=known, starts_on=starts_on
            )
        _end_own_deputy(changes, entry, node, held, starts_on)
    return changes, faults


def _plan_kind(
    changes: PeopleChanges,
    node: int,
    entry: Entry,
    *,
    kind: str,
    names: Mapping[str, str],
    present: list[HeldPost],
    known: Mapping[str, int],
    starts_on: date,
) -> list[Fault]:
    by_name = {post.person_name: post for post in present}
    leaving = [post for post in present if post.person_name not in names]
    coming = [name for name in names if name not in by_name]
    for name in names:
        post = by_name.get(name)
        if post is not None and names[name] and names[name] != post.field_in_charge:
            changes.fields.append((post.id, names[name]))
            changes.touched.add(node)
    for post in leaving:
        changes.touched.add(node)
        if post.starts_on < starts_on:
            changes.endings.append((post.id, starts_on))
        elif coming:
            # Entered today and already another name: a slip of the pen, not a day in office.
            name = coming.pop(0)
            changes.corrections.append((post.id, node, name, known.get(name)))
            changes.fields.append((post.id, names[name]))
        else:
            return [
                Fault(
                    entry.row,
                    _COLUMN[kind],
                    _("“%(name)s” was entered only today and cannot end today.") % {"name": post.person_name},
                )
            ]
    changes.beginnings += [
        Beginning(
            node=node,
            kind=kind,
            name=name,
            person_id=known.get(name),
            field_in_charge=names[name],
            starts_on=starts_on,
        )
        for name in coming
    ]
    return []


def _end_own_deputy(changes: PeopleChanges, entry: Entry, node: int, held: list[HeldPost], on: date) -> None:
    """A deputy who becomes principal is no longer deputy (R-012), also where the cell of deputies is blank."""
    if entry.deputies or not entry.principal:
        return
    for post in held:
        if post.kind == "deputy" and post.person_name == entry.principal and post.starts_on < on:
            changes.endings.append((post.id, on))
            changes.touched.add(node)
