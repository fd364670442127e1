"""Opening, preparing and settling the matters of an office."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.burden import commands as burden
from duban.burden.commands import DemandText
from duban.burden.states import DemandKind
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.kernel.words import bigrams
from duban.office import queries
from duban.office.models import Matter, MatterStep
from duban.office.policy import kinds_of, may_prepare, may_settle
from duban.office.states import ANSWER_WORKDAYS, MATTER_FLOW, RULES, MatterKind, MatterStatus
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks import commands as tasks
from duban.tasks import queries as task_queries
from duban.tasks.models import Assignment
from duban.workdays import queries as workdays

MOST_OPTIONS = 9


@dataclass(frozen=True, slots=True)
class MatterText:
    """What is written about a matter; which of it a kind has stands in states.RULES."""

    title: str
    text: str = ""
    addressee: str = ""
    # The visited place, by its name.
    place: str = ""
    task_id: int | None = None
    due_on: date | None = None
    interval_days: int | None = None
    options: Sequence[str] = field(default_factory=tuple)
    # A checklist whose lines become the steps.
    checklist_id: int | None = None


@transaction.atomic
def open_matter(*, actor: Actor, campaign_id: int, kind: str, text: MatterText, at: datetime) -> Matter:
    """
    Open a matter: a question goes to the nearest office above, everything else is the own office's.

    A question is answered within three working days. What has nothing to settle — solutions, whom we serve, checklists —
    is kept as it is written. A visit is booked in the burden ledger of the place that is visited.

    :raises NotFound: if this actor cannot see the campaign, the item or the checklist, or there is no office above
    :raises NotAllowed: if this actor may not open that kind
    :raises InvalidInput: if something is missing or too long, or the ledger refuses the visit
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    if kind not in kinds_of(actor):
        raise NotAllowed(_("Your present post does not open this kind of matter."))
    rule, today = RULES[kind], timezone.localdate(at)
    unit: Unit | None = None
    due_on = text.due_on
    if rule.is_asked_by_units:
        unit = _asker(actor)
        office = queries.office_above(actor=actor, unit=unit, at=at)
        due_on = workdays.calendar(actor=actor).add_workdays(today, ANSWER_WORKDAYS)
    else:
        office = queries.keeping_office(actor=actor)
        if text.place.strip():
            unit = organisation.unit_named(actor=actor, text=text.place, on=today)
    if kind == MatterKind.UPWARD:
        due_on = today
    task = task_queries.get_task(actor=actor, task_id=text.task_id) if text.task_id is not None else None
    options = [option.strip()[:300] for option in text.options if option.strip()]
    _check(kind, text, due_on, options)

    is_kept = not rule.outcome_word and rule.is_knowledge
    matter = Matter.objects.create(
        campaign=campaign,
        office=office,
        kind=kind,
        status=MatterStatus.CLOSED if is_kept else MatterStatus.OPEN,
        title=text.title.strip(),
        text=text.text.strip(),
        addressee=text.addressee.strip()[:120],
        unit=unit,
        task=task,
        due_on=due_on,
        interval_days=text.interval_days,
        options=options,
        is_shared=is_kept,
        opened_at=at,
        opened_by=actor.user_id,
        opened_name=_name(actor),
        closed_at=at if is_kept else None,
        closed_by=actor.user_id if is_kept else None,
        closed_name=_name(actor) if is_kept else "",
    )
    if text.checklist_id is not None:
        _take_over_checklist(actor, matter, text.checklist_id)
    _index(matter)
    if kind == MatterKind.VISIT and unit is not None:
        burden.book(
            actor=actor,
            text=DemandText(
                source=f"matter {matter.pk}",
                kind=DemandKind.VISIT,
                asker_id=office.pk,
                what=matter.title,
                campaign_id=campaign.pk,
                on=due_on,
            ),
            units=Unit.objects.filter(pk=unit.pk),
            at=at,
        )
    _record(actor, matter, "open", at, {"kind": kind, "title": matter.title, "due_on": due_on})
    return matter


