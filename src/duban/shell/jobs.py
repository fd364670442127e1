"""Clearing what is kept for a day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.shell import posted


@app.periodic(cron="17 3 * * *")
@app.task(name="shell.clear_answers", queue="figures", queueing_lock="shell.clear_answers")
def clear_answers(timestamp: int) -> None:
    """Remove the kept answers of posted forms after 24 hours."""
    posted.clear(before=timezone.now())
