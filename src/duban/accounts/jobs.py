"""Clearing failed attempts to sign in that no longer count."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.accounts import commands
from duban.kernel.authority import Actor


@app.periodic(cron="23 3 * * *")
@app.task(name="accounts.clear_attempts", queue="figures", queueing_lock="accounts.clear_attempts")
def clear_attempts(timestamp: int) -> None:
    """Remove the attempts of earlier days."""
    commands.clear_attempts(actor=Actor.system("accounts.clear_attempts"), before=timezone.now())
