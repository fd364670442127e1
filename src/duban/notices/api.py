"""REST: one's own reminder of today."""

from datetime import date

from django.utils import timezone
from ninja import Field, Router, Schema, Status

from duban.notices import commands, queries
from duban.shell.requests import Request

router = Router(tags=["notices"])


class RemindedOut(Schema):
    """One unit and how many of its items fall due in one, three and five working days."""

    unit_id: int = Field(alias="unit.pk")
    unit: str = Field(alias="unit.name")
    in_one: int
    in_three: int
    in_five: int


class ReminderOut(Schema):
    """A reminder: the sums over all units, and the first units in protocol order."""

    day: date
    in_one: int
    in_three: int
    in_five: int
    unit_count: int
    units: list[RemindedOut]


class TodayOut(Schema):
    """The reminder of today, or nothing."""

    reminder: ReminderOut | None


@router.get("/reminders/today", response=TodayOut)
def today(request: Request) -> object:
    """Return one's own reminder of today, if there is one that was not put aside."""
    return {"reminder": queries.digest_of(actor=request.actor, on=timezone.localdate())}


@router.post("/reminders/{day}/put-aside", response={204: None})
def put_aside(request: Request, day: date) -> Status[None]:
    """Put one's own reminder of a day aside."""
    commands.put_aside(actor=request.actor, day=day, at=timezone.now())
    return Status(204, None)
