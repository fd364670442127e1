"""Correcting what was read: kinds, titles, who, by when, how much. The words of the text never change."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.directives import queries
from duban.directives.commands.deciding import lock_requirement
from duban.directives.commands.facts import lock_document
from duban.directives.models import OutlineNode, Requirement
from duban.directives.policy import may_edit
from duban.directives.reading import due_of, is_concrete
from duban.directives.states import NodeKind
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, Stale
from duban.workdays import queries as workdays

LONGEST_FIELD = 500
_MEANWHILE = _("Somebody else changed this meanwhile. Nothing of yours was kept; compare and send again.")


@transaction.atomic
def correct_node(
    *, actor: Actor, node_id: int, version: int, at: datetime, kind: str | None = None, title: str | None = None
) -> OutlineNode:
    """
    Correct the kind or the title of a point of the outline; None leaves it.

    :raises NotFound: if this actor cannot see the text
    :raises NotAllowed: if this actor may not decide about it
    :raises Stale: if somebody changed the point meanwhile; carries both texts
    :raises InvalidInput: if the title is empty or the kind is unknown
    """
    found = queries.get_node(actor=actor, node_id=node_id)
    node = OutlineNode.objects.select_for_update(of=("self",)).select_related("document__unit").get(pk=found.pk)
    may_edit(actor, node.document).require()
    given: dict[str, Any] = {
        "kind": node.kind if kind is None else kind,
        "title": node.title if title is None else title.strip(),
    }
    before = {"kind": node.kind, "title": node.title}
    if node.version != version:
        raise Stale(_MEANWHILE, yours=_node_in_words(given), theirs=_node_in_words(before))
    _known_kind(given["kind"])
    if not given["title"] or len(given["title"]) > LONGEST_FIELD:
        raise InvalidInput(_("A title has between 1 and %(most)d characters.") % {"most": LONGEST_FIELD})
    if given == before:
        return node

    node.kind, node.title = given["kind"], given["title"]
    node.version += 1
    node.save(update_fields=["kind", "title", "version"])

    audit.record(
        actor=actor,
        verb="outline.correct",
        object_kind="outline_node",
        object_id=node.pk,
        unit_id=node.document.unit_id,
        at=at,
        payload={"document": node.document_id, **given},
        before=before,
        after=given,
    )
    return node


@transaction.atomic
def correct_requirement(
    *,
    actor: Actor,
    requirement_id: int,
    version: int,
    at: datetime,
    kind: str | None = None,
    responsible: str | None = None,
    deadline: str | None = None,
    quantity: str | None = None,
) -> Requirement:
    """
    Correct what was read from a sentence; None leaves a field. A new deadline is reckoned at once.

    :raises NotFound: if this actor cannot see the text
    :raises NotAllowed: if this actor may not decide about it
    :raises Stale: if somebody changed it meanwhile; carries both texts
    :raises InvalidInput: if a field is too long or the kind is unknown
    """
    requirement = lock_requirement(actor=actor, requirement_id=requirement_id)
    before = {
        "kind": requirement.kind,
        "responsible": requirement.responsible,
        "deadline": requirement.deadline,
        "quantity": requirement.quantity,
    }
    asked = {"kind": kind, "responsible": responsible, "deadline": deadline, "quantity": quantity}
    given = {name: before[name] if value is None else value.strip() for name, value in asked.items()}
    if requirement.version != version:
        raise Stale(_MEANWHILE, yours=_requirement_in_words(given), theirs=_requirement_in_words(before))
    _known_kind(given["kind"])
    for name in ("responsible", "deadline", "quantity"):
        if len(given[name]) > LONGEST_FIELD:
            too_long = _("At most %(most)d characters fit here.") % {"most": LONGEST_FIELD}
            raise InvalidInput(too_long, fields={name: too_long})
    if given == before:
        return requirement

    for name, value in given.items():
        setattr(requirement, name, value)
    requirement.is_concrete = is_concrete(**given)
    requirement.due = due_of(
        deadline=requirement.deadline or requirement.inherited_deadline,
        on=requirement.document.dated_on,
        calendar=workdays.calendar(actor=actor),
    )
    requirement.version += 1
    requirement.save(update_fields=[*given, "is_concrete", "due", "version"])

    audit.record(
        actor=actor,
        verb="requirement.correct",
        object_kind="requirement",
        object_id=requirement.pk,
        unit_id=requirement.document.unit_id,
        at=at,
        payload={
            "document": requirement.document_id,
            "changed": {name: value for name, value in given.items() if value != before[name]},
        },
        before=before,
        after=given,
    )
    return requirement


@transaction.atomic
def add_requirement(*, actor: Actor, document_id: int, start: int, end: int, at: datetime) -> Requirement:
    """
    Make a requirement of a sentence that was not read as one; `start` and `end` count characters of the raw text.

    :raises NotFound: if this actor cannot see the text
    :raises NotAllowed: if this actor may not decide about it
    :raises InvalidInput: if no sentence stands there, or it is a requirement already
    """
    document = lock_document(actor=actor, document_id=document_id)
    if [start, end] not in document.findings.get("sentences", []):
        raise InvalidInput(_("No sentence of this text stands there."))
    if document.requirements.filter(start__lt=end, end__gt=start).exists():
        raise InvalidInput(_("This sentence is a requirement already."))

    last = document.requirements.aggregate(last=Max("position"))["last"] or 0
    requirement = Requirement.objects.create(
        document=document,
        node=_node_at(document.nodes.all(), start),
        position=last + 1,
        sentence=document.raw_text[start:end].strip(),
        start=start,
        end=end,
    )

    audit.record(
        actor=actor,
        verb="requirement.add",
        object_kind="requirement",
        object_id=requirement.pk,
        unit_id=document.unit_id,
        at=at,
        payload={"document": document.pk, "sentence": requirement.sentence},
    )
    return requirement


def _node_at(nodes: Any, position: int) -> OutlineNode | None:
    """Return the deepest point of the outline that owns the character."""
    owners = [node for node in nodes if any(start <= position < end for start, end in node.ranges)]
    return max(owners, key=lambda node: node.level, default=None)


def _known_kind(kind: str) -> None:
    if kind not in NodeKind.values:
        raise InvalidInput(_("Please choose what kind of statement this is."))


def _kind_word(kind: str) -> str:
    return str(NodeKind(kind).label) if kind in NodeKind.values else kind


def _node_in_words(values: dict[str, Any]) -> str:
    return f"{_kind_word(values['kind'])}\n{values['title']}"


def _requirement_in_words(values: dict[str, str]) -> str:
    return "\n".join(
        [
            f"{gettext('Kind of statement')}: {_kind_word(values['kind'])}",
            f"{gettext('Who')}: {values['responsible'] or '—'}",
            f"{gettext('By when')}: {values['deadline'] or '—'}",
            f"{gettext('How much')}: {values['quantity'] or '—'}",
        ]
    )
