"""Jobs that bring together what no single module knows."""

from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.kernel.events import publish
from duban.notices import commands as notices
from duban.notices import queries as notice_queries
from duban.notices import robots
from duban.notices.hours import is_waking
from duban.organisation.events import UnitsEnded
from duban.portal import queries as portal
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK
from duban.tasks import queries as tasks
from duban.workdays import queries as workdays

# At 2:41 in the morning; the queue's clock is UTC.
AT_NIGHT = "41 18 * * *"
# After the figures of the day are there and people have come to work.
GROUPS_ARE_TOLD_FROM = time(8, 30)


@app.periodic(cron="*/10 * * * *")
@app.task(name="config.remind", queue="notices", queueing_lock="config.remind", retry=WHEN_THE_DATABASE_IS_BACK)
def remind(timestamp: int) -> None:
    """Remind whoever answers for units of what falls due in five, three or one working days: once a person and day."""
    actor = Actor.system("config.remind")
    while notices.remind_next(actor=actor, due_soon=tasks.due_soon, at=timezone.now()):
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="config.tell_groups", queue="notices", queueing_lock="config.tell_groups", retry=WHEN_THE_DATABASE_IS_BACK
)
def tell_groups(timestamp: int) -> None:
    """Write the numbers of the day for every robot that is on: on working days from 8:30, one message each."""
    actor, at = Actor.system("config.tell_groups"), timezone.now()
    local = timezone.localtime(at)
    if not is_waking(at) or local.time() < GROUPS_ARE_TOLD_FROM:
        return
    if workdays.calendar(actor=actor).is_workday(local.date()):
        write_group_messages(actor=actor, at=at)


@app.periodic(cron=AT_NIGHT)
@app.task(
    name="config.follow_ended_units",
    queue="fan_out",
    queueing_lock="config.follow_ended_units",
    retry=WHEN_THE_DATABASE_IS_BACK,
)
def follow_ended_units(timestamp: int) -> None:
    """
    Do once more what follows the end of units: what was written while one ended is not left with it until the next ends.

    Each of these jobs looks for what is left, so a night without any costs a few questions.
    """
    with transaction.atomic():
        publish(UnitsEnded(()))


def write_group_messages(*, actor: Actor, at: datetime) -> int:
    """Write the message of the day for every robot that is on and has none; return how many."""
    day = timezone.localdate(at)
    written = 0
    for robot in notice_queries.robots_to_tell(actor=actor, day=day):
        manner = robots.MANNERS[robot.kind]
        with translation.override(settings.LANGUAGE_CODE):
            text = portal.group_text(
                actor=actor,
                unit=robot.unit,
                link=settings.ORIGIN,
                # Room for the keyword, 30 characters of three bytes and two brackets.
                most_bytes=manner.text_bytes - 100,
                today=day,
            )
        if text:
            written += notices.write_counts(
                actor=actor, robot_id=robot.pk, day=day, text=robots.with_keyword(robot.keyword, text), at=at
            )
    return written
