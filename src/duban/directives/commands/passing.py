"""Relaying what comes from above: who must, and when and how each unit did (传达)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.burden import commands as burden
from duban.burden.commands import DemandText
from duban.burden.states import DemandKind
from duban.directives import queries
from duban.directives.commands.taking_in import office_of
from duban.directives.models import Document, Meeting, Passing, UnitPassing
from duban.directives.policy import may_ask_passing, may_enter_for
from duban.directives.states import Manner
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound
from duban.organisation.models import Unit
from duban.workdays import queries as workdays

# Days from the upper meeting or paper to the local one, unless the office says otherwise.
USUAL_LIMIT = 7
LONGEST_LIMIT = 366
LONGEST_REMARK = 200
MOST_AT_ONCE = 1000


@transaction.atomic
def require_passing(
    *,
    actor: Actor,
    unit_id: int,
    at: datetime,
    document_id: int | None = None,
    meeting_id: int | None = None,
    limit_days: int = USUAL_LIMIT,
    is_workdays: bool = False,
    choice: UnitChoice | None = None,
) -> Passing:
    """
    Say that a paper or a meeting must be relayed, and by which units below `unit_id`: all, or those of a class (R-692).

    The units are fixed now. The days run from the date of the paper or meeting; `limit_days` of them, calendar days or
    working days, are allowed.

    :raises NotFound: if this actor cannot see the unit, the paper or the meeting
    :raises NotAllowed: if this actor's office does not stand at the unit
    :raises InvalidInput: if not exactly one of paper and meeting is named, it has no date, the limit is not between 0 and
        366, no unit is chosen, it must be relayed there already, or the ledger refuses (a cap, a closed period)
    """
    document, meeting = _subject(actor, document_id, meeting_id)
    subject: Document | Meeting = document or meeting  # type: ignore[assignment]
    _campaign, unit = office_of(actor=actor, campaign_id=subject.campaign_id, unit_id=unit_id)
    dated_on = document.dated_on if document is not None else meeting.held_on if meeting is not None else None
    if dated_on is None:
        raise InvalidInput(_("The paper has no date yet. Give it one first; the days count from it."))
    if not 0 <= limit_days <= LONGEST_LIMIT:
        outside = _("The limit lies between 0 and %(most)d days.") % {"most": LONGEST_LIMIT}
        raise InvalidInput(outside, fields={"limit_days": outside})
    earlier = Passing.objects.filter(unit=unit, document=document, meeting=meeting, ended_at__isnull=True).first()
    if earlier is not None:
        raise InvalidInput(_("This must be relayed here already."), passing_id=earlier.pk)
    choice = choice or UnitChoice()
    until = (
        workdays.calendar(actor=actor).add_workdays(dated_on, limit_days)
        if is_workdays
        else dated_on + timedelta(days=limit_days)
    )

    passing = Passing.objects.create(
        campaign_id=subject.campaign_id,
        unit=unit,
        document=document,
        meeting=meeting,
        title=subject.title,
        dated_on=dated_on,
        limit_days=limit_days,
        is_workdays=is_workdays,
        limit_until=until,
        rule={
            "levels": list(choice.levels),
            "fields": list(choice.fields),
            "kinds": list(choice.kinds),
            "ranks": list(choice.ranks),
        },
        created_by=actor.user_id or 0,
        created_at=at,
    )
    passing.unit_count = _fix_units(actor, passing, unit, choice, timezone.localdate(at))
    if not passing.unit_count:
        raise InvalidInput(_("No unit belongs to this choice today. Please choose again."))
    passing.save(update_fields=["unit_count"])
    _book_burden(actor=actor, passing=passing, at=at)

    _record(
        actor,
        passing,
        at,
        "require",
        {"title": passing.title, "units": passing.unit_count, "rule": passing.rule, "limit_until": until},
    )
    return passing


@transaction.atomic
def end_passing(*, actor: Actor, passing_id: int, reason: str, at: datetime) -> Passing:
    """
    Stop asking; what was recorded stays.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if another office asked for it
    :raises IllegalStep: if it was ended before
    :raises InvalidInput: if no reason is given
    """
    passing = _open(actor, passing_id)
    may_ask_passing(actor, passing).require()
    if not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})

    # Ended once, whoever presses at the same time.
    ended = Passing.objects.filter(pk=passing.pk, ended_at__isnull=True).update(
        ended_at=at, ended_reason=reason.strip()[:300]
    )
    if not ended:
        raise IllegalStep(_("This need not be relayed any more."))
    passing.refresh_from_db(fields=["ended_at", "ended_reason"])

    _record(actor, passing, at, "end", {"reason": passing.ended_reason})
    return passing


@transaction.atomic
def record_passing(
    *,
    actor: Actor,
    passing_id: int,
    unit_ids: Sequence[int],
    passed_on: date,
    manner: str,
    at: datetime,
    remark: str = "",
) -> int:
    """
    Record when and how units relayed it, and return how many were recorded (R-692).

    A unit enters its own in one line and may correct it. An office enters for many at once; units that have entered their
    own then keep it.

    :raises NotFound: if this actor cannot see it, or one of the units need not relay it
    :raises NotAllowed: if this actor enters for none of the units
    :raises IllegalStep: if nothing is asked any more
    :raises InvalidInput: if no unit is chosen, the manner is unknown, or the day lies before the paper or after today
    """
    passing = _open(actor, passing_id)
    wanted = sorted(set(unit_ids))
    if not wanted:
        raise InvalidInput(_("Please choose at least one unit."))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(_("At most %(most)d units can be entered at once.") % {"most": MOST_AT_ONCE})
    _check_line(passing, passed_on, manner, remark, timezone.localdate(at))
    rows = list(
        UnitPassing.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(passing=passing, unit_id__in=wanted)
        .order_by("unit_id")
    )
    if len(rows) != len(wanted):
        raise NotFound(_("One of these units need not relay it."))
    for row in rows:
        may_enter_for(actor, row.unit).require()
    changed = [row for row in rows if len(rows) == 1 or row.passed_on is None]
    before = [[row.unit_id, row.passed_on, row.manner] for row in changed if row.passed_on is not None]

    UnitPassing.objects.filter(pk__in=[row.pk for row in changed]).update(
        passed_on=passed_on,
        manner=manner,
        remark=remark.strip(),
        entered_by=actor.user_id,
        entered_at=at,
        entered_unit_id=actor.unit_id,
    )

    if changed:
        _record(
            actor,
            passing,
            at,
            "record",
            {
                "units": [row.unit_id for row in changed],
                "passed_on": passed_on,
                "manner": manner,
                "remark": remark.strip(),
                "before": before,
            },
        )
    return len(changed)


def _subject(actor: Actor, document_id: int | None, meeting_id: int | None) -> tuple[Document | None, Meeting | None]:
    if (document_id is None) == (meeting_id is None):
        raise InvalidInput(_("Please choose one paper or one meeting."))
    if document_id is not None:
        return queries.get_document(actor=actor, document_id=document_id), None
    meeting = queries.get_meeting(actor=actor, meeting_id=meeting_id or 0)
    if meeting.withdrawn_at is not None:
        raise IllegalStep(_("This meeting was withdrawn."))
    return None, meeting


def _fix_units(actor: Actor, passing: Passing, unit: Unit, choice: UnitChoice, on: date) -> int:
    """Give each unit of the choice its row, in one statement."""
    units = queries.units_to_relay(actor=actor, unit=unit, choice=choice, on=on)
    query, parameters = units.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directives_unitpassing (passing_id, unit_id, manner, remark)"
            f" SELECT %s, chosen.id, '', '' FROM ({query}) AS chosen(id) ORDER BY chosen.id",
            [passing.pk, *parameters],
        )
        return int(cursor.rowcount)


def _book_burden(*, actor: Actor, passing: Passing, at: datetime) -> None:
    """Book what the units are to read and relay: it counts as a document of each (R-568)."""
    today = timezone.localdate(at)
    burden.book(
        actor=actor,
        text=DemandText(
            source=f"passing {passing.pk}",
            kind=DemandKind.DOCUMENT,
            asker_id=passing.unit_id,
            what=passing.title,
            path=reverse("directives:passing", args=[passing.pk]),
            campaign_id=passing.campaign_id,
            # A limit that was over before it was asked for falls due in no week.
            due_on=passing.limit_until if passing.limit_until >= today else None,
        ),
        units=Unit.objects.filter(pk__in=UnitPassing.objects.filter(passing=passing).values("unit_id")),
        at=at,
    )


def _check_line(passing: Passing, passed_on: date, manner: str, remark: str, today: date) -> None:
    if manner not in Manner.values:
        raise InvalidInput(_("Please choose how it was relayed."))
    if passed_on < passing.dated_on:
        earlier = _("It cannot have been relayed before it was said.")
        raise InvalidInput(earlier, fields={"passed_on": earlier})
    if passed_on > today:
        later = _("Please enter it once it has been relayed.")
        raise InvalidInput(later, fields={"passed_on": later})
    if len(remark.strip()) > LONGEST_REMARK:
        long = _("At most %(most)d characters fit here.") % {"most": LONGEST_REMARK}
        raise InvalidInput(long, fields={"remark": long})


def _open(actor: Actor, passing_id: int) -> Passing:
    passing = queries.get_passing(actor=actor, passing_id=passing_id)
    if passing.ended_at is not None:
        raise IllegalStep(_("This need not be relayed any more."))
    return passing


def _record(actor: Actor, passing: Passing, at: datetime, verb: str, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=f"passing.{verb}",
        object_kind="passing",
        object_id=passing.pk,
        unit_id=passing.unit_id,
        at=at,
        payload=payload,
    )
