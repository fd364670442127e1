"""Work on tasks in the background: each step is one transaction that moves its own progress."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK
from duban.tasks import commands


@app.task(name="tasks.fan_out", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def fan_out(*, assignment_id: int) -> None:
    """Give every chosen unit its task, 5,000 at a time."""
    actor = Actor.system("tasks.fan_out")
    while commands.serve_next_units(actor=actor, assignment_id=assignment_id, at=timezone.now()):
        pass
