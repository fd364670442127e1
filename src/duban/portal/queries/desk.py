"""The office's first screen: what has to be looked at today, what falls due in the coming days, and its lower level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from duban.burden import queries as burden
from duban.burden.policy import BurdenCapability
from duban.campaigns.models import Campaign
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.office import queries as office
from duban.office.models import Matter
from duban.office.policy import OfficeCapability
from duban.office.queries import MatterFilter
from duban.office.states import MatterKind, MatterStatus
from duban.organisation.states import Kind
from duban.portal.queries.table import UnitTable, unit_table
from duban.tasks import queries as tasks
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
    number: int
    oldest: date | None
    # What the day of the oldest means.
    oldest_words: str
    button: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What an office looks at first."""

    rows: list[DeskRow]
    days: list[DueDay]
    crowded: dict[date, list[Crowded]]
    table: UnitTable
    day: Day
    # A sentence where the interval between office meetings is exceeded.
    alert: str

    @property
    def elapsed(self) -> float | None:
        """Share of the campaign's time that is over."""
        return self.table.elapsed

    @property
    def done_share(self) -> float | None:
        """Share of the work that is done."""
        return self.table.done_share


@dataclass(frozen=True, slots=True)
class Overview:
    """What the leading group reads: numbers that open their lists, what waits for its decision, the places below."""

    table: UnitTable
    to_coordinate: int
    decisions: list[Matter]


def office_desk(*, actor: Actor, campaign: Campaign, today: date) -> Desk:
    """
    Return the office's first screen; each number is that of the list which its button opens.

    :raises NotAllowed: if this actor assigns nothing
    """
    if not actor.holds(TasksCapability.ASSIGN):
        raise NotAllowed(_("Your present post does not assign items."))
    table = unit_table(actor=actor, campaign=campaign, unit_id=None, choice=UnitChoice(), on=None, today=today)
    days = tasks.due_days(actor=actor, campaign_id=campaign.pk, day=table.day)
    return Desk(
        rows=_at_most([*_rows(actor, campaign, table), *_burden_rows(actor)]),
        days=days,
        crowded=_by_last_day(days, tasks.crowded_classes(actor=actor, campaign_id=campaign.pk, days=days)),
        table=table,
        day=table.day,
        alert=office.meeting_alert(actor=actor, campaign=campaign, on=today),
    )


def overview(*, actor: Actor, campaign: Campaign, today: date) -> Overview:
    """
    Return what the leading group reads: each of its numbers opens the list of what it counts (R-637).

    :raises NotAllowed: if this actor does not belong to the leading group
    """
    if not actor.holds(OfficeCapability.DECIDE):
        raise NotAllowed(_("This page is for the leading group."))
    waits = office.open_matters(actor=actor, campaign_id=campaign.pk, kinds=[MatterKind.COORDINATION])
    to_decide = office.matter_list(
        actor=actor, given=MatterFilter(campaign.pk, MatterKind.DECISION, MatterStatus.OPEN), size=DECISIONS_SHOWN
    )
    return Overview(
        table=unit_table(actor=actor, campaign=campaign, unit_id=None, choice=UnitChoice(), on=None, today=today),
        to_coordinate=waits[MatterKind.COORDINATION].number,
        decisions=list(to_decide.rows),
    )


def lower_levels(*, actor: Actor, table: UnitTable) -> UnitTable:
    """Return the table with the places alone that head a level of their own, or as it is where there are none."""
    places = [row for row in table.rows if row.unit.kind == Kind.TOP and not row.is_own]
    return replace(table, rows=places) if places else table


def _rows(actor: Actor, campaign: Campaign, table: UnitTable) -> list[DeskRow]:
    words = {
        "to_sign": (_("Unsigned"), _("issued"), _("See details")),
        "due_today": (_("Due today"), "", _("See details")),
        "overdue": (_("Overdue"), _("was due"), _("See details")),
        "asked_done": (_("Waiting for our check"), _("asked"), _("Check each")),
        "change_asked": (_("Change requests"), _("asked"), _("Check each")),
        "declined": (_("Returned to assigner"), _("issued"), _("Decide")),
    }
    found = tasks.waiting(actor=actor, campaign_id=campaign.pk, day=table.day)
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
                # What the figures have counted is exact beyond a thousand.
                number=table.total[name] if name in tasks.COUNTED_BY_FIGURES else found[name].number,
                oldest=found[name].oldest,
                oldest_words=since if found[name].oldest else "",
                button=button,
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
