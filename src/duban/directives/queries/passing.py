"""What must be relayed, and when and how each unit did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.burden import queries as burden
from duban.burden.queries import Asking, Cost
from duban.burden.states import DemandKind
from duban.directives.models import Document, MeetingSpeech, Passing, UnitPassing
from duban.directives.policy import DirectivesCapability, may_ask_passing, may_enter_for
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor, merge_scopes, path_end
from duban.kernel.errors import InvalidInput, NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.shell.templatetags.shell import day as day_word
from duban.workdays import queries as workdays
from duban.workdays.expressions import Calendar

PAGE_SIZE = 30
UNITS_ON_A_PAGE = 200
# What a table of one paper is narrowed to. The last shows an absence of records, so it stays on the page.
STATES = ("", "recorded", "over", "unrecorded")
ON_THE_PAGE_ONLY = "unrecorded"


@dataclass(frozen=True, slots=True)
class PassingLine:
    """One paper or meeting that must be relayed: how many units in the reader's view have recorded it."""

    passing: Passing
    units: int
    recorded: int
    over: int


@dataclass(frozen=True, slots=True)
class PassingRow:
    """One unit: when and how it passed the paper on, and the days it took; None where nothing is recorded."""

    row: UnitPassing
    days: int | None
    workdays: int | None
    is_over: bool
    may_enter: bool
    # Nothing is recorded and the limit is past: seen on the page by the unit and its office only (design rule 9).
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class PassingTable:
    """One page of the units that pass a paper on, in protocol order, with the words of its head."""

    passing: Passing
    rows: Sequence[PassingRow]
    after: str
    choice: UnitChoice
    state: str
    scope: str
    # Numbers over everything in the reader's view, whatever the filters.
    line: PassingLine
    may_open: bool
    may_end: bool
    may_enter_many: bool


def units_to_relay(*, actor: Actor, unit: Unit, choice: UnitChoice, on: date) -> QuerySet[Unit]:
    """Return the units below the asking one that a choice means on a day; a class never contains that unit itself."""
    condition = Q()
    for column, values in (
        ("level", choice.levels),
        ("field", choice.fields),
        ("kind", choice.kinds),
        ("rank", choice.ranks),
    ):
        if values:
            condition &= Q(**{f"{column}__in": values})
    return Unit.objects.filter(
        condition, organisation.in_force(on=on), path__gte=unit.path, path__lt=path_end(unit.path)
    ).exclude(pk=unit.pk)


def cost_of_passing(*, actor: Actor, unit: Unit, choice: UnitChoice, on: date) -> Cost:
    """Return what having a paper relayed would cost the units; the caller has checked that the actor may ask them."""
    units = units_to_relay(actor=actor, unit=unit, choice=choice, on=on)
    return burden.cost_of(actor=actor, units=units, asked=[Asking(DemandKind.DOCUMENT, on)])


def visible_passings(*, actor: Actor, campaign_id: int | None = None) -> QuerySet[Passing]:
    """Return what must be relayed: asked for by an office in view, or asked of a unit in view; newest first."""
    passings = Passing.objects.select_related("unit", "campaign", "document", "meeting").order_by("-id")
    passings = passings.defer("document__raw_text", "document__findings")
    if campaign_id is not None:
        passings = passings.filter(campaign_id=campaign_id)
    if actor.is_system:
        return passings
    asked = UnitPassing.objects.filter(_in_view(actor), passing=OuterRef("pk"))
    return passings.filter(
        organisation.scope_filter(scope=actor.scope(DirectivesCapability.VIEW), unit="unit") | Exists(asked)
    )


def get_passing(*, actor: Actor, passing_id: int) -> Passing:
    """
    Return one paper or meeting that must be relayed.

    :raises NotFound: if there is none, or it concerns no unit in this actor's view
    """
    passing = visible_passings(actor=actor).filter(pk=passing_id).first()
    if passing is None:
        raise NotFound(_("There is nothing of this kind to be relayed."))
    return passing


def passing_lines(
    *, actor: Actor, campaign_id: int | None, after: str = "", size: int = PAGE_SIZE
) -> Page[PassingLine]:
    """
    Return one page of what must be relayed, newest first, counted over the units in view.

    :raises InvalidInput: if `after` is damaged
    """
    passings = visible_passings(actor=actor, campaign_id=campaign_id)
    if after:
        passings = passings.filter(pk__lt=decode_key(after, length=1, kinds=(int,))[0])
    page = cut(list(passings[: size + 1]), size=size, key=lambda passing: (passing.pk,))
    return Page(_lines(actor, page.rows), page.after)


