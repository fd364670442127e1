"""Who has a part in tasks and therefore may not check them: one rule, read in few statements for one or many."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.tasks.models import Task
from duban.tasks.policy import Involved
from duban.tasks.states import ASKED_AS, EntryKind

# What makes somebody a person who answered or submitted.
ANSWERING = (
    EntryKind.SIGN,
    EntryKind.DECLINE,
    EntryKind.FEEDBACK,
    EntryKind.EVIDENCE,
    EntryKind.ASK_DONE,
    EntryKind.CALL_BACK,
    EntryKind.PASS_DOWN,
    EntryKind.PUT_BEFORE,
    EntryKind.SENT_BACK,
    EntryKind.ENTRUST,
    EntryKind.DECLARE,
    *ASKED_AS.values(),
)


# By hand and at once: it is asked before each step of each task. A row names a unit or an account with a part.
_PARTS = """
WITH RECURSIVE within (task_id, inside_id) AS (
    SELECT id, id FROM unnest(%(tasks)s::bigint[]) AS asked (id)
    -- All that was merged into it, at whatever remove.
    UNION
    SELECT within.task_id, merged.id
      FROM within JOIN tasks_task AS merged ON merged.merged_into_id = within.inside_id
)
SELECT task.id, helper.unit_id, NULL::bigint
  FROM tasks_task AS task JOIN tasks_assignmenthelper AS helper ON helper.assignment_id = task.assignment_id
 WHERE task.id = ANY(%(tasks)s)
UNION
-- A unit that ended answered before; its people have a part as those of the successor have.
SELECT within.task_id, CASE WHEN entry.kind = %(take_over)s THEN entry.unit_id END,
       CASE WHEN entry.kind <> %(take_over)s THEN entry.user_id END
  FROM within JOIN tasks_taskentry AS entry ON entry.task_id = within.inside_id
 WHERE entry.kind = ANY(%(answering)s) OR entry.kind = %(take_over)s
UNION
SELECT within.task_id, NULL, link.made_by
  FROM within
  JOIN tasks_confirmation AS confirmation ON confirmation.task_id = within.inside_id
  JOIN tasks_confirmationlink AS link ON link.confirmation_id = confirmation.id
"""


def involved(*, actor: Actor, task: Task, person_ids: Sequence[int] | None = None) -> Involved:
    """
    Return everybody with a part in the task, as far as they are among the people asked about.

    Without `person_ids` the actor alone is asked about.
    """
    return involved_in_many(actor=actor, tasks=[task], person_ids=person_ids)[task.pk]


def involved_in_many(
    *, actor: Actor, tasks: Sequence[Task], person_ids: Sequence[int] | None = None
) -> dict[int, Involved]:
    """
    Return for each task everybody with a part in it, as far as they are among the people asked about.

    Whoever answered what was merged into a task has a part in it, and so has whoever held the principal's link.
    Without `person_ids` the actor alone is asked about.
    """
    asked = [actor.person_id] if person_ids is None and actor.person_id is not None else list(person_ids or [])
    units: dict[int, set[int]] = defaultdict(set)
    users: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "tasks": [task.pk for task in tasks],
            "answering": [kind.value for kind in ANSWERING],
            "take_over": EntryKind.TAKE_OVER.value,
        }
        cursor.execute(_PARTS, given)
        for task_id, unit_id, user_id in cursor.fetchall():
            if unit_id is not None:
                units[task_id].add(unit_id)
            if user_id is not None:
                users[task_id].add(user_id)
    held = organisation.units_of_people(actor=actor, person_ids=asked)
    found = {}
    for task in tasks:
        own = frozenset({task.unit_id} | units[task.pk])
        found[task.pk] = Involved(
            units=own,
            people=frozenset(person for person, unit in held if unit in own),
            users=frozenset(users[task.pk]),
        )
    return found
