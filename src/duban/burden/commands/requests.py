"""Data requests: registered, checked against what is known, approved by somebody else, sent, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duban.audit import commands as audit
from duban.burden import policy, queries
from duban.burden.commands.booking import DemandText, book
from duban.burden.events import DataRequestSent, DataRequestWithdrawn
from duban.burden.models import DataRequest, Demand
from duban.burden.states import MOST_MINUTES, REQUEST_FLOW, DemandKind, RequestStatus
from duban.burden.weeks import WEEK, week_of
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.kernel.events import publish
from duban.organisation.models import Unit

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class RequestText:
    """What is asked, what it serves, why, by when, what it takes, and of whom: whole kinds or names."""

    what: str
    serves: str
    justification: str
    due_on: date
    minutes: int
    kinds: Sequence[str] = field(default_factory=tuple)
    names: str = ""


@transaction.atomic
def register_request(*, actor: Actor, campaign_id: int, asker_id: int, text: RequestText, at: datetime) -> DataRequest:
    """
    Register a data request (报送要求) and fix its units; nothing is sent before somebody else approves (R-575, R-582).

    :raises NotFound: if this actor cannot see campaign or unit
    :raises NotAllowed: if this actor may not ask in the name of the unit
    :raises InvalidInput: if it does not say what is asked, what it serves, why, by when, or of whom
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    asker = queries.get_asker(actor=actor, unit_id=asker_id)
    policy.may_ask(actor, asker).require()
    today = timezone.localdate(at)
    _require_answers(text, today)
    units = queries.choose_units(actor=actor, asker=asker, kinds=text.kinds, names=text.names, on=today)

    request = DataRequest.objects.create(
        campaign=campaign,
        asker=asker,
        what=text.what.strip()[:300],
        serves=text.serves.strip(),
        justification=text.justification.strip(),
        due_on=text.due_on,
        minutes=text.minutes,
        unit_count=0,
        registered_by=actor.user_id,
        registered_at=at,
    )
    request.unit_count = _fix_units(request, units)
    if not request.unit_count:
        raise InvalidInput(_("No unit belongs to this choice today. Please choose again."))
    request.save(update_fields=["unit_count"])
    audit.record(
        actor=actor,
        verb="data_request.register",
        object_kind="data_request",
        object_id=request.pk,
        unit_id=asker.pk,
        at=at,
        payload={"what": request.what, "serves": request.serves, "units": request.unit_count, "due_on": text.due_on},
    )
    return request


@transaction.atomic
def take_request_step(*, actor: Actor, request_id: int, step_name: str, at: datetime, reason: str = "") -> DataRequest:
    """
    Move a data request one step along its flow: submit, approve (which sends it), return, withdraw.

    :raises NotFound: if this actor has no part in it
    :raises IllegalStep: if its status does not permit the step
    :raises NotAllowed: if this actor may not take it; nobody approves their own
    :raises InvalidInput: if a reason is missing, what is asked is known or runs already, its date has passed, or the
        ledger refuses
    """
    request = queries.get_request(actor=actor, request_id=request_id)
    request = DataRequest.objects.select_for_update(of=("self",)).select_related("asker").get(pk=request.pk)

    step = REQUEST_FLOW.step(step_name, source=request.status)
    policy.WHO_MAY[step.name](actor, request).require()
    if step.reason_required and not reason.strip():
        raise InvalidInput(_("Please give a reason."))
    if step.name in {"submit", "approve"}:
        _require_sendable(actor=actor, request=request, at=at)

    was_sent = request.status == RequestStatus.SENT
    request.status = step.target
    request.reason = reason.strip()
    if step.name == "approve":
        request.decided_by, request.decided_at = actor.user_id, at
    request.save(update_fields=["status", "reason", "decided_by", "decided_at"])

    audit.record(
        actor=actor,
        verb=f"data_request.{step.name}",
        object_kind="data_request",
        object_id=request.pk,
        unit_id=request.asker_id,
        at=at,
        payload={"what": request.what, "units": request.unit_count, "reason": request.reason},
    )
    if step.name == "approve":
        _book_request(actor=actor, request=request, at=at)
        publish(DataRequestSent(request.pk))
    elif was_sent:
        _end_demand(request, at)
        publish(DataRequestWithdrawn(request.pk))
    return request


