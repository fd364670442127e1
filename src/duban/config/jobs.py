"""Jobs that bring together what no single module knows."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.notices import commands as notices
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK
from duban.tasks import queries as tasks


@app.periodic(cron="*/10 * * * *")
@app.task(name="config.remind", queue="notices", queueing_lock="config.remind", retry=WHEN_THE_DATABASE_IS_BACK)
def remind(timestamp: int) -> None:
    """Remind whoever answers for units of what falls due in five, three or one working days: once a person and day."""
    actor = Actor.system("config.remind")
    while notices.remind_next(actor=actor, due_soon=tasks.due_soon, at=timezone.now()):
        pass
