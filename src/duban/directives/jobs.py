"""Work on papers in the background."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.directives import commands
from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK


@app.task(name="directives.take_over", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over() -> None:
    """Give the papers of units that ended, and what is to be relayed, to their successors."""
    actor = Actor.system("directives.take_over")
    commands.take_over_documents(actor=actor, at=timezone.now())
    while commands.take_over_passings(actor=actor, at=timezone.now()):
        pass
