"""REST: one's own reminder of today, and the robots of group chats."""

from datetime import date
from typing import Literal

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


class SwitchIn(Schema):
    """Whether the daily reminder is to be on."""

    is_on: bool


@router.get("/reminders/switch", response=SwitchIn)
def reminder_switch(request: Request) -> object:
    """Return whether one's own daily reminder is on."""
    return {"is_on": queries.is_reminded(actor=request.actor)}


@router.put("/reminders/switch", response={204: None})
def switch_reminder(request: Request, given: SwitchIn) -> Status[None]:
    """Switch one's own daily reminder off, or on again; what a named person says reaches everybody."""
    commands.switch_digest(actor=request.actor, is_on=given.is_on)
    return Status(204, None)


class RobotIn(Schema):
    """A robot to be entered; it is off. Its address and secret are never shown again."""

    unit_id: int
    kind: str
    name: str = Field(max_length=60)
    address: str = Field(max_length=500)
    secret: str = Field("", max_length=200)
    keyword: str = Field("", max_length=30)


class RobotOut(Schema):
    """A robot; `address_hint` is its host and the last four characters."""

    id: int
    unit_id: int
    kind: str
    name: str
    address_hint: str
    is_on: bool
    failures: int
    off_because: str


@router.get("/robots", response=list[RobotOut])
def robots(request: Request) -> object:
    """Return the robots of one's own part of the tree."""
    return [line.robot for line in queries.robots(actor=request.actor).robots]


@router.post("/robots", response=RobotOut)
def enter_robot(request: Request, given: RobotIn) -> object:
    """Enter a robot; it is off until it is switched on."""
    return commands.enter_robot(actor=request.actor, at=timezone.now(), **given.dict())


@router.post("/robots/{robot_id}/{step}", response={204: None})
def robot_step(request: Request, robot_id: int, step: Literal["on", "off", "try", "end"]) -> Status[None]:
    """Switch a robot on or off, try it, or remove it."""
    at = timezone.now()
    if step == "try":
        commands.try_robot(actor=request.actor, robot_id=robot_id, at=at)
    elif step == "end":
        commands.end_robot(actor=request.actor, robot_id=robot_id, at=at)
    else:
        commands.switch_robot(actor=request.actor, robot_id=robot_id, is_on=step == "on", at=at)
    return Status(204, None)
