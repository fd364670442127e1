"""What becomes of each requirement: taken, set aside, assigned."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import queries
from duban.directives.commands.facts import lock_document
from duban.directives.models import Document, Requirement
from duban.directives.policy import may_assign, may_edit
from duban.directives.states import REQUIREMENT_FLOW, RequirementStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, NotFound


def lock_requirement(*, actor: Actor, requirement_id: int) -> Requirement:
    """Return the requirement with its document, locked, if this actor may decide about it."""
    found = queries.get_requirement(actor=actor, requirement_id=requirement_id)
    requirement = Requirement.objects.select_for_update(of=("self",)).select_related("document__unit").get(pk=found.pk)
    may_edit(actor, requirement.document).require()
    return requirement


@transaction.atomic
def take_requirement(*, actor: Actor, requirement_id: int, at: datetime) -> Requirement:
    """
    Decide that a sentence is to be assigned.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor may not decide about it
    :raises IllegalStep: if it is decided already, or repeats an earlier sentence (R-711)
    """
    requirement = lock_requirement(actor=actor, requirement_id=requirement_id)
    if requirement.repeats_id is not None:
        raise IllegalStep(
            _("The same sentence stands earlier in this text. Take that one; it covers both places."),
            requirement_id=requirement.repeats_id,
        )
    return _take_step(actor, requirement, "take", at)


@transaction.atomic
def set_aside(*, actor: Actor, requirement_id: int, at: datetime) -> Requirement:
    """
    Decide that a sentence states a principle and makes no task; it stays in the coverage of the text.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor may not decide about it
    :raises IllegalStep: if it is set aside or assigned already
    """
    return _take_step(actor, lock_requirement(actor=actor, requirement_id=requirement_id), "set_aside", at)


def _take_step(actor: Actor, requirement: Requirement, step_name: str, at: datetime) -> Requirement:
    step = REQUIREMENT_FLOW.step(step_name, source=requirement.status)

    requirement.status = step.target
    requirement.decided_by, requirement.decided_at = actor.user_id, at
    requirement.version += 1
    requirement.save(update_fields=["status", "decided_by", "decided_at", "version"])

    audit.record(
        actor=actor,
        verb=f"requirement.{step.name}",
        object_kind="requirement",
        object_id=requirement.pk,
        unit_id=requirement.document.unit_id,
        at=at,
        payload={"document": requirement.document_id, "from": step.source, "to": step.target},
    )
    return requirement


@transaction.atomic
def take_all_concrete(*, actor: Actor, document_id: int, at: datetime) -> int:
    """
    Take every undecided sentence that names a body, a date or a quantity; return how many.

    :raises NotFound: if this actor cannot see the paper
    :raises NotAllowed: if this actor may not decide about it
    """
    document = lock_document(actor=actor, document_id=document_id)
    return _decide_many(actor, document, "take", at, is_concrete=True, repeats__isnull=True)


@transaction.atomic
def set_aside_rest(*, actor: Actor, document_id: int, at: datetime) -> int:
    """
    Confirm in one go that all sentences still undecided are principles and make no tasks; return how many.

    :raises NotFound: if this actor cannot see the paper
    :raises NotAllowed: if this actor may not decide about it
    """
    document = lock_document(actor=actor, document_id=document_id)
    return _decide_many(actor, document, "set_aside", at)


def _decide_many(actor: Actor, document: Document, step_name: str, at: datetime, **which: object) -> int:
    step = REQUIREMENT_FLOW.step(step_name, source=RequirementStatus.PROPOSED)
    chosen = document.requirements.filter(status=step.source, **which)
    ids = list(chosen.select_for_update().order_by("pk").values_list("pk", flat=True))

    Requirement.objects.filter(pk__in=ids).update(
        status=step.target, decided_by=actor.user_id, decided_at=at, version=F("version") + 1
    )

    if ids:
        audit.record(
            actor=actor,
            verb=f"requirement.{step.name}_all",
            object_kind="document",
            object_id=document.pk,
            unit_id=document.unit_id,
            at=at,
            payload={"requirements": ids, "to": step.target},
        )
    return len(ids)


@transaction.atomic
def mark_assigned(*, actor: Actor, requirement_ids: Sequence[int], at: datetime) -> list[Requirement]:
    """
    Record that tasks were made of these sentences; called in the transaction that makes them.

    :raises NotFound: if this actor cannot see one of them
    :raises NotAllowed: if this actor may not decide about it, its text is not confirmed, or it repeats an earlier one
    :raises IllegalStep: if one was not taken before
    """
    wanted = sorted(set(requirement_ids))
    seen = set(queries.visible_requirements(actor=actor).filter(pk__in=wanted).values_list("pk", flat=True))
    if len(seen) != len(wanted):
        raise NotFound(_("There is no such requirement."))
    requirements = list(
        Requirement.objects.select_for_update(of=("self",))
        .select_related("document__unit")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    steps = []
    for requirement in requirements:
        may_assign(actor, requirement).require()
        steps.append(REQUIREMENT_FLOW.step("assign", source=requirement.status))

    for requirement, step in zip(requirements, steps, strict=True):
        requirement.status = step.target
        requirement.version += 1
    Requirement.objects.bulk_update(requirements, ["status", "version"])

    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event(
                "requirement.assign",
                "requirement",
                requirement.pk,
                requirement.document.unit_id,
                {"document": requirement.document_id, "from": step.source, "to": step.target},
            )
            for requirement, step in zip(requirements, steps, strict=True)
        ],
    )
    return requirements
