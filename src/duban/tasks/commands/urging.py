"""Reminding units of what they owe (催办): by a named person, recorded, and held against nobody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.notices import hours
from duban.tasks import limits, queries
from duban.tasks.queries import TaskFilter
from duban.tasks.states import EntryKind

_URGE = """
WITH chosen (id) AS ({chosen}), added AS (
    INSERT INTO tasks_taskentry
        (task_id, kind, user_id, person_id, by, unit_id, keyed_by, way, text, urged_on, to_principal, made_at)
    SELECT id, %s, %s, %s, %s, %s, '', '', %s, %s, %s, %s FROM chosen ORDER BY id
    ON CONFLICT DO NOTHING RETURNING task_id
)
SELECT chosen.id, added.task_id IS NOT NULL FROM chosen LEFT JOIN added ON added.task_id = chosen.id ORDER BY chosen.id
"""


@dataclass(frozen=True, slots=True)
class Urged:
    """What became of each task of a list: reminded now, or already reminded today."""

    now: list[int]
    already: list[int]


@transaction.atomic
def urge(*, actor: Actor, given: TaskFilter, text: str, to_principal: bool = False, at: datetime) -> Urged:
    """
    Remind the units of every item of a list that waits for themselves; `text` may be empty.

    Each item gets one line in its thread, at most once a day by whomever. No figure counts it, and nothing that a unit
    is judged by. Those that were reminded already that day are named in the result and change nothing. `to_principal`
    shows it on the page of each unit's principal as well, between 8:00 and 20:00 only, and once a day apart.

    :raises NotAllowed: if the actor's post does not include urging; the machine never urges
    :raises InvalidInput: if nothing in the list waits for its unit, it is too long, the text is, or it is night for a
        principal
    """
    tasks = queries.urged_tasks(actor=actor, given=given)
    if to_principal and not hours.is_waking(at):
        night = _(
            "Principals are not reminded between 20:00 and 8:00. Send it from %(moment)s, or to the units alone."
        ) % {"moment": timezone.localtime(hours.next_waking(at)).strftime("%Y-%m-%d %H:%M")}
        raise InvalidInput(night, fields={"to_principal": night})
    if len(text) > limits.URGING_TEXT:
        refusal = _("At most %(most)d characters fit here.") % {"most": limits.URGING_TEXT}
        raise InvalidInput(refusal, fields={"text": refusal})
    count = tasks.order_by()[: limits.URGED_AT_ONCE + 1].count()
    if not count:
        raise InvalidInput(_("Nothing in this list waits for its unit. Take a filter away."))
    if count > limits.URGED_AT_ONCE:
        raise InvalidInput(
            _("At most %(most)d items are urged at once. Narrow the list, for instance to one county.")
            % {"most": limits.URGED_AT_ONCE}
        )
    chosen, parameters = tasks.order_by().values("pk").query.sql_with_params()
    by = f"{actor.name} {actor.post_title}".strip()
    day = timezone.localdate(at)
    with connection.cursor() as cursor:
        cursor.execute(
            _URGE.format(chosen=chosen),
            [
                *parameters,
                EntryKind.URGE,
                actor.user_id,
                actor.person_id,
                by,
                actor.unit_id,
                text.strip(),
                day,
                to_principal,
                at,
            ],
        )
        rows = cursor.fetchall()
    urged = Urged([pk for pk, is_new in rows if is_new], [pk for pk, is_new in rows if not is_new])
    if urged.now:
        audit.record(
            actor=actor,
            verb="task.urge",
            object_kind="campaign",
            object_id=given.campaign_id,
            unit_id=actor.unit_id,
            at=at,
            payload={
                "items": len(urged.now),
                "to_principal": to_principal,
                "items_sha256": hashlib.sha256(",".join(map(str, urged.now)).encode()).hexdigest(),
            },
        )
    return urged
