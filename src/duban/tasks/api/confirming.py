"""REST of a principal's own word."""

from datetime import date, datetime

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries

router = Router(tags=["tasks"])


class PutBeforeIn(Schema):
    act: str = "ask_done"
    text: str = Field(max_length=4000)
    new_due: date | None = None


class OwnWordIn(Schema):
    reason: str = Field("", max_length=2000)
    # Somebody of the unit to whom it is entrusted.
    person_id: int | None = None


class ConfirmationOut(Schema):
    id: int
    task_id: int
    act: str
    status: str
    text: str
    new_due: date | None
    prepared_words: str
    asked_at: datetime
    way: str
    decided_words: str
    reason: str


@router.post("/tasks/{task_id}/put-before", response=ConfirmationOut)
def put_before(request: Request, task_id: int, given: PutBeforeIn) -> object:
    """Put a reserved act before the unit's principal."""
    return commands.put_before_principal(
        actor=request.actor,
        task_id=task_id,
        act=given.act,
        text=given.text,
        new_due=given.new_due,
        at=timezone.now(),
    )


@router.get("/confirmations", response=list[ConfirmationOut])
def list_confirmations(request: Request, campaign_id: int) -> object:
    """Return what waits for one's own word as a principal."""
    return queries.waiting_for(actor=request.actor, campaign_id=campaign_id, on=timezone.localdate())


@router.post("/confirmations/{confirmation_id}/take-back", response=ConfirmationOut)
def take_back_confirmation(request: Request, confirmation_id: int) -> object:
    """Take back what waits for the principal, until they have decided."""
    return commands.take_back_confirmation(actor=request.actor, confirmation_id=confirmation_id, at=timezone.now())


@router.post("/confirmations/{confirmation_id}/{step_name}", response=ConfirmationOut)
def decide_confirmation(request: Request, confirmation_id: int, step_name: str, given: OwnWordIn) -> object:
    """Give one's own word as the principal: agree, send_back or entrust."""
    return commands.decide_confirmation(
        actor=request.actor,
        confirmation_id=confirmation_id,
        step_name=step_name,
        reason=given.reason,
        person_id=given.person_id,
        at=timezone.now(),
    )
