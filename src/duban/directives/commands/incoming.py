"""Registering what reaches an office in a line or two: an instruction, minutes, a paper, a call (登记上级来文来电)."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives.commands.facts import check_receipt
from duban.directives.commands.taking_in import (
    PASTED_ENCODING,
    campaign_of,
    check_running,
    check_words,
    office_of,
    refuse_second,
)
from duban.directives.models import Document, Requirement
from duban.directives.policy import may_instruct
from duban.directives.reading import due_of
from duban.directives.states import INCOMING_KINDS, DocumentKind, DocumentStatus, NodeKind, RequirementStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.workdays import queries as workdays

# Whatever is longer is a text of its own, to be taken in as such.
LONGEST_MATTER = 2000
SHOWN_OF_MATTER = 40


@dataclass(frozen=True, slots=True)
class Incoming:
    """What was registered: the paper and its one requirement, to be assigned at once."""

    document: Document
    requirement: Requirement


@transaction.atomic
def register_incoming(
    *,
    actor: Actor,
    campaign_id: int,
    unit_id: int,
    kind: str,
    giver: str,
    matter: str,
    at: datetime,
    deadline: str = "",
    received_on: date | None = None,
    dated_on: date | None = None,
    origin_level: str = "",
    concerns: str = "",
    paper_number: str = "",
) -> Incoming:
    """
    Register an instruction, minutes, a paper or a call by what it asks for, and return it with its one requirement.

    `matter` is what was said or written, verbatim: it becomes the 原文依据 of the task made of it. `deadline` are the
    words of the time limit; relative ones count from `dated_on`, else from the day of receipt, which is the day of `at`
    unless `received_on` says otherwise. The requirement is confirmed and taken already: `tasks.commands.create_assignment`
    takes its number.

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor may not take in papers there
    :raises InvalidInput: if giver or matter is missing or too long, the kind or the level is unknown, it bears a mark of
        secrecy, was received before its own date, or was registered already (`document_id` names that one)
    """
    campaign, unit = office_of(actor=actor, campaign_id=campaign_id, unit_id=unit_id)
    giver, matter, concerns = giver.strip(), matter.replace("\r\n", "\n").strip(), concerns.strip()
    if kind not in INCOMING_KINDS:
        raise InvalidInput(_("Please choose the kind of paper."))
    missing: dict[str, object] = {}
    if not giver:
        missing["giver"] = _("Please say from whom it comes.")
    if not matter:
        missing["matter"] = _("Please say what it is about.")
    if missing:
        raise InvalidInput(next(iter(missing.values())), fields=missing)
    if len(matter) > LONGEST_MATTER:
        too_long = _("This is longer than %(most)d characters. Please take the whole text in as a paper.") % {
            "most": LONGEST_MATTER
        }
        raise InvalidInput(too_long, fields={"matter": too_long})
    check_words(matter)
    received_on = received_on or timezone.localdate(at)
    check_receipt(origin_level=origin_level, dated_on=dated_on, received_on=received_on)
    # Not the words alone: two bodies may ask for the same, and one may ask again on another day.
    said = "\n".join([kind, giver, paper_number.strip(), (dated_on or received_on).isoformat(), matter])
    document = _kept(
        actor,
        Document(
            campaign=campaign,
            unit=unit,
            kind=kind,
            title=_title(kind=kind, giver=giver, concerns=concerns, matter=matter),
            raw_text=matter,
            sha256=hashlib.sha256(said.encode()).hexdigest(),
            dated_on=dated_on or received_on,
            origin_level=origin_level,
            giver=giver[:120],
            concerns=concerns[:300],
            paper_number=paper_number.strip()[:60],
            received_on=received_on,
            taken_in_at=at,
        ),
    )
    requirement = Requirement.objects.create(
        document=document,
        position=1,
        sentence=matter,
        start=0,
        end=len(matter),
        kind=NodeKind.REQUIREMENT,
        deadline=deadline.strip()[:120],
        due=due_of(deadline=deadline, on=document.dated_on, calendar=workdays.calendar(actor=actor)),
        is_concrete=True,
        status=RequirementStatus.TO_ASSIGN,
        decided_by=actor.user_id,
        decided_at=at,
    )

    audit.record(
        actor=actor,
        verb="document.register_incoming",
        object_kind="document",
        object_id=document.pk,
        unit_id=unit.pk,
        at=at,
        payload={
            "title": document.title,
            "kind": kind,
            "giver": giver,
            "received_on": received_on,
            "origin_level": origin_level,
            "requirement": requirement.pk,
        },
    )
    return Incoming(document, requirement)


@transaction.atomic
def write_instruction(
    *,
    actor: Actor,
    campaign_id: int,
    unit_id: int,
    words: str,
    at: datetime,
    concerns: str = "",
    given_on: date | None = None,
) -> Incoming:
    """
    Write an instruction of the leading group for its own office, and return it with its one requirement.

    The words are kept as they are. The requirement waits until the office decides about it: nobody is asked anything
    before. `concerns` says what it is about; `given_on` is the day of `at` unless it was given earlier.

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor is no member of the unit's leading group
    :raises InvalidInput: if there are no words or too many, they bear a mark of secrecy, the day has not come yet, the
        campaign has ended, or the same was written that day (`document_id` names that one)
    """
    campaign, unit = campaign_of(actor=actor, campaign_id=campaign_id, unit_id=unit_id)
    may_instruct(actor, unit).require()
    check_running(campaign=campaign, unit=unit)
    words, concerns, today = words.replace("\r\n", "\n").strip(), concerns.strip(), timezone.localdate(at)
    if not words:
        missing = _("Please write the instruction.")
        raise InvalidInput(missing, fields={"words": missing})
    if len(words) > LONGEST_MATTER:
        too_long = _(
            "This is longer than %(most)d characters. Please give the whole text to the office as a paper."
        ) % {"most": LONGEST_MATTER}
        raise InvalidInput(too_long, fields={"words": too_long})
    if given_on is not None and given_on > today:
        future = _("This day has not come yet.")
        raise InvalidInput(future, fields={"given_on": future})
    check_words(words)
    day = given_on or today
    giver = f"{actor.name} {actor.post_title}".strip()
    said = f"{DocumentKind.COMMENT}\n{giver}\n{concerns}\n{day.isoformat()}\n{words}"
    document = _kept(
        actor,
        Document(
            campaign=campaign,
            unit=unit,
            kind=DocumentKind.COMMENT,
            title=_title(kind=DocumentKind.COMMENT, giver=actor.name, concerns=concerns, matter=words),
            raw_text=words,
            sha256=hashlib.sha256(said.encode()).hexdigest(),
            dated_on=day,
            giver=giver[:120],
            concerns=concerns[:300],
            received_on=today,
            taken_in_at=at,
        ),
    )
    requirement = Requirement.objects.create(
        document=document,
        position=1,
        sentence=words,
        start=0,
        end=len(words),
        kind=NodeKind.REQUIREMENT,
        is_concrete=True,
        status=RequirementStatus.PROPOSED,
    )
    audit.record(
        actor=actor,
        verb="document.instruct",
        object_kind="document",
        object_id=document.pk,
        unit_id=unit.pk,
        at=at,
        payload={"title": document.title, "given_on": day, "requirement": requirement.pk},
    )
    return Incoming(document, requirement)


def _kept(actor: Actor, document: Document) -> Document:
    """Keep a paper of one sentence, unless it is kept already."""
    refuse_second(actor, document.campaign_id, document.sha256)
    length = len(document.raw_text)
    document.status = DocumentStatus.CONFIRMED
    document.encoding = PASTED_ENCODING
    document.findings = {"ranges": [[0, length, "body", None]], "sentences": [[0, length]]}
    document.taken_in_by = actor.user_id or 0
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError:
        # Somebody else registered the same in between the look and the insert.
        refuse_second(actor, document.campaign_id, document.sha256)
        raise
    return document


def _title(*, kind: str, giver: str, concerns: str, matter: str) -> str:
    """Return what the paper is called in lists: the words of its kind, then what it is about."""
    about = concerns or matter.split("\n", 1)[0]
    if len(about) > SHOWN_OF_MATTER:
        about = about[:SHOWN_OF_MATTER] + "…"
    words = {
        DocumentKind.COMMENT: gettext("Instruction of %(giver)s on %(about)s"),
        DocumentKind.MINUTES: gettext("Minutes of %(giver)s: %(about)s"),
        DocumentKind.PAPER: gettext("Paper of %(giver)s: %(about)s"),
        DocumentKind.CALL: gettext("Call of %(giver)s: %(about)s"),
    }
    return (words[DocumentKind(kind)] % {"giver": giver[:60], "about": about})[:300]
