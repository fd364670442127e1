"""What carries out what: links from local requirements and papers to those of upper levels."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import queries
from duban.directives.models import CarryingOut, Document, Requirement
from duban.directives.policy import may_edit
from duban.directives.states import CarryingKind
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotFound


@transaction.atomic
def name_upper(
    *,
    actor: Actor,
    document_id: int,
    upper_document_id: int,
    at: datetime,
    requirement_id: int | None = None,
    upper_requirement_id: int | None = None,
    kind: str = CarryingKind.CARRIES_OUT,
) -> CarryingOut:
    """
    Name the upper paper, or one requirement of it, that a local paper or requirement carries out (R-716).

    Kind "changed_by" says instead that a new upper requirement changes a local item that was there before it (R-717).

    :raises NotFound: if this actor cannot see the local paper, the upper one neither stands in view nor must be relayed
        here, or a requirement is not of its paper
    :raises NotAllowed: if this actor may not decide about the local paper
    :raises InvalidInput: if it is named already, or the two would carry out each other
    """
    document = queries.get_document(actor=actor, document_id=document_id)
    may_edit(actor, document).require()
    upper = queries.upper_paper(actor=actor, document=document, upper_id=upper_document_id)
    _belongs(requirement_id, document.pk)
    _belongs(upper_requirement_id, upper.pk)
    if kind not in CarryingKind.values:
        raise InvalidInput(_("Please choose how the two belong together."))
    # One at a time for a campaign's papers: two links that close a circle may be named at once.
    list(Document.objects.select_for_update(of=("self",)).filter(pk__in=[document.pk, upper.pk]).order_by("pk"))
    if document.pk == upper.pk or document.pk in queries.above(actor=actor, document_id=upper.pk):
        raise InvalidInput(_("That paper carries out this one already. The two cannot stand above each other."))

    try:
        with transaction.atomic():
            link = CarryingOut.objects.create(
                document=document,
                requirement_id=requirement_id,
                upper_document=upper,
                upper_requirement_id=upper_requirement_id,
                kind=kind,
                named_by=actor.user_id or 0,
                named_at=at,
            )
    except IntegrityError:
        raise InvalidInput(_("This is named already.")) from None

    _record(actor, link, at, "name_upper")
    return link


@transaction.atomic
def end_upper(*, actor: Actor, link_id: int, at: datetime) -> None:
    """
    Take back a link that was named by mistake; it stays in the record, ended.

    :raises NotFound: if there is none in force that this actor may see
    :raises NotAllowed: if this actor may not decide about the local paper
    """
    link = CarryingOut.objects.select_for_update(of=("self",)).filter(pk=link_id, ended_at__isnull=True).first()
    if link is None:
        raise NotFound(_("There is no such link."))
    document = queries.get_document(actor=actor, document_id=link.document_id)
    may_edit(actor, document).require()

    link.ended_at, link.ended_by = at, actor.user_id
    link.save(update_fields=["ended_at", "ended_by"])

    _record(actor, link, at, "end_upper")


def _belongs(requirement_id: int | None, document_id: int) -> None:
    if requirement_id is None:
        return
    if not Requirement.objects.filter(pk=requirement_id, document_id=document_id).exists():
        raise NotFound(_("There is no such requirement."))


def _record(actor: Actor, link: CarryingOut, at: datetime, verb: str) -> None:
    audit.record(
        actor=actor,
        verb=f"document.{verb}",
        object_kind="document",
        object_id=link.document_id,
        unit_id=link.document.unit_id,
        at=at,
        payload={
            "requirement": link.requirement_id,
            "upper_document": link.upper_document_id,
            "upper_requirement": link.upper_requirement_id,
            "kind": link.kind,
        },
    )
