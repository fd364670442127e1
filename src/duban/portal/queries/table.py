"""The table of units: any level with its figures, in protocol order, today or at the close of a past day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from duban.campaigns import queries as campaigns
from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.figures.commands import near_until
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import InvalidInput
from duban.kernel.paging import cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.portal.listing import filter_words
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES, done_share
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import Day
from duban.workbooks.listing import Column, Listing

UNITS_ON_A_PAGE = 200
# The columns, each with the status that opens exactly the records behind its number.
SHOWN = {
    "total": "total",
    "to_sign": "to_sign",
    "signed": "signed",
    "in_hand": "in_hand",
    "asked": "asked_done",
    "done": "done",
    "overdue": "overdue",
    "near_due": "near_due",
}
# What they are made of (those signed for are the rest of those owed), and what the pace of a row is judged by.
_READ = [*(name for name in SHOWN if name != "signed"), "long_term"]
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the table and the status of the list that it opens."""

    name: str
    value: int
    status: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of the table of units: its figures with everything below it, or its own alone."""

    unit: Unit
    figures: Counts
    # The unit of the page itself, beside those below it.
    is_own: bool
    # Counted without anything below it: the unit itself, or one that is listed alone in the actor's scope.
    own_only: bool
    has_below: bool

    @property
    def numbers(self) -> list[Number]:
        """The row's numbers in the order of the columns."""
        return numbers_of(self.figures)

    @property
    def done_share(self) -> float | None:
        """Done of all that is owed."""
        return done_share(self.figures)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """One page of the table of units, with the words of its head."""

    parent: Unit | None
    crumbs: list[Unit]
    rows: list[UnitRow]
    total: Counts
    after: str
    day: Day
    is_past: bool
    elapsed: float | None
    choice: UnitChoice
    campaign: Campaign
    scope: str
    filters: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> list[Number]:
        """The sum in the order of the columns."""
        return numbers_of(self.total)

    @property
    def done_share(self) -> float | None:
        """Done of all that is owed."""
        return done_share(self.total)


def unit_table(
    *,
    actor: Actor,
    campaign: Campaign,
    unit_id: int | None,
    choice: UnitChoice,
    on: date | None,
    today: date,
    after: str = "",
    names: Sequence[str] = (),
) -> UnitTable:
    """
    Return the units below one unit with their figures, in protocol order, or the listed units of a group.

    `on` is a past day; today or later means the day for which the figures are true now. `names` are figures that are
    wanted beside those `SHOWN`.

    :raises NotFound: if this actor may not see the unit's tasks
    :raises InvalidInput: if no figures were kept for that day
    """
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    is_past = on is not None and on < day.as_of
    if is_past and on is not None:
        _require_kept(actor, campaign, on)
        day = Day(on, near_until(actor=actor, day=on))
    scope = actor.scope(TasksCapability.VIEW)
    parent = upper_unit(actor=actor, unit_id=unit_id)
    page = cut(
        _units(scope=scope, parent=parent, on=day.as_of, after=after),
        size=UNITS_ON_A_PAGE,
        key=lambda unit: (unit.order_path, unit.pk),
    )

    read = list(dict.fromkeys([*_READ, *names]))

    def counted(*, whole: Sequence[int], alone: Sequence[int] = ()) -> dict[int, Counts]:
        return figures.sums(
            actor=actor,
            table=TASK_FIGURES,
            campaign_id=campaign.pk,
            whole=whole,
            alone=alone,
            on=day.as_of if is_past else None,
            choice=choice,
            names=read,
        )

    def filled(counts: Counts | None) -> Counts:
        kept = counts or dict.fromkeys(read, 0)
        return kept | {"signed": kept["total"] - kept["to_sign"]}

    own_only = {unit.pk for unit in page.rows if not _is_whole(scope, unit)}
    own_row = [parent.pk] if parent is not None and not after else []
    found = counted(
        whole=sorted(unit.pk for unit in page.rows if unit.pk not in own_only), alone=sorted({*own_only, *own_row})
    )
    rows = [
        UnitRow(unit, filled(found.get(unit.pk)), False, unit.pk in own_only, vars(unit)["has_lower"])
        for unit in page.rows
    ]
    if parent is not None and not after:
        own = filled(found.get(parent.pk))
        if any(own.values()) or not rows:
            rows.insert(0, UnitRow(parent, own, True, True, False))
    total = {name: sum(row.figures[name] for row in rows) for name in rows[0].figures} if rows else filled(None)
    if parent is not None and (after or page.after) and _is_whole(scope, parent):
        # One page of several: the sum is still that of the whole.
        total = filled(counted(whole=[parent.pk]).get(parent.pk))
    return UnitTable(
        parent=parent,
        crumbs=_visible_ancestors(actor=actor, parent=parent) if parent else [],
        rows=rows,
        total=total,
        after=page.after,
        day=day,
        is_past=is_past,
        elapsed=campaigns.elapsed_share(actor=actor, campaign=campaign, on=day.as_of),
        choice=choice,
        campaign=campaign,
        # Whoever answers for one unit covers nothing else.
        scope=covered(
            parent=rows[0].unit if parent is None and not after and len(rows) == 1 else parent, campaign=campaign
        ),
        filters=filter_words(choice),
        labels={figure.name: str(figure.label) for figure in TASK_FIGURES.figures} | {"signed": _("Signed for")},
    )