@transaction.atomic
def book_occasion(
    *,
    actor: Actor,
    asker_id: int,
    campaign_id: int | None,
    kind: str,
    what: str,
    on: date,
    minutes: int | None,
    kinds: Sequence[str],
    names: str,
    at: datetime,
) -> Demand:
    """
    Book a document sent, a meeting called or a visit announced, for units of whole kinds or by name (R-568, R-580).

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor may not ask in its name
    :raises InvalidInput: if something is missing, or the ledger refuses
    """
    asker = queries.get_asker(actor=actor, unit_id=asker_id)
    policy.may_ask(actor, asker).require()
    if not what.strip():
        sentence = _("Please say what it is.")
        raise InvalidInput(sentence, fields={"what": sentence})
    if kind not in {DemandKind.DOCUMENT, DemandKind.MEETING, DemandKind.VISIT}:
        raise InvalidInput(
            _("Documents, meetings and visits are booked here; tasks and data requests book themselves.")
        )
    units = queries.choose_units(actor=actor, asker=asker, kinds=kinds, names=names, on=timezone.localdate(at))
    if not units.exists():
        raise InvalidInput(_("No unit belongs to this choice today. Please choose again."))

    demand = book(
        actor=actor,
        text=DemandText(
            source=f"occasion {uuid4()}",
            kind=kind,
            asker_id=asker.pk,
            what=what.strip(),
            campaign_id=campaign_id,
            minutes=minutes,
            on=on,
        ),
        units=units,
        at=at,
    )
    audit.record(
        actor=actor,
        verb="demand.book",
        object_kind="demand",
        object_id=demand.pk,
        unit_id=asker.pk,
        at=at,
        payload={"kind": kind, "what": demand.what, "on": on},
    )
    return demand


def _require_answers(text: RequestText, today: date) -> None:
    fields: dict[str, object] = {}
    if not text.what.strip():
        fields["what"] = _("Please say what is asked.")
    if not text.serves.strip():
        fields["serves"] = _("Please say which content it serves. A request that serves none is not registered.")
    if not text.justification.strip():
        fields["justification"] = _("Please say why it cannot be known otherwise.")
    if not today < text.due_on <= today + LONGEST:
        fields["due_on"] = _("Please give a date after today and within a year: a request is limited in time.")
    if not 0 < text.minutes <= MOST_MINUTES:
        fields["minutes"] = _("Please estimate the minutes that one unit needs, from 1 to 10,000.")
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)


def _require_sendable(*, actor: Actor, request: DataRequest, at: datetime) -> None:
    on = timezone.localdate(at)
    facts = queries.known_facts(actor=actor, text=request.what)
    if facts:
        raise InvalidInput(
            _("This is known already: %(known)s. See there, and withdraw the request or ask only for the rest.")
            % {"known": "；".join(f"{fact.label}（{fact.href}）" for fact in facts)}
        )
    alike = queries.running_alike(actor=actor, request=request, on=on)
    if alike:
        raise InvalidInput(
            _("%(asker)s asks the same of these units until %(day)s: “%(what)s”. Use that answer.")
            % {"asker": alike[0].asker.name, "day": alike[0].due_on.isoformat(), "what": alike[0].what}
        )
    if request.due_on <= on:
        raise InvalidInput(_("Its date has passed. Please register it again with a later one."))


def _fix_units(request: DataRequest, units: QuerySet[Unit]) -> int:
    query, parameters = units.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO burden_datarequestunit (request_id, unit_id)"
            f" SELECT %s, chosen.id FROM ({query}) AS chosen(id) ORDER BY chosen.id",
            [request.pk, *parameters],
        )
        return int(cursor.rowcount)


def _book_request(*, actor: Actor, request: DataRequest, at: datetime) -> None:
    book(
        actor=actor,
        text=DemandText(
            source=queries.source_of(request=request),
            kind=DemandKind.DATA_REQUEST,
            asker_id=request.asker_id,
            what=request.what,
            path=reverse("burden:request", args=[request.pk]),
            campaign_id=request.campaign_id,
            due_on=request.due_on,
            minutes=request.minutes,
        ),
        units=queries.units_of_request(actor=actor, request=request),
        at=at,
    )


def _end_demand(request: DataRequest, at: datetime) -> None:
    """What was asked stays in the week in which it was asked; nothing of it falls due any longer."""
    next_week = week_of(timezone.localdate(at)) + WEEK
    demand = Demand.objects.filter(source=queries.source_of(request=request)).first()
    if demand is not None:
        demand.due_on = None
        if demand.until_week is None or demand.until_week > next_week:
            demand.until_week = max(next_week, demand.from_week)
        demand.save(update_fields=["due_on", "until_week"])
