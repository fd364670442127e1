"""Sending to groups: nothing of the network happens inside a transaction."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.notices import commands, outgoing, robots
from duban.notices.commands import Outgoing
from duban.notices.states import Trouble
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK

# One run holds a worker for some minutes at most.
AT_ONCE = 50


@app.periodic(cron="* * * * *")
@app.task(name="notices.send", queue="notices", queueing_lock="notices.send", retry=WHEN_THE_DATABASE_IS_BACK)
def send(timestamp: int) -> None:
    """Send what waits for groups; what does not arrive waits twice as long and is tried again."""
    actor = Actor.system("notices.send")
    for _turn in range(AT_ONCE):
        message = commands.claim_message(actor=actor, at=timezone.now())
        if message is None:
            return
        trouble, answer = deliver(message)
        commands.note_outcome(
            actor=actor, message_id=message.message_id, trouble=trouble, answer=answer, at=timezone.now()
        )


def deliver(message: Outgoing) -> tuple[str, str]:
    """Post one message; return the trouble (empty: it arrived) and what the chat answered."""
    if not message.address:
        return Trouble.UNREADABLE, ""
    request = robots.request_of(
        kind=message.kind, address=message.address, secret=message.secret, text=message.text, at=timezone.now()
    )
    try:
        answer = outgoing.post(kind=message.kind, address=request.address, body=request.body)
    except outgoing.UnreachableError as trouble:
        return Trouble.UNREACHABLE, str(trouble)
    return robots.outcome_of(kind=message.kind, status=answer.status, body=answer.body)


@app.task(name="notices.end_with_units", queue="notices", retry=WHEN_THE_DATABASE_IS_BACK)
def end_with_units() -> None:
    """End the robots of units that ended."""
    commands.end_robots_with_units(actor=Actor.system("notices.end_with_units"), at=timezone.now())