def upper_unit(*, actor: Actor, unit_id: int | None) -> Unit | None:
    """
    Return the unit whose lower units a table shows; None where the scope is a list of units.

    :raises NotFound: if this actor may not see the unit's tasks
    """
    scope = actor.scope(TasksCapability.VIEW)
    if unit_id is None and len(scope.paths) == 1 and not scope.unit_ids:
        (unit_id,) = scope.heads
    return tasks.unit_in_view(actor=actor, unit_id=unit_id) if unit_id is not None else None


def covered(*, parent: Unit | None, campaign: Campaign) -> str:
    """Return the words for what a table of units covers: the unit at its head, and the campaign."""
    return f"{parent.name if parent else _('Units covered')} · {campaign.name}"


def unit_listing(*, actor: Actor, found: UnitTable) -> Listing:
    """Return the table of units for Excel and Word: the rows of the page and their sum."""
    rows: list[list[object]] = [
        [
            f"{row.unit.shown_name}{_('(itself)')}" if row.is_own else row.unit.shown_name,
            *(number.value for number in row.numbers),
            "" if row.done_share is None else row.done_share,
        ]
        for row in found.rows
    ]
    rows.append(
        [_("Sum"), *(number.value for number in found.totals), "" if found.done_share is None else found.done_share]
    )
    return Listing(
        title=_("Where the units stand"),
        scope=found.scope,
        filters=found.filters,
        as_of=found.day.as_of,
        columns=[
            Column("unit", _("Unit"), width=28),
            *(Column(name, found.labels[name], "integer", 10) for name in SHOWN),
            Column("done_share", _("Share done"), "percent", 10),
        ],
        rows=rows,
        notes=[] if found.elapsed is None else [f"{_('Time elapsed')} {found.elapsed:.0%}"],
    )


def numbers_of(counts: Counts) -> list[Number]:
    """Return the numbers of a row in the order of the columns."""
    return [Number(name, counts[name], status) for name, status in SHOWN.items()]


def _require_kept(actor: Actor, campaign: Campaign, on: date) -> None:
    since = tasks.figures_kept_since(actor=actor, campaign_id=campaign.pk)
    if since is None or on < since:
        raise InvalidInput(
            _("No figures were kept for that day; they begin on %(day)s.") % {"day": since}
            if since
            else _("No figures were kept for that day; the first day has not closed yet.")
        )


def _is_whole(scope: Scope, unit: Unit) -> bool:
    return any(unit.path.startswith(path) for path in scope.paths)


def _units(*, scope: Scope, parent: Unit | None, on: date, after: str) -> list[Unit]:
    # Whether the actor sees others below a unit.
    lower = Unit.objects.filter(organisation.in_force(on=on), organisation.scope_filter(scope=scope))
    units = Unit.objects.filter(organisation.in_force(on=on)).annotate(
        has_lower=Exists(lower.filter(parent=OuterRef("pk")))
    )
    if parent is not None:
        units = units.filter(organisation.scope_filter(scope=scope), parent=parent)
    else:
        # A listed unit inside a whole subtree is counted there already.
        within = organisation.scope_filter(scope=Scope(paths=scope.paths))
        units = units.filter(Q(path__in=scope.paths) | (Q(pk__in=list(scope.unit_ids)) & ~within))
    if after:
        order_path, unit_id = decode_key(after, length=2, kinds=(str, int))
        units = units.filter(Q(order_path__gt=order_path) | Q(order_path=order_path, pk__gt=unit_id))
    return list(units.order_by("order_path", "pk")[: UNITS_ON_A_PAGE + 1])


def _visible_ancestors(*, actor: Actor, parent: Unit) -> list[Unit]:
    scope = actor.scope(TasksCapability.VIEW)
    return [unit for unit in organisation.ancestors(actor=actor, unit=parent) if scope.covers(unit)]