def passing_table(
    *,
    actor: Actor,
    passing_id: int,
    on: date,
    choice: UnitChoice | None = None,
    state: str = "",
    after: str = "",
    size: int = UNITS_ON_A_PAGE,
) -> PassingTable:
    """
    Return the units in view that pass a paper on, in protocol order, with the days that each took (R-692, R-694).

    :raises NotFound: if there is none, or it concerns no unit in this actor's view
    :raises InvalidInput: if `after` is damaged
    """
    passing = get_passing(actor=actor, passing_id=passing_id)
    choice = choice or UnitChoice()
    state = state if state in STATES else ""
    rows = _ordered(_narrowed(actor, passing, choice, state))
    if after:
        order_path, unit_id = decode_key(after, length=2, kinds=(str, int))
        rows = rows.filter(Q(unit__order_path__gt=order_path) | Q(unit__order_path=order_path, unit_id__gt=unit_id))
    page = cut(list(rows[: size + 1]), size=size, key=lambda row: (row.unit.order_path, row.unit_id))
    shown = list(_rows(actor, passing, page.rows, on))
    (line,) = _lines(actor, [passing])
    return PassingTable(
        passing=passing,
        rows=shown,
        after=page.after,
        choice=choice,
        state=state,
        scope=f"{passing.unit.name} · {passing.campaign.name}",
        line=line,
        may_open=_may_open(actor, passing),
        may_end=bool(may_ask_passing(actor, passing)) and passing.ended_at is None,
        may_enter_many=passing.ended_at is None and sum(1 for row in shown if row.may_enter) > 1,
    )


def passing_rows(
    *, actor: Actor, passing_id: int, on: date, choice: UnitChoice | None = None, state: str = ""
) -> Iterator[PassingRow]:
    """
    Yield every row of the table for a file, in protocol order.

    :raises NotFound: if there is none, or it concerns no unit in this actor's view
    :raises InvalidInput: if the list would be one of absent records, which stays on the page (design rule 9)
    """
    passing = get_passing(actor=actor, passing_id=passing_id)
    if state == ON_THE_PAGE_ONLY:
        raise InvalidInput(_("A list of absent records stays on the page. Choose another filter for the file."))
    found = _ordered(_narrowed(actor, passing, choice or UnitChoice(), state))
    return _rows(actor, passing, list(found), on)


def passing_reminder(*, actor: Actor, passing: Passing, choice: UnitChoice, link: str, on: date) -> str:
    """
    Return a text for the group chat that asks units other than the actor's own to record what they relayed.

    Numbers, dates and the link: neither the title of a speech, which may name somebody, nor which units have no record;
    that list stays on the page (design rule 9). Empty where no unit for which this actor enters is left to record, or
    where it is no longer asked for.
    """
    if passing.ended_at is not None:
        return ""
    asked = _narrowed(actor, passing, choice, "").filter(_own(actor)).exclude(unit_id=actor.unit_id or 0)
    told = asked.aggregate(units=Count("pk"), recorded=Count("passed_on"))
    if told["recorded"] == told["units"]:
        return ""
    head = _("Relaying of what is dated %(dated)s, to be done by %(limit)s (as of %(day)s).")
    lines = [
        head % {"dated": day_word(passing.dated_on), "limit": day_word(passing.limit_until), "day": day_word(on)},
        _("Recorded by %(recorded)d of %(units)d units; what is done and not recorded yet, please record.") % told,
        _("Record it here: %(link)s") % {"link": link},
    ]
    return "\n".join(map(str, lines))


def owed_passings(*, actor: Actor, campaign_id: int, on: date) -> list[PassingRow]:
    """
    Return what the units for which this actor enters must relay, newest first: the own unit's before those below.

    At most 200 rows; a township finds the rest in the table of each paper.
    """
    scope = actor.scope(DirectivesCapability.PASS_ON)
    rows = (
        UnitPassing.objects.select_related("unit", "passing__unit")
        .filter(
            organisation.scope_filter(scope=scope, unit="unit"),
            passing__campaign_id=campaign_id,
            passing__ended_at__isnull=True,
        )
        .order_by("-passing_id", "unit__order_path", "unit_id")
    )
    own = list(rows.filter(unit_id=actor.unit_id or 0)[:UNITS_ON_A_PAGE])
    others = list(rows.exclude(unit_id=actor.unit_id or 0)[: UNITS_ON_A_PAGE - len(own)])
    calendar = workdays.calendar(actor=actor)
    return [_row(actor, row.passing, row, calendar, on) for row in [*own, *others]]


def recorded_of_unit(*, actor: Actor, unit_id: int, campaign_id: int) -> list[UnitPassing]:
    """
    Return what one unit has recorded as relayed, newest first.

    :raises NotFound: if the unit does not stand in this actor's view
    """
    rows = (
        UnitPassing.objects.filter(_in_view(actor), unit_id=unit_id)
        if not actor.is_system
        else (UnitPassing.objects.filter(unit_id=unit_id))
    )
    return list(
        rows.select_related("passing__document", "passing__meeting", "unit")
        .defer("passing__document__raw_text", "passing__document__findings")
        .filter(passing__campaign_id=campaign_id, passed_on__isnull=False)
        .order_by("-passing_id")[:UNITS_ON_A_PAGE]
    )


def recorded_of_passing(*, actor: Actor, passing_id: int) -> list[UnitPassing]:
    """
    Return the units for which this actor enters that have recorded a paper as relayed, in protocol order.

    :raises NotFound: if there is none, or it concerns no unit in this actor's view
    """
    passing = get_passing(actor=actor, passing_id=passing_id)
    rows = _narrowed(actor, passing, UnitChoice(), "recorded")
    return list(_ordered(rows if actor.is_system else rows.filter(_own(actor))))


