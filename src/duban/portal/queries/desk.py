"""The office's first screen: what has to be looked at today, what falls due in the coming days, and its lower level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from duban.burden import queries as burden
from duban.burden.policy import BurdenCapability
from duban.campaigns import queries as campaigns
from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.office import queries as office
from duban.office.models import Matter
from duban.office.policy import OfficeCapability
from duban.office.queries import MatterFilter
from duban.office.states import MatterKind, MatterStatus
from duban.organisation.states import Kind
from duban.portal.queries.table import UnitTable, covered, unit_table, upper_unit
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES, done_share
from duban.tasks.policy import TasksCapability
from duban.tasks.queries import Crowded, Day, DueDay

# A desk that lists everything is read by nobody.
ROWS_SHOWN = 10
# As many papers for decision as stand on the first page of the leading group.
DECISIONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One thing to look at: how many, since when the oldest waits, and the word on the button that opens exactly these."""

    name: str
    label: str
    # Counted to 1,001 at most, unless it is exact.
    number: int
    oldest: date | None
    # What the day of the oldest means.
    oldest_words: str
    button: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What an office looks at first."""

    rows: list[DeskRow]
    # Of everything in the scope, in the words of the figures.
    total: dict[str, int]
    day: Day
    # Share of the campaign's time that is over.
    elapsed: float | None
    # The unit and the campaign in words.
    scope: str
    # A sentence where the interval between office meetings is exceeded.
    alert: str

    @property
    def done_share(self) -> float | None:
        """Share of the work that is done."""
        return done_share(self.total)


@dataclass(frozen=True, slots=True)
class Coming:
    """What falls due in the coming working days, and beside the last day of a week the classes that have too much."""

    days: list[DueDay]
    crowded: dict[date, list[Crowded]]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the leading group reads: numbers that open their lists, and what waits for its decision."""

    total: dict[str, int]
    day: Day
    elapsed: float | None
    scope: str
    to_coordinate: int
    decisions: list[Matter]

    @property
    def done_share(self) -> float | None:
        """Share of the work that is done."""
        return done_share(self.total)


def office_desk(*, actor: Actor, campaign: Campaign, today: date) -> Desk:
    """
    Return the office's first screen; each number is that of the list which its button opens.

    What stands beside and below it, `coming` and `places_below`, is asked for by itself: it looks at every item of ten
    days and at every unit, and what has to be looked at today must not wait for that.

    :raises NotAllowed: if this actor assigns nothing
    """
    _require_one_of(actor, TasksCapability.ASSIGN)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    total = _total(actor, campaign)
    return Desk(
        rows=_at_most([*_rows(actor, campaign, day, total), *_burden_rows(actor)]),
        total=total,
        day=day,
        elapsed=campaigns.elapsed_share(actor=actor, campaign=campaign, on=day.as_of),
        scope=covered(parent=upper_unit(actor=actor, unit_id=None), campaign=campaign),
        alert=office.meeting_alert(actor=actor, campaign=campaign, on=today),
    )


def coming(*, actor: Actor, campaign: Campaign, today: date) -> Coming:
    """
    Return what stands beside the office's desk.

    :raises NotAllowed: if this actor assigns nothing
    """
    _require_one_of(actor, TasksCapability.ASSIGN)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    days = tasks.due_days(actor=actor, campaign_id=campaign.pk, day=day)
    crowded = tasks.crowded_classes(actor=actor, campaign_id=campaign.pk, first=day.as_of, last=days[-1].day)
    return Coming(days, _by_last_day(days, crowded))


def places_below(*, actor: Actor, campaign: Campaign, today: date) -> UnitTable:
    """
    Return what stands below the office's desk and the overview: the places that head a level of their own, if any.

    :raises NotAllowed: if this actor neither assigns anything nor belongs to the leading group
    """
    _require_one_of(actor, TasksCapability.ASSIGN, OfficeCapability.DECIDE)
    return _lower_levels(
        unit_table(actor=actor, campaign=campaign, unit_id=None, choice=UnitChoice(), on=None, today=today)
    )


def overview(*, actor: Actor, campaign: Campaign, today: date) -> Overview:
    """
    Return what the leading group reads: each of its numbers opens the list of what it counts (R-637).

    :raises NotAllowed: if this actor does not belong to the leading group
    """
    if not actor.holds(OfficeCapability.DECIDE):
        raise NotAllowed(_("This page is for the leading group."))
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    waits = office.open_matters(actor=actor, campaign_id=campaign.pk, kinds=[MatterKind.COORDINATION])
    to_decide = office.matter_list(
        actor=actor, given=MatterFilter(campaign.pk, MatterKind.DECISION, MatterStatus.OPEN), size=DECISIONS_SHOWN
    )
    return Overview(
        total=_total(actor, campaign),
        day=day,
        elapsed=campaigns.elapsed_share(actor=actor, campaign=campaign, on=day.as_of),
        scope=covered(parent=upper_unit(actor=actor, unit_id=None), campaign=campaign),
        to_coordinate=waits[MatterKind.COORDINATION].number,
        decisions=list(to_decide.rows),
    )