@transaction.atomic
def settle(
    *, actor: Actor, matter_id: int, outcome: str, at: datetime, chosen: int | None = None, is_shared: bool = False
) -> Matter:
    """
    Settle a matter: the answer, the decision, the minutes, how it went.

    `chosen` is the number of the option that was decided for; a settled question may be shared with all units below.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor may not settle it
    :raises IllegalStep: if it is settled already
    :raises InvalidInput: if nothing is said, or there is no such option
    """
    matter = _locked(actor, matter_id)
    may_settle(actor, matter).require()
    step = MATTER_FLOW.step("settle", source=matter.status)
    rule = RULES[matter.kind]
    if chosen is not None and not 1 <= chosen <= len(matter.options):
        raise InvalidInput(_("There is no such option."), fields={"chosen": _("There is no such option.")})
    if not outcome.strip() and chosen is not None:
        outcome = matter.options[chosen - 1]
    if not outcome.strip():
        empty = _("Please write it down in a sentence.")
        raise InvalidInput(empty, fields={"outcome": empty})

    matter.status = step.target
    matter.outcome = outcome.strip()
    matter.chosen = chosen
    matter.is_shared = is_shared and rule.is_knowledge
    matter.closed_at, matter.closed_by, matter.closed_name = at, actor.user_id, _name(actor)
    if matter.kind == MatterKind.MEETING and matter.due_on is None:
        matter.due_on = timezone.localdate(at)
    matter.version += 1
    matter.save(
        update_fields=[
            *("status", "outcome", "chosen", "is_shared", "closed_at", "closed_by", "closed_name", "due_on", "version"),
        ]
    )
    _index(matter)
    _record(actor, matter, "settle", at, {"outcome": matter.outcome, "chosen": chosen, "is_shared": matter.is_shared})
    return matter


@transaction.atomic
def share(*, actor: Actor, matter_id: int, is_shared: bool, at: datetime) -> Matter:
    """
    Show a settled answer to all units below, or no longer.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor does not keep it
    :raises IllegalStep: if it is not settled, or its kind is not for all
    """
    matter = _locked(actor, matter_id)
    may_prepare(actor, matter).require()
    if matter.status != MatterStatus.CLOSED or not RULES[matter.kind].is_knowledge:
        raise IllegalStep(_("Only a settled question or a solution is shared with all units."))
    matter.is_shared = is_shared
    matter.version += 1
    matter.save(update_fields=["is_shared", "version"])
    _record(actor, matter, "share", at, {"is_shared": is_shared})
    return matter


@transaction.atomic
def add_step(
    *,
    actor: Actor,
    matter_id: int,
    text: str,
    owner: str,
    at: datetime,
    due_on: date | None = None,
    days_before: int = 0,
) -> MatterStep:
    """
    Add a step: a preparation, a decision of a meeting, a line of a checklist with its days before the event.

    :raises NotFound: if this actor cannot see the matter
    :raises NotAllowed: if this actor does not keep it
    :raises InvalidInput: if nothing is said, or the kind has no steps
    """
    matter = _locked(actor, matter_id)
    may_prepare(actor, matter).require()
    if not RULES[matter.kind].has_steps:
        raise InvalidInput(_("This kind of matter has no steps."))
    if not text.strip():
        empty = _("Please say what is to be done.")
        raise InvalidInput(empty, fields={"text": empty})
    last = matter.steps.aggregate(last=Max("position"))["last"] or 0
    step = MatterStep.objects.create(
        matter=matter,
        position=last + 1,
        text=text.strip()[:300],
        owner=owner.strip()[:120],
        due_on=due_on,
        days_before=max(0, min(days_before, 365)),
    )
    _record(actor, matter, "add_step", at, {"text": step.text, "owner": step.owner, "due_on": due_on})
    return step


@transaction.atomic
def finish_step(*, actor: Actor, matter_id: int, step_id: int, at: datetime) -> MatterStep:
    """
    Tick a step off.

    :raises NotFound: if this actor cannot see the matter, or it has no such step
    :raises NotAllowed: if this actor does not keep it
    :raises IllegalStep: if it is done already
    """
    matter, step = _locked_step(actor, matter_id, step_id)
    if step.done_on is not None:
        raise IllegalStep(_("This step is done already."))
    step.done_on, step.done_name = timezone.localdate(at), _name(actor)
    step.save(update_fields=["done_on", "done_name"])
    _record(actor, matter, "finish_step", at, {"text": step.text})
    return step


