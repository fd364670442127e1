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


@app.task(name="tasks.take_over", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over() -> None:
    """Give what units that ended still owed, checked and followed to their successors, 5,000 rows at a time."""
    actor = Actor.system("tasks.take_over")
    while commands.take_over_next(actor=actor, at=timezone.now()):
        pass


@app.task(name="tasks.ask_data_request", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def ask_data_request(*, request_id: int) -> None:
    """Make the assignment of a data request that was sent."""
    actor = Actor.system("tasks.ask_data_request")
    commands.ask_data_request(actor=actor, request_id=request_id, at=timezone.now())


@app.task(name="tasks.withdraw_parts", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def withdraw_parts(*, task_id: int) -> None:
    """Take back the unanswered parts below a withdrawn task, 5,000 at a time."""
    actor = Actor.system("tasks.withdraw_parts")
    while commands.withdraw_parts(actor=actor, task_id=task_id, at=timezone.now()):
        pass


@app.task(name="tasks.withdraw_data_request", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def withdraw_data_request(*, request_id: int) -> None:
    """Take back the unanswered tasks of a withdrawn data request, 5,000 at a time."""
    actor = Actor.system("tasks.withdraw_data_request")
    while commands.withdraw_data_request(actor=actor, request_id=request_id, at=timezone.now()):
        pass
