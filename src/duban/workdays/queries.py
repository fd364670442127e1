"""Reading the calendar."""

import time

from duban.kernel.authority import Actor
from duban.workdays.expressions import Calendar
from duban.workdays.models import Workday

KEPT_SECONDS = 60
_kept: tuple[float, Calendar] | None = None


def calendar(*, actor: Actor) -> Calendar:
    """Return the calendar as the installation keeps it; a change reaches every process within a minute."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        _kept = (time.monotonic(), Calendar(exceptions=dict(Workday.objects.values_list("day", "is_workday"))))
    return _kept[1]
