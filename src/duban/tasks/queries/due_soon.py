"""What waits for its unit and falls due within some days, counted by unit: the material of the daily reminder."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection

from duban.campaigns.states import CampaignStatus
from duban.kernel.authority import Actor
from duban.tasks.states import URGED_STATUSES

_DUE_SOON = """
SELECT task.unit_id,
       count(*) FILTER (WHERE task.agreed_due BETWEEN %(one_from)s AND %(one_until)s),
       count(*) FILTER (WHERE task.agreed_due BETWEEN %(three_from)s AND %(three_until)s),
       count(*) FILTER (WHERE task.agreed_due BETWEEN %(five_from)s AND %(five_until)s)
  FROM tasks_task task JOIN campaigns_campaign campaign ON campaign.id = task.campaign_id
 WHERE campaign.status = %(running)s AND task.status = ANY(%(waiting)s) AND task.unit_id > %(after)s
   AND (task.agreed_due BETWEEN %(one_from)s AND %(one_until)s
        OR task.agreed_due BETWEEN %(three_from)s AND %(three_until)s
        OR task.agreed_due BETWEEN %(five_from)s AND %(five_until)s)
 GROUP BY task.unit_id ORDER BY task.unit_id LIMIT %(most)s
"""


def due_soon(
    *, actor: Actor, spans: Mapping[int, tuple[date, date]], after: int, most: int
) -> list[tuple[int, int, int, int]]:
    """
    Return, by unit number, how many items that wait for their unit fall due in the spans of one, three and five days.

    Items of running campaigns only; for the machine's own reminders, so of all units.
    """
    given: dict[str, Any] = {
        "running": CampaignStatus.RUNNING,
        "waiting": [str(status) for status in URGED_STATUSES],
        "after": after,
        "most": most,
    }
    for name, n in (("one", 1), ("three", 3), ("five", 5)):
        given[f"{name}_from"], given[f"{name}_until"] = spans[n]
    with connection.cursor() as cursor:
        cursor.execute(_DUE_SOON, given)
        return [(unit_id, one, three, five) for unit_id, one, three, five in cursor.fetchall()]