@transaction.atomic
def assign_step(*, actor: Actor, matter_id: int, step_id: int, owner: str, due: str, at: datetime) -> Assignment:
    """
    Carry a step over as a task of units (R-638): `owner` and `due` are words as in the breakdown table.

    :raises NotFound: if this actor cannot see the matter, or it has no such step
    :raises NotAllowed: if this actor does not keep it, or does not assign
    :raises IllegalStep: if it was assigned already
    :raises InvalidInput: if the words cannot be read
    """
    matter, step = _locked_step(actor, matter_id, step_id)
    if step.assignment_id is not None:
        raise IllegalStep(_("This step was assigned already."))
    draft = tasks.draft_from_words(
        actor=actor,
        campaign_id=matter.campaign_id,
        assigner_id=matter.office_id,
        words={"wording": step.text, "owner": owner, "due": due, "source": f"{matter.title}：{step.text}"},
        is_key=False,
        at=at,
    )
    issued = tasks.issue(actor=actor, assignment_id=draft.pk, at=at)
    step.assignment = issued
    step.save(update_fields=["assignment"])
    _record(actor, matter, "assign_step", at, {"text": step.text, "assignment": issued.pk})
    return issued


def _asker(actor: Actor) -> Unit:
    return queries.asking_unit(actor=actor)


def _check(kind: str, text: MatterText, due_on: date | None, options: Sequence[str]) -> None:
    fields: dict[str, object] = {}
    if not text.title.strip():
        fields["title"] = _("Please say what it is about.")
    if len(text.title.strip()) > 300:
        fields["title"] = _("Please say it in 300 characters; the rest goes into the text.")
    if kind in {MatterKind.MEETING, MatterKind.ACTIVITY, MatterKind.VISIT} and due_on is None:
        fields["due_on"] = _("Please give the day.")
    if kind == MatterKind.VISIT and not text.place.strip():
        fields["place"] = _("Please name the place that is visited.")
    if kind == MatterKind.DECISION and len(options) < 2:
        fields["options"] = _("Please put at least two options, one on each line.")
    if len(options) > MOST_OPTIONS:
        fields["options"] = gettext("At most %(most)d options.") % {"most": MOST_OPTIONS}
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)


def _take_over_checklist(actor: Actor, matter: Matter, checklist_id: int) -> None:
    checklist = queries.get_matter(actor=actor, matter_id=checklist_id)
    if checklist.kind != MatterKind.CHECKLIST or not RULES[matter.kind].has_steps:
        raise NotFound(_("There is no such checklist."))
    MatterStep.objects.bulk_create(
        MatterStep(
            matter=matter,
            position=line.position,
            text=line.text,
            owner=line.owner,
            days_before=line.days_before,
            due_on=matter.due_on - timedelta(days=line.days_before) if matter.due_on else None,
        )
        for line in checklist.steps.order_by("position")
    )


def _locked(actor: Actor, matter_id: int) -> Matter:
    found = queries.get_matter(actor=actor, matter_id=matter_id)
    # Locked before its status is read: two people may settle it at once.
    return Matter.objects.select_for_update(of=("self",)).select_related("office", "unit").get(pk=found.pk)


def _locked_step(actor: Actor, matter_id: int, step_id: int) -> tuple[Matter, MatterStep]:
    matter = _locked(actor, matter_id)
    may_prepare(actor, matter).require()
    step = matter.steps.select_for_update(of=("self",)).filter(pk=step_id).first()
    if step is None:
        raise NotFound(_("There is no such step."))
    return matter, step


def _index(matter: Matter) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE office_matter SET search = array_to_tsvector(%s::text[]) WHERE id = %s",
            [bigrams(f"{matter.title} {matter.text} {matter.outcome}"), matter.pk],
        )


def _name(actor: Actor) -> str:
    return "" if actor.is_system else f"{actor.name} {actor.post_title}".strip()


def _record(actor: Actor, matter: Matter, verb: str, at: datetime, payload: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        verb=f"matter.{verb}",
        object_kind="matter",
        object_id=matter.pk,
        unit_id=matter.office_id,
        at=at,
        payload=payload,
    )
