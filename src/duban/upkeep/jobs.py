"""The nightly clearing."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK
from duban.upkeep import commands


# At 3:17 in the morning; the queue's clock is UTC.
@app.periodic(cron="17 19 * * *")
@app.task(name="upkeep.clear", queue="figures", queueing_lock="upkeep.clear", retry=WHEN_THE_DATABASE_IS_BACK)
def clear(timestamp: int) -> None:
    """Remove what has been kept long enough, 5,000 rows at a time."""
    commands.clear_all(actor=Actor.system("upkeep.clear"), at=timezone.now())
