"""
What units that ended still owed, checked and followed goes to their successors, up to 5,000 rows in one transaction.

What is finished stays where it was done, and past figures with it. Every step may run twice: it looks for what is left.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from duban.audit import commands as audit
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, TaskEntry
from duban.tasks.states import CLOSED_STATUSES, OPEN_CHANGES, AssignmentStatus, EntryKind, Target

STEP = 5000

# The task in which one goes on when its unit ends: the successor's share of the same assignment, its part of the same
# task passed down, or the task itself that was passed down.
_SAME = """
    present.unit_id = {now} AND (present.assignment_id = {task}.assignment_id
        OR present.passed_from_id = {task}.passed_from_id OR present.id = {task}.passed_from_id)
    AND present.id <> {task}.id
"""

# A task moves where the successor has none in which it could go on; of several that would, the first.
_OWED = f"""
WITH heir (ended, now) AS (SELECT * FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[])),
left_behind AS (
    SELECT task.id, task.assignment_id, task.passed_from_id, task.campaign_id, task.unit_id, heir.now
    FROM tasks_task AS task JOIN heir ON heir.ended = task.unit_id
    WHERE task.unit_id = ANY(%(ended)s) AND task.status <> ALL(%(closed)s)
    ORDER BY task.id LIMIT %(step)s FOR UPDATE OF task
)
SELECT left_behind.id, left_behind.campaign_id, left_behind.unit_id, left_behind.now,
       (SELECT min(present.id) FROM tasks_task AS present
        WHERE {_SAME.format(now="left_behind.now", task="left_behind")}),
       row_number() OVER (
           PARTITION BY coalesce('from ' || left_behind.passed_from_id, left_behind.assignment_id::text), left_behind.now
           ORDER BY left_behind.id
       ) > 1
FROM left_behind ORDER BY left_behind.id
"""

_INTO = f"""
SELECT merged.id, (SELECT min(present.id) FROM tasks_task AS present WHERE {_SAME.format(now="merged.now", task="task")})
FROM unnest(%s::bigint[], %s::bigint[]) AS merged (id, now) JOIN tasks_task AS task ON task.id = merged.id
"""

_MOVE = """
UPDATE tasks_task AS task SET unit_id = moved.now, version = task.version + 1
FROM unnest(%(tasks)s::bigint[], %(heirs)s::bigint[]) AS moved (id, now) WHERE task.id = moved.id
"""

# What the successor had finished, or need not do, opens again with what is left of the other one: nothing is closed by
# a merger.
_REOPEN = """
UPDATE tasks_task AS task SET status = other.status, version = task.version + 1, agreed_due = other.agreed_due,
       signed_at = other.signed_at, asked_at = other.asked_at, finished_on = NULL
FROM unnest(%(tasks)s::bigint[], %(into)s::bigint[]) AS merged (id, into_id) JOIN tasks_task AS other
    ON other.id = merged.id
