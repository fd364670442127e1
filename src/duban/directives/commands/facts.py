"""What is known about a paper as a whole, and where it stands."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import queries
from duban.directives.models import Document, Requirement
from duban.directives.policy import may_edit
from duban.directives.reading import due_of
from duban.directives.states import DOCUMENT_FLOW, DocumentKind, DocumentStatus, OriginLevel, RequirementStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, Stale
from duban.workdays import queries as workdays

FACTS = (
    "title",
    "kind",
    "dated_on",
    "speaker_role",
    "on_behalf_of",
    "based_on",
    "origin_level",
    "giver",
    "concerns",
    "paper_number",
    "received_on",
)


def lock_document(*, actor: Actor, document_id: int) -> Document:
    """Return the document, locked, if this actor may decide about it."""
    document = queries.get_document(actor=actor, document_id=document_id)
    document = Document.objects.select_for_update(of=("self",)).select_related("unit").get(pk=document.pk)
    may_edit(actor, document).require()
    return document


@transaction.atomic
def set_document_facts(
    *,
    actor: Actor,
    document_id: int,
    version: int,
    at: datetime,
    title: str,
    dated_on: date | None,
    speaker_role: str = "",
    on_behalf_of: str = "",
    based_on: str = "",
    kind: str = DocumentKind.SPEECH,
    origin_level: str = "",
    giver: str = "",
    concerns: str = "",
    paper_number: str = "",
    received_on: date | None = None,
) -> Document:
    """
    Correct what is known about a paper. A new date reckons every deadline of its requirements anew (R-700, R-714).

    `version` is the one that the form was opened with.

    :raises NotFound: if this actor cannot see the paper
    :raises NotAllowed: if this actor may not decide about it
    :raises Stale: if somebody changed it meanwhile; carries both texts
    :raises InvalidInput: if the title is empty, the kind or the level is unknown, or it was received before its date
    """
    document = lock_document(actor=actor, document_id=document_id)

    given: dict[str, object] = {
        "title": title.strip()[:300],
        "kind": kind,
        "dated_on": dated_on,
        "speaker_role": speaker_role.strip()[:120],
        "on_behalf_of": on_behalf_of.strip()[:60],
        "based_on": based_on.strip()[:300],
        "origin_level": origin_level,
        "giver": giver.strip()[:120],
        "concerns": concerns.strip()[:300],
        "paper_number": paper_number.strip()[:60],
        "received_on": received_on,
    }
    before = {name: getattr(document, name) for name in FACTS}
    if document.version != version:
        raise Stale(
            _("Somebody else changed this meanwhile. Nothing of yours was kept; compare and send again."),
            yours=facts_in_words(given),
            theirs=facts_in_words(before),
        )
    if not given["title"]:
        raise InvalidInput(_("Please give the text a title."), fields={"title": _("Please give the text a title.")})
    if kind not in DocumentKind.values:
        raise InvalidInput(_("Please choose the kind of paper."))
    check_receipt(origin_level=origin_level, dated_on=dated_on, received_on=received_on)
    if given == before:
        return document

    for name, value in given.items():
        setattr(document, name, value)
    document.version += 1
    document.save(update_fields=[*FACTS, "version"])
    reckoned = _reckon_again(actor, document) if before["dated_on"] != dated_on else 0

    audit.record(
        actor=actor,
        verb="document.correct",
        object_kind="document",
        object_id=document.pk,
        unit_id=document.unit_id,
        at=at,
        payload={
            "changed": {name: given[name] for name in FACTS if given[name] != before[name]},
            "deadlines_reckoned": reckoned,
        },
        before=before,
        after=given,
    )
    return document


def check_receipt(*, origin_level: str, dated_on: date | None, received_on: date | None) -> None:
    """
    Look whether level and days of a paper can be.

    :raises InvalidInput: if the level is unknown, or the paper was received before its date
    """
    if origin_level and origin_level not in OriginLevel.values:
        raise InvalidInput(_("Please choose the level from which it comes."))
    if received_on is not None and dated_on is not None and received_on < dated_on:
        earlier = _("It cannot have been received before its own date.")
        raise InvalidInput(earlier, fields={"received_on": earlier})


def facts_in_words(facts: dict[str, object]) -> str:
    """Return the facts as lines for comparing two versions of a form."""
    words = {
        "title": gettext("Title"),
        "kind": gettext("Kind of paper"),
        "dated_on": gettext("Date of the text"),
        "speaker_role": gettext("Post of the speaker"),
        "on_behalf_of": gettext("On behalf of"),
        "based_on": gettext("Upper-level paper it carries out"),
        "origin_level": gettext("Comes from"),
        "giver": gettext("From whom"),
        "concerns": gettext("Concerns"),
        "paper_number": gettext("Number of the paper"),
        "received_on": gettext("Received on"),
    }
    return "\n".join(f"{words[name]}: {_shown(name, facts[name])}" for name in FACTS)


def _shown(name: str, value: object) -> str:
    if name == "kind" and value in DocumentKind.values:
        return str(DocumentKind(str(value)).label)
    if name == "origin_level" and value in OriginLevel.values:
        return str(OriginLevel(str(value)).label)
    return str(value or "—")


def _reckon_again(actor: Actor, document: Document) -> int:
    """Read each deadline again from the new date; what a task already took over keeps its own due date there."""
    calendar = workdays.calendar(actor=actor)
    changed = []
    for requirement in document.requirements.select_for_update().exclude(deadline="", inherited_deadline=""):
        due = due_of(
            deadline=requirement.deadline or requirement.inherited_deadline, on=document.dated_on, calendar=calendar
        )
        if due != requirement.due:
            requirement.due = due
            changed.append(requirement)
    Requirement.objects.bulk_update(changed, ["due"])
    return len(changed)


@transaction.atomic
def take_document_step(*, actor: Actor, document_id: int, step_name: str, at: datetime, reason: str = "") -> Document:
    """
    Move a paper one step along its flow: confirm it, or keep it as reference.

    :raises NotFound: if this actor cannot see the paper
    :raises NotAllowed: if this actor may not decide about it
    :raises IllegalStep: if its status does not permit the step, or something of it is assigned already
    """
    document = lock_document(actor=actor, document_id=document_id)
    step = DOCUMENT_FLOW.step(step_name, source=document.status)
    if (
        step.target == DocumentStatus.REFERENCE
        and document.requirements.filter(status=RequirementStatus.ASSIGNED).exists()
    ):
        raise IllegalStep(_("Requirements of this text are assigned already, so it stays in force."))

    document.status = step.target
    document.version += 1
    document.save(update_fields=["status", "version"])

    audit.record(
        actor=actor,
        verb=f"document.{step.name}",
        object_kind="document",
        object_id=document.pk,
        unit_id=document.unit_id,
        at=at,
        payload={"from": step.source, "to": step.target, "reason": reason.strip()},
    )
    return document
