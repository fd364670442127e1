"""When something may be put before people: between eight in the morning and eight in the evening, local time."""

from datetime import datetime, time, timedelta

from django.utils import timezone

FIRST, LAST = time(8), time(20)


def is_waking(at: datetime) -> bool:
    """Whether the moment lies between 8:00 and 20:00."""
    return FIRST <= timezone.localtime(at).time() < LAST


def next_waking(at: datetime) -> datetime:
    """Return the moment itself, or the next eight in the morning."""
    local = timezone.localtime(at)
    if is_waking(at):
        return at
    day = local.date() if local.time() < FIRST else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, FIRST))
