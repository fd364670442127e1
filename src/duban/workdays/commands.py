"""Changing the calendar."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.workdays import queries
from duban.workdays.models import Workday
from duban.workdays.policy import may_edit

FIRST_YEAR, LAST_YEAR = 2004, 2100


@transaction.atomic
def set_workday(*, actor: Actor, day: date, is_workday: bool, name: str, source: str, at: datetime) -> Workday | None:
    """
    Say whether a day is worked; return its row, or None where the day now follows its weekday again.

    Only days that differ from the plain week are kept: a holiday on a weekday, work on a weekend.

    :raises NotAllowed: if this actor does not administer the top unit
    :raises InvalidInput: if an exceptional day has no name, or lies outside 2004 to 2100
    """
    may_edit(actor).require()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(
            _("Days from 2004 to 2100 can be entered."), fields={"day": _("Days from 2004 to 2100 can be entered.")}
        )
    is_exceptional = is_workday != (day.weekday() < 5)
    name, source = name.strip(), source.strip()
    if is_exceptional and not name:
        sentence = _("Please name the holiday because of which this day is different.")
        raise InvalidInput(sentence, fields={"name": sentence})

    earlier = Workday.objects.select_for_update().filter(day=day).first()
    before = _state(earlier) if earlier else None
    row = None
    if is_exceptional:
        row, _created = Workday.objects.update_or_create(
            day=day, defaults={"is_workday": is_workday, "name": name, "source": source}
        )
    elif earlier:
        earlier.delete()
    after = {"day": day, "is_workday": is_workday, "name": name, "source": source}
    audit.record(
        actor=actor,
        verb="workday.set",
        object_kind="workday",
        object_id=row.pk if row else None,
        at=at,
        payload=after,
        before=before,
        after=after,
    )
    queries.forget(actor=actor)
    return row


def _state(row: Workday) -> dict[str, object]:
    return {"day": row.day, "is_workday": row.is_workday, "name": row.name, "source": row.source}