def _require_one_of(actor: Actor, *capabilities: str) -> None:
    if not any(actor.holds(capability) for capability in capabilities):
        raise NotAllowed(_("Your present post does not assign items."))


def _total(actor: Actor, campaign: Campaign) -> dict[str, int]:
    return figures.total(
        actor=actor,
        table=TASK_FIGURES,
        campaign_id=campaign.pk,
        capability=TasksCapability.VIEW,
        names=["total", "done", *tasks.COUNTED_BY_FIGURES],
    )


def _lower_levels(table: UnitTable) -> UnitTable:
    """Return the table with the places alone that head a level of their own, or as it is where there are none."""
    places = [row for row in table.rows if row.unit.kind == Kind.TOP and not row.is_own]
    return replace(table, rows=places) if places else table


def _rows(actor: Actor, campaign: Campaign, day: Day, total: Mapping[str, int]) -> list[DeskRow]:
    words = {
        "to_sign": (_("Unsigned"), _("issued"), _("See details")),
        "due_today": (_("Due today"), "", _("See details")),
        "overdue": (_("Overdue"), _("was due"), _("See details")),
        "asked_done": (_("Waiting for our check"), _("asked"), _("Check each")),
        "change_asked": (_("Change requests"), _("asked"), _("Check each")),
        "declined": (_("Returned to assigner"), _("issued"), _("Decide")),
    }
    found = tasks.waiting(actor=actor, campaign_id=campaign.pk, day=day, counted=total)
    asked = office.open_matters(
        actor=actor, campaign_id=campaign.pk, kinds=[MatterKind.COORDINATION, MatterKind.QUESTION]
    )
    wanted, first = office.count_wanted(actor=actor, campaign_id=campaign.pk)
    of_office = [
        DeskRow(kind, label, asked[kind].number, asked[kind].oldest, _("asked") if asked[kind].oldest else "", button)
        for kind, label, button in (
            (MatterKind.COORDINATION, _("Asked to coordinate"), _("Decide")),
            (MatterKind.QUESTION, _("Questions of units"), _("Answer")),
        )
    ]
    of_office.append(
        DeskRow("wanted", _("Wanted from above"), wanted, first, _("due") if first else "", _("See details"))
    )
    received = tasks.received_waiting(actor=actor, campaign_id=campaign.pk)
    return (
        [
            DeskRow(
                name="to_pass_down",
                label=_("To be passed down"),
                number=received.number,
                oldest=received.oldest,
                oldest_words=_("issued") if received.oldest else "",
                button=_("Pass down"),
            )
        ]
        + [
            DeskRow(
                name=name,
                label=label,
                number=found[name].number,
                oldest=found[name].oldest,
                oldest_words=since if found[name].oldest else "",
                button=button,
                is_exact=name in tasks.COUNTED_BY_FIGURES,
            )
            for name, (label, since, button) in words.items()
        ]
        + of_office
    )


def _burden_rows(actor: Actor) -> list[DeskRow]:
    """Return what waits for the office in the ledger: units that say of an item that it need not be asked."""
    rows = []
    if actor.holds(BurdenCapability.ASK):
        waiting = burden.open_objections(actor=actor)
        told = _("asked") if waiting.oldest else ""
        label = _("Units say: need not be asked")
        rows.append(DeskRow("objections", label, waiting.number, waiting.oldest, told, _("Answer")))
    return rows


def _at_most(rows: list[DeskRow]) -> list[DeskRow]:
    """Leave out rows of which nothing waits, the last first, until no more stand there than can be read at once."""
    empty = [row.name for row in rows if not row.number]
    left_out = set(empty[max(0, len(empty) - max(0, len(rows) - ROWS_SHOWN)) :])
    return [row for row in rows if row.name not in left_out]


def _by_last_day(days: Sequence[DueDay], crowded: Sequence[Crowded]) -> dict[date, list[Crowded]]:
    """Put the classes of each week beside the last day of that week on which something falls due."""
    found: dict[date, list[Crowded]] = {}
    for one in crowded:
        within = [each.day for each in days if 0 <= (each.day - one.week).days < 7]
        if within:
            found.setdefault(within[-1], []).append(one)
    return found
