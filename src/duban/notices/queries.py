"""Reading reminders: everybody their own, on the day alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from duban.kernel.authority import Actor
from duban.notices.models import Digest, DigestLine
from duban.notices.states import DAYS_BEFORE
from duban.organisation.models import Unit
from duban.workdays import queries as workdays

UNITS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Reminded:
    """One unit of a reminder and how many of its items fall due in one, three and five working days."""

    unit: Unit
    in_one: int
    in_three: int
    in_five: int

    @property
    def items(self) -> int:
        """All together."""
        return self.in_one + self.in_three + self.in_five


@dataclass(frozen=True, slots=True)
class DigestShown:
    """A reminder: the sums, and the first units in protocol order."""

    day: date
    in_one: int
    in_three: int
    in_five: int
    units: list[Reminded] = field(default_factory=list)
    unit_count: int = 0

    @property
    def items(self) -> int:
        """All together."""
        return self.in_one + self.in_three + self.in_five

    @property
    def is_one_unit(self) -> bool:
        """Whether it speaks of one unit alone."""
        return self.unit_count == 1


def digest_of(*, actor: Actor, on: date) -> DigestShown | None:
    """Return the actor's own reminder of the day, or None where there is none or it was put aside."""
    if actor.user_id is None:
        return None
    rows = DigestLine.objects.filter(digest__user_id=actor.user_id, digest__day=on, digest__is_read=False)
    lines = [
        Reminded(row.unit, row.in_one, row.in_three, row.in_five)
        for row in rows.select_related("unit").order_by("unit__order_path", "unit_id")
    ]
    if not lines:
        return None
    return DigestShown(
        day=on,
        in_one=sum(line.in_one for line in lines),
        in_three=sum(line.in_three for line in lines),
        in_five=sum(line.in_five for line in lines),
        units=lines[:UNITS_SHOWN],
        unit_count=len(lines),
    )


def spans(*, actor: Actor, day: date) -> Mapping[int, tuple[date, date]]:
    """
    Return the first and the last due date that lie one, three and five working days after `day`.

    A date on a day off counts as the working day before it, so nobody is reminded of it when it is too late.
    """
    calendar = workdays.calendar(actor=actor)
    one_day = timedelta(days=1)
    return {n: (calendar.add_workdays(day, n), calendar.add_workdays(day, n + 1) - one_day) for n in DAYS_BEFORE}


def overdue_digests(*, actor: Actor, before: datetime) -> int:
    """Return how many reminders made before that moment are kept still."""
    return Digest.objects.filter(made_at__lt=before).count()
