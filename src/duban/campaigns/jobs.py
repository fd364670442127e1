"""Work on campaigns in the background."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.campaigns import commands
from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK


@app.task(name="campaigns.take_over", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over() -> None:
    """Give the campaigns of units that ended to their successors."""
    commands.take_over_campaigns(actor=Actor.system("campaigns.take_over"), at=timezone.now())
