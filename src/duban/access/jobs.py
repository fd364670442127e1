"""Work on grants in the background."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.access import commands
from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK


@app.task(name="access.end_with_units", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def end_with_units() -> None:
    """End the grants at units that ended."""
    commands.end_grants_with_units(actor=Actor.system("access.end_with_units"), at=timezone.now())
