"""The close of the day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.figures import commands
from duban.kernel.authority import Actor


@app.periodic(cron="*/5 * * * *")
@app.task(name="figures.close_days", queue="figures", queueing_lock="figures.close_days")
def close_days(timestamp: int) -> None:
    """Bring every campaign's figures forward to today; looked at every five minutes, so also soon after a stop."""
    now = timezone.now()
    commands.close_all(actor=Actor.system("figures.close_days"), today=timezone.localdate(now), at=now)