def texts_of(*, actor: Actor, passings: Sequence[Passing]) -> dict[int, set[int]]:
    """Return for each of these the ids of its texts: the paper, or the speeches and minutes of the meeting."""
    found = {passing.pk: {passing.document_id} if passing.document_id else set() for passing in passings}
    meetings = {passing.meeting_id: passing.pk for passing in passings if passing.meeting_id}
    speeches = MeetingSpeech.objects.filter(meeting__in=list(meetings), document__isnull=False)
    minutes = Document.objects.filter(minutes_of__in=list(meetings))
    for meeting_id, document_id in [
        *speeches.values_list("meeting_id", "document_id"),
        *minutes.values_list("minutes_of_id", "pk"),
    ]:
        found[meetings[meeting_id]].add(document_id)
    return found


def places_to_ask(*, actor: Actor, campaign_path: str) -> list[Unit]:
    """Return the units whose office may ask for relaying in a campaign: the present one first, at most twenty."""
    units = organisation.units_where(actor=actor, capability=DirectivesCapability.EDIT).filter(
        path__startswith=campaign_path
    )
    own = list(units.filter(pk=actor.unit_id or 0))
    return own + list(units.exclude(pk=actor.unit_id or 0).order_by("order_path")[: 20 - len(own)])


def _in_view(actor: Actor) -> Q:
    scope = merge_scopes([actor.scope(DirectivesCapability.VIEW), actor.scope(DirectivesCapability.PASS_ON)])
    return organisation.scope_filter(scope=scope, unit="unit")


def _own(actor: Actor) -> Q:
    """The units themselves and their office: who alone sees that nothing is recorded (design rule 9)."""
    scope = merge_scopes([actor.scope(DirectivesCapability.EDIT), actor.scope(DirectivesCapability.PASS_ON)])
    return organisation.scope_filter(scope=scope, unit="unit")


def _narrowed(actor: Actor, passing: Passing, choice: UnitChoice, state: str) -> QuerySet[UnitPassing]:
    rows = UnitPassing.objects.filter(passing=passing)
    if not actor.is_system:
        rows = rows.filter(_in_view(actor))
    for column, values in (
        ("unit__level", choice.levels),
        ("unit__field", choice.fields),
        ("unit__kind", choice.kinds),
        ("unit__rank", choice.ranks),
    ):
        if values:
            rows = rows.filter(**{f"{column}__in": values})
    if state == "recorded":
        rows = rows.filter(passed_on__isnull=False)
    elif state == "over":
        rows = rows.filter(passed_on__gt=passing.limit_until)
    elif state == ON_THE_PAGE_ONLY:
        rows = rows.filter(passed_on__isnull=True)
        if not actor.is_system:
            rows = rows.filter(_own(actor))
    return rows


def _ordered(rows: QuerySet[UnitPassing]) -> QuerySet[UnitPassing]:
    return rows.select_related("unit").order_by("unit__order_path", "unit_id")


def _rows(actor: Actor, passing: Passing, rows: Sequence[UnitPassing], on: date) -> Iterator[PassingRow]:
    calendar = workdays.calendar(actor=actor)
    return (_row(actor, passing, row, calendar, on) for row in rows)


def _row(actor: Actor, passing: Passing, row: UnitPassing, calendar: Calendar, on: date) -> PassingRow:
    passed_on = row.passed_on
    may_enter = bool(may_enter_for(actor, row.unit))
    return PassingRow(
        row=row,
        days=None if passed_on is None else (passed_on - passing.dated_on).days,
        workdays=None if passed_on is None else calendar.workdays_between(passing.dated_on, passed_on),
        is_over=passed_on is not None and passed_on > passing.limit_until,
        may_enter=passing.ended_at is None and may_enter,
        is_silent=passed_on is None and on > passing.limit_until and may_enter,
    )


def _lines(actor: Actor, passings: Sequence[Passing]) -> list[PassingLine]:
    rows = UnitPassing.objects.filter(passing__in=passings)
    if not actor.is_system:
        rows = rows.filter(_in_view(actor))
    counted = {
        row["passing_id"]: row
        for row in rows.values("passing_id").annotate(
            units=Count("pk"),
            recorded=Count("passed_on"),
            over=Count("pk", filter=Q(passed_on__gt=F("passing__limit_until"))),
        )
    }
    none = {"units": 0, "recorded": 0, "over": 0}
    found = []
    for passing in passings:
        numbers = counted.get(passing.pk, none)
        found.append(PassingLine(passing, numbers["units"], numbers["recorded"], numbers["over"]))
    return found


def _may_open(actor: Actor, passing: Passing) -> bool:
    """Whether the reader may see the text itself, not only that it must be relayed."""
    home = passing.document.unit if passing.document is not None else passing.unit
    return actor.is_system or actor.scope(DirectivesCapability.VIEW).covers(home)
