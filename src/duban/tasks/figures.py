"""What is counted about tasks; every record counts at exactly one unit, its owner."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duban.figures.tables import Figure, FigureTable

# Of records that somebody still has to do; long-term work has no date, so no comparison of dates makes it late.
OPEN = "record.status IN ('to_sign', 'in_hand', 'asked_done', 'partly_done', 'kept_up')"
_OWED = "record.status NOT IN ('declined', 'withdrawn', 'suspended', 'merged')"

TASK_FIGURES = FigureTable(
    name="tasks",
    records="tasks_task",
    table="tasks_taskfigures",
    past="tasks_taskfigurespast",
    figures=(
        Figure(
            "total",
            _("Owed"),
            _("Items assigned to the unit, without those returned, withdrawn, suspended or merged into another"),
            _OWED,
        ),
        Figure("to_sign", _("Unsigned"), _("Issued, not yet signed for"), "record.status = 'to_sign'"),
        Figure("in_hand", _("In hand"), _("Signed for and being worked on"), "record.status = 'in_hand'"),
        Figure("asked", _("To be checked"), _("Reported as finished, not yet checked"), "record.status = 'asked_done'"),
        Figure(
            "done",
            _("Done"),
            _("Accepted by somebody else, or declared and open to sampling"),
            "record.status = 'done'",
        ),
        Figure("declined", _("Returned to assigner"), _("Returned as not theirs"), "record.status = 'declined'"),
        Figure(
            "partly_done",
            _("Done in part"),
            _("A part is accepted, the rest goes on; not done, and late only by the next date"),
            "record.status = 'partly_done'",
        ),
        Figure("suspended", _("Suspended"), _("Stopped by consent; not owed meanwhile"), "record.status = 'suspended'"),
        Figure(
            "merged", _("Merged"), _("Goes on inside another item and is counted there"), "record.status = 'merged'"
        ),
        Figure(
            "declared",
            _("Declared"),
            _("Done by declaration, nobody has looked; part of those done"),
            "record.status = 'done' AND record.closing_mode = 'declare'",
        ),
        Figure(
            "overdue",
            _("Overdue"),
            _("Past the agreed date and not accepted"),
            f"{OPEN} AND record.agreed_due < day.as_of",
        ),
        Figure(
            "near_due",
            _("Near due"),
            _("Due within five working days and not accepted"),
            f"{OPEN} AND record.agreed_due BETWEEN day.as_of AND day.near_until",
        ),
        Figure("long_term", _("Long-term"), _("Without an end date"), f"{OPEN} AND record.agreed_due IS NULL"),
        Figure(
            "done_dated",
            _("Done with a date"),
            _("Accepted items that had a date"),
            "record.status = 'done' AND record.original_due IS NOT NULL",
        ),
        Figure(
            "on_time_original",
            _("On time by the original date"),
            _("Finished by the date first set"),
            "record.status = 'done' AND record.finished_on <= record.original_due",
        ),
        Figure(
            "on_time_agreed",
            _("On time by the agreed date"),
            _("Finished by the date after granted extensions"),
            "record.status = 'done' AND record.finished_on <= record.agreed_due",
        ),
        Figure(
            "tightened",
            _("Earlier dates set below"),
            _("Items for which a lower level set an earlier date than the original one when passing them down"),
            f"{_OWED} AND record.tightened_due IS NOT NULL",
        ),
    ),
    # Fell due on the day that ended, or came near on the day that begins.
    changes_with_day=(
        f"{OPEN} AND ((record.agreed_due >= %(old_as_of)s AND record.agreed_due < %(new_as_of)s)"
        " OR (record.agreed_due > %(old_near)s AND record.agreed_due <= %(new_near)s))"
    ),
)

DONE_SHARE_MEANING = _(
    "Share done: done of all that is owed. Long-term items and those done in part are owed and not done; suspended and"
    " merged ones are not owed."
)


def done_share(counts: Mapping[str, int]) -> float | None:
    """Return the share done as DONE_SHARE_MEANING says, or None where nothing is owed."""
    return counts["done"] / counts["total"] if counts["total"] else None
