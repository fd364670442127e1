"""Making reminders in steps, and putting them aside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed, NotFound
from duban.notices import queries
from duban.notices.hours import is_waking
from duban.notices.models import Digest, DigestDay, DigestRefusal
from duban.notices.states import REMINDED_ROLES
from duban.workdays import queries as workdays

STEP = 5_000


class DueSoon(Protocol):
    """
    Returns what falls due in the spans, by number of working days: unit, items in one, three and five.

    The units come in the order of their numbers, only those after `after`, at most so many.
    """

    def __call__(
        self, *, actor: Actor, spans: Mapping[int, tuple[date, date]], after: int, most: int
    ) -> Sequence[tuple[int, int, int, int]]: ...


# Whoever answers for the unit as liaison or recorder, by a grant in force on it or on a unit above it, and wants to be
# reminded. A principal is never among them: neither who heads any unit that day, nor who holds the role of a principal.
_ADD = """
WITH due AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(one)s::int[], %(three)s::int[], %(five)s::int[])
        AS due (unit_id, in_one, in_three, in_five)
), held AS (
    SELECT held.id, held.user_id, held.reach, held.unit_id
      FROM access_grant held
      JOIN accounts_user account ON account.id = held.user_id AND account.is_active
      LEFT JOIN organisation_post post ON post.id = held.post_id
     WHERE held.role = ANY(%(roles)s) AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
       AND (held.post_id IS NULL OR (post.starts_on <= %(day)s AND (post.ends_on IS NULL OR post.ends_on > %(day)s)))
       AND NOT EXISTS (SELECT 1 FROM notices_digestrefusal refusal WHERE refusal.user_id = held.user_id)
       AND NOT EXISTS (
           SELECT 1 FROM organisation_person person JOIN organisation_post heads ON heads.person_id = person.id
            WHERE person.user_id = held.user_id AND heads.kind = 'principal'
              AND heads.starts_on <= %(day)s AND (heads.ends_on IS NULL OR heads.ends_on > %(day)s))
       AND NOT EXISTS (
           SELECT 1 FROM access_grant heads
            WHERE heads.user_id = held.user_id AND heads.role = 'unit_principal' AND heads.starts_at <= %(at)s
              AND (heads.ends_at IS NULL OR heads.ends_at > %(at)s))
), reminded AS (
    SELECT held.user_id, due.* FROM due
      JOIN organisation_closure closure ON closure.descendant_id = due.unit_id
      JOIN held ON held.unit_id = closure.ancestor_id
       AND (held.reach = 'subtree' OR (held.reach = 'unit' AND closure.depth = 0))
    UNION
    SELECT held.user_id, due.* FROM due
      JOIN access_grantunit listed ON listed.unit_id = due.unit_id
      JOIN held ON held.id = listed.grant_id AND held.reach = 'listed'
), told AS (
    INSERT INTO notices_digest (user_id, day, made_at, is_read)
    SELECT DISTINCT user_id, %(day)s::date, %(at)s::timestamptz, false FROM reminded
    ON CONFLICT (user_id, day) DO UPDATE SET day = EXCLUDED.day RETURNING id, user_id
)
INSERT INTO notices_digestline (digest_id, unit_id, in_one, in_three, in_five)
SELECT told.id, reminded.unit_id, reminded.in_one, reminded.in_three, reminded.in_five
  FROM reminded JOIN told ON told.user_id = reminded.user_id
    ON CONFLICT (digest_id, unit_id) DO NOTHING
"""


@transaction.atomic
def remind_next(*, actor: Actor, due_soon: DueSoon, at: datetime, most: int = STEP) -> bool:
    """
    Remind, on a working day between 8:00 and 20:00, whoever answers for the next units; return whether more are left.

    A person has one reminder a day, however often this runs. Nothing is addressed to a principal.
    """
    day = timezone.localdate(at)
    if not is_waking(at) or not workdays.calendar(actor=actor).is_workday(day):
        return False
    DigestDay.objects.bulk_create([DigestDay(day=day)], ignore_conflicts=True)
    progress = DigestDay.objects.select_for_update().get(day=day)
    if progress.is_finished:
        return False
    due = due_soon(actor=actor, spans=queries.spans(actor=actor, day=day), after=progress.last_unit_id, most=most)
    if due:
        columns = dict(zip(("units", "one", "three", "five"), map(list, zip(*due, strict=True)), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_ADD, {**columns, "roles": list(REMINDED_ROLES), "day": day, "at": at})
        progress.last_unit_id = due[-1][0]
    progress.is_finished = len(due) < most
    progress.save()
    if progress.is_finished:
        audit.record(
            actor=actor,
            verb="notice.remind",
            object_kind="reminders",
            object_id=progress.pk,
            at=at,
            payload={"day": day.isoformat(), "people": Digest.objects.filter(day=day).count()},
        )
    return not progress.is_finished


@transaction.atomic
def put_aside(*, actor: Actor, day: date, at: datetime) -> None:
    """
    Put one's own reminder of a day aside; it is shown no more. Nobody else is told, and the record says nothing of it.

    :raises NotFound: if this actor has none of that day
    """
    own = Digest.objects.filter(day=day, user_id=actor.user_id) if actor.user_id is not None else Digest.objects.none()
    if not own.update(is_read=True):
        raise NotFound(_("You have no reminder of that day."))


@transaction.atomic
def switch_digest(*, actor: Actor, is_on: bool) -> None:
    """
    Switch one's own daily reminder off or on again; off, what is shown at present is put aside as well.

    Of the machine's reminder only: what a named person says, and what is to be done, reaches everybody. Nobody else is
    told, and the record says nothing of it.

    :raises NotAllowed: if this is nobody's account
    """
    if actor.user_id is None:
        raise NotAllowed(_("Only somebody with an account has reminders."))
    if is_on:
        DigestRefusal.objects.filter(user_id=actor.user_id).delete()
        return
    DigestRefusal.objects.bulk_create([DigestRefusal(user_id=actor.user_id)], ignore_conflicts=True)
    Digest.objects.filter(user_id=actor.user_id, is_read=False).update(is_read=True)


@transaction.atomic
def clear_digests(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove reminders made before that moment, the oldest first, at most so many; return how many."""
    old = Digest.objects.filter(made_at__lt=before).order_by("made_at", "pk").values_list("pk", flat=True)
    kept = list(old[:most])
    Digest.objects.filter(pk__in=kept).delete()
    DigestDay.objects.filter(day__lt=timezone.localdate(before)).delete()
    return len(kept)
