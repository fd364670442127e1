"""Handing over (工作交接): all open items of a person pass to the successor in one step."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.access import commands as access
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation.models import Post, Unit
from duban.tasks import queries
from duban.tasks.commands.answering import add_entry, record
from duban.tasks.commands.reserved import end_links, principal_post
from duban.tasks.models import Assignment, Confirmation, ConfirmationLink, HandOver, Task
from duban.tasks.states import OPEN_STATUSES, ConfirmationStatus, EntryKind


@transaction.atomic
def hand_over(
    *, actor: Actor, unit_id: int, from_person_id: int, to_person_id: int, at: datetime, note: str = ""
) -> HandOver:
    """
    Pass all open items of one person in a unit to another who holds a post there, and keep the record of it.

    What waits for a former principal ends and waits for the successor in that post; the links of the one who leaves
    end in any case. Items entrusted to them and their drafts become the successor's. What they are granted by the unit
    ends with their last post there; the successor is granted nothing by this.

    :raises NotFound: if this actor may not see the unit, or the first holds and held no post there
    :raises NotAllowed: if this actor neither keeps the unit's register nor hands over their own work
    :raises InvalidInput: if the successor holds no post there today, or nothing is open
    """
    on = timezone.localdate(at)
    # One hand-over of a unit at a time; whoever writes a line that names the unit need not wait for it.
    Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk=unit_id).first()
    page = queries.hand_over_page(actor=actor, unit_id=unit_id, from_person_id=from_person_id, on=on)
    successor = next((post for post in page.staying if post.person_id == to_person_id), None)
    if successor is None or page.chosen is None or page.items is None:
        raise InvalidInput(
            _("Please choose somebody who holds a post in the unit."),
            fields={"to": _("Please choose somebody who holds a post in the unit.")},
        )
    if not page.items.count:
        raise InvalidInput(_("Nothing is open with this person: there is nothing to hand over."))

    _lock_tasks(page.items)
    principal = principal_post(actor=actor, unit_id=unit_id, on=on)
    passed = [
        {"kind": "confirmation", "id": one.pk, "words": one.task.assignment.wording[:120]}
        for one in _pass_confirmations(page.items.confirmations, principal, successor, at)
    ]
    _end_links_of(page.chosen, at)
    words = gettext("%(before)s handed this over to %(after)s.") % {
        "before": page.chosen.person.name,
        "after": successor.person.name,
    }
    for task in page.items.entrusted:
        still = Task.objects.filter(pk=task.pk, in_charge_id=from_person_id, status__in=OPEN_STATUSES)
        if not still.update(in_charge=successor.person):
            continue
        add_entry(actor=actor, task=task, kind=EntryKind.HAND_OVER, text=words, at=at)
        record(actor=actor, task=task, verb=EntryKind.HAND_OVER, at=at, payload={"to": to_person_id})
        passed.append({"kind": "task", "id": task.pk, "words": task.assignment.wording[:120]})
    user_id = successor.person.user_id
    if user_id is not None:
        Assignment.objects.filter(pk__in=[draft.pk for draft in page.items.drafts]).update(created_by=user_id)
        passed += [{"kind": "draft", "id": draft.pk, "words": draft.wording[:120]} for draft in page.items.drafts]
    ended = access.end_outlasting_grants(actor=actor, person_id=from_person_id, unit=page.unit, at=at)
    passed += [
        {"kind": "role", "id": grant.pk, "words": told} for grant, told in zip(ended.grants, ended.words, strict=True)
    ]
    made = HandOver.objects.create(
        unit=page.unit,
        from_person=page.chosen.person,
        to_person=successor.person,
        items=passed,
        note=note.strip()[:2000],
        made_by=actor.user_id,
        made_words=f"{actor.name} {actor.post_title}".strip(),
        made_at=at,
    )
    audit.record(
        actor=actor,
        verb="hand_over.make",
        object_kind="hand_over",
        object_id=made.pk,
        unit_id=unit_id,
        at=at,
        payload={
            "from": from_person_id,
            "to": to_person_id,
            "items": [[item["kind"], item["id"]] for item in passed],
            "note": note.strip(),
        },
    )
    return made


def _lock_tasks(items: queries.OpenItems) -> None:
    """Hold all items in one order: who answers one of them does so before the hand-over, or finds it handed over."""
    task_ids = {one.task_id for one in items.confirmations} | {task.pk for task in items.entrusted}
    list(Task.objects.select_for_update(of=("self",)).filter(pk__any_of=list(task_ids)).order_by("pk"))


def _pass_confirmations(
    waiting: Sequence[Confirmation], principal: Post | None, successor: Post, at: datetime
) -> list[Confirmation]:
    """End what waited for the former principal and let it wait for the successor, if they are the principal now."""
    if principal is None or principal.person_id != successor.person_id:
        return []
    end_links([one.pk for one in waiting], at=at)
    fresh = []
    for one in waiting:
        # Somebody may have answered before the items were locked.
        still = Confirmation.objects.filter(pk=one.pk, status=ConfirmationStatus.WAITING)
        if not still.update(status=ConfirmationStatus.ENDED, decided_at=at):
            continue
        fresh.append(
            Confirmation.objects.create(
                task=one.task,
                act=one.act,
                post=principal,
                text=one.text,
                new_due=one.new_due,
                prepared_by=one.prepared_by,
                prepared_words=one.prepared_words,
                asked_at=one.asked_at,
            )
        )
    return fresh


def _end_links_of(post: Post, at: datetime) -> None:
    ConfirmationLink.objects.filter(
        post__person_id=post.person_id, post__unit_id=post.unit_id, ended_at__isnull=True
    ).update(ended_at=at)