WHERE task.id = merged.into_id AND task.status IN ('done', 'withdrawn')
"""

_MERGE = """
UPDATE tasks_task AS task SET status = 'merged', merged_into_id = merged.into_id, version = task.version + 1
FROM unnest(%(tasks)s::bigint[], %(into)s::bigint[]) AS merged (id, into_id) WHERE task.id = merged.id
"""

_REFUSE = """
UPDATE tasks_changerequest SET status = 'refused', decided_at = %(at)s
WHERE task_id = ANY(%(tasks)s) AND status = ANY(%(open)s)
"""

_CHECKED = """
WITH heir (ended, now) AS (SELECT * FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[])),
left_behind AS (
    SELECT id FROM tasks_task WHERE checker_unit_id = ANY(%(ended)s) AND status <> ALL(%(closed)s)
    ORDER BY id LIMIT %(step)s FOR UPDATE
)
UPDATE tasks_task AS task SET checker_unit_id = heir.now, version = task.version + 1
FROM left_behind, heir WHERE task.id = left_behind.id AND heir.ended = task.checker_unit_id
"""

_HELPED = """
WITH heir (ended, now) AS (SELECT * FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[])),
moving AS (
    SELECT helper.id, heir.now, row_number() OVER (PARTITION BY helper.assignment_id, heir.now ORDER BY helper.id) AS nth,
           EXISTS (SELECT 1 FROM tasks_assignmenthelper AS present
                   WHERE present.assignment_id = helper.assignment_id AND present.unit_id = heir.now) AS is_there
    FROM tasks_assignmenthelper AS helper JOIN heir ON heir.ended = helper.unit_id
    WHERE EXISTS (SELECT 1 FROM tasks_task AS share
                  WHERE share.assignment_id = helper.assignment_id AND share.status <> ALL(%(closed)s))
       OR EXISTS (SELECT 1 FROM tasks_assignment AS draft WHERE draft.id = helper.assignment_id AND draft.status <> 'issued')
    ORDER BY helper.id LIMIT %(step)s
), dropped AS (
    DELETE FROM tasks_assignmenthelper AS helper USING moving
    WHERE helper.id = moving.id AND (moving.is_there OR moving.nth > 1)
)
UPDATE tasks_assignmenthelper AS helper SET unit_id = moving.now
FROM moving WHERE helper.id = moving.id AND NOT moving.is_there AND moving.nth = 1
"""


@transaction.atomic
def take_over_next(*, actor: Actor, at: datetime, step: int = STEP) -> bool:
    """
    Give the next rows of units that ended to their successors; return whether there may be more.

    A task whose assignment the successor has already is merged into that one: link and thread stay, and one that was
    finished opens again. Open requests about a merged task are refused with it.
    """
    heirs = organisation.heirs(actor=actor)
    if not heirs:
        return False
    given: dict[str, Any] = {
        "ended": list(heirs),
        "heirs": list(heirs.values()),
        "closed": list(CLOSED_STATUSES),
        "step": step,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWED, given)
        rows = cursor.fetchall()
    if rows:
        _take_tasks(actor, rows, at)
        return True
    moved = _take_drafts(actor, heirs, at, step=step)
    with connection.cursor() as cursor:
        for statement in (_CHECKED, _HELPED):
            cursor.execute(statement, given)
            moved += cursor.rowcount
    return moved > 0


def _take_tasks(actor: Actor, rows: list[tuple[int, int, int, int, int | None, bool]], at: datetime) -> None:
    names = Unit.objects.in_bulk({unit for row in rows for unit in row[2:4]})
    moved = [(task, unit, now) for task, _campaign, unit, now, present, again in rows if present is None and not again]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"tasks": [row[0] for row in moved], "heirs": [row[2] for row in moved]})
        _tell(
            EntryKind.TAKE_OVER,
            at,
            [
                (task, unit, gettext("%(old)s has ended; %(new)s takes over.") % _named(names, unit, now))
                for task, unit, now in moved
            ],
        )
        # Asked again, now that what moves has moved: two tasks of one assignment may come to one successor.
        others = [(row[0], row[2], row[3]) for row in rows if row[4] is not None or row[5]]
        cursor.execute(_INTO, [[row[0] for row in others], [row[2] for row in others]])
        into = dict(cursor.fetchall())
        pairs = {"tasks": list(into), "into": list(into.values())}
        cursor.execute(_REOPEN, pairs)
        cursor.execute(_MERGE, pairs)
        cursor.execute(_REFUSE, {"tasks": list(into), "open": list(OPEN_CHANGES), "at": at})
        _tell(
            EntryKind.MERGE,
            at,
            [
                (
                    task,
                    unit,
                    gettext("%(old)s has ended; it goes on in the item of %(new)s.") % _named(names, unit, now),
                )
                for task, unit, now in others
            ],
        )
        _tell(
            EntryKind.TAKE_OVER,
            at,
            [
                (
                    into[task],
                    unit,
                    gettext("%(old)s has ended; its item goes on in this one.") % _named(names, unit, now),
                )
                for task, unit, now in others
            ],
        )
    touched: dict[int, set[int]] = defaultdict(set)
    for _task, campaign, unit, now, _present, _again in rows:
        touched[campaign] |= {unit, now}
    for campaign, units in sorted(touched.items()):
        figures.recount(actor=actor, table=TASK_FIGURES, campaign_id=campaign, unit_ids=sorted(units))
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event("task.take_over", "task", task, now, {"from": unit, "merged_into": into.get(task)})
            for task, _campaign, unit, now, _present, _again in rows
        ],
    )


def _take_drafts(actor: Actor, heirs: dict[int, int], at: datetime, *, step: int) -> int:
    """Give drafts and unfinished assignments to the successor's office, and write successors into rules of drafts."""
    ended = list(heirs)
    found = list(
        Assignment.objects.raw(
            "SELECT held.* FROM tasks_assignment AS held WHERE (held.assigner_id = ANY(%(ended)s) AND (held.status <>"
            " 'issued' OR EXISTS (SELECT 1 FROM tasks_task AS share WHERE share.assignment_id = held.id AND share.status"
            " <> ALL(%(closed)s)))) OR (held.status = 'draft' AND ((held.target_rule ->> 'unit')::bigint = ANY(%(ended)s)"
            " OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(coalesce(held.target_rule -> 'units', '[]')) AS named"
            " WHERE named::bigint = ANY(%(ended)s)))) ORDER BY held.id LIMIT %(step)s FOR UPDATE",
            {"ended": ended, "closed": list(CLOSED_STATUSES), "step": step},
        )
    )
    events = []
    for assignment in found:
        before = assignment.assigner_id
        assignment.assigner_id = heirs.get(before, before)
        if assignment.status == AssignmentStatus.DRAFT:
            assignment.target_rule = _rule_now(assignment, heirs)
        if assignment.row_key and assignment.assigner_id != before:
            same = Assignment.objects.filter(
                campaign_id=assignment.campaign_id, assigner_id=assignment.assigner_id, row_key=assignment.row_key
            )
            if same.exists():
                # The successor has a row of that key: the table that this one came from is no longer kept anywhere.
                assignment.row_key = f"{assignment.row_key[:40]}@{before}"
        assignment.version += 1
        assignment.save(update_fields=["assigner", "target_rule", "row_key", "version"])
        events.append(
            audit.Event("assignment.take_over", "assignment", assignment.pk, assignment.assigner_id, {"from": before})
        )
    audit.record_many(actor=actor, at=at, events=events)
    return len(found)


def _rule_now(assignment: Assignment, heirs: dict[int, int]) -> dict[str, Any]:
    rule = dict(assignment.target_rule)
    if assignment.target == Target.UNIT and rule.get("unit") in heirs:
        rule["unit"] = heirs[rule["unit"]]
    if assignment.target == Target.LISTED:
        rule["units"] = list(dict.fromkeys(heirs.get(unit, unit) for unit in rule.get("units", [])))
    return rule


def _named(names: dict[int, Unit], old: int, new: int) -> dict[str, str]:
    return {"old": names[old].shown_name, "new": names[new].shown_name}


def _tell(kind: str, at: datetime, told: list[tuple[int, int, str]]) -> None:
    TaskEntry.objects.bulk_create(
        (
            TaskEntry(task_id=task_id, kind=kind, by="", unit_id=unit_id, text=text, made_at=at)
            for task_id, unit_id, text in told
        ),
        batch_size=1000,
    )
