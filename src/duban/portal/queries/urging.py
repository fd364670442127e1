"""Urging (催办): a text for the group chat, and the items of which units are reminded, as page and file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor
from duban.kernel.paging import Page
from duban.portal.queries.table import upper_unit
from duban.portal.queries.work import (
    WorkLine,
    filter_line,
    line_of,
    narrowing_words,
    scope_line,
    task_cells,
    task_columns,
)
from duban.shell.group_chat import MOST_BYTES, MOST_UNITS, fitted
from duban.shell.templatetags.shell import day as day_word
from duban.tasks import queries as tasks
from duban.tasks.queries import Day, TaskFilter, UnitReminder
from duban.workbooks.listing import Column, Listing


@dataclass(frozen=True, slots=True)
class UrgingLine:
    """One item of which its unit is reminded, and the day on which it was last."""

    line: WorkLine
    last_urged: date | None


@dataclass(frozen=True, slots=True)
class Urging:
    """One page of the items, the text for the group chat, and the words of the head."""

    text: str
    page: Page[UrgingLine]
    unit_count: int
    items: int
    day: Day
    scope: str
    filters: str


def urging(
    *,
    actor: Actor,
    campaign: Campaign,
    given: TaskFilter,
    link: str,
    by_place: bool = False,
    after: str = "",
) -> Urging:
    """
    Return what a list of tasks gives to remind its units of: only what waits for the unit itself, in protocol order.

    `link` is the address at which a unit sees what it owes. `by_place` makes the lines of the text those of the table of
    units: one for each unit directly below, together with everything below it.

    :raises NotAllowed: if the actor's post does not include urging
    """
    page = tasks.urged_page(actor=actor, given=given, after=after)
    below = upper_unit(actor=actor, unit_id=given.unit_id) if by_place and not given.own_only else None
    found = tasks.reminders(actor=actor, given=given, most=MOST_UNITS, below=below)
    day = Day(given.as_of, given.near_until)
    return Urging(
        text=_text(_head(actor, campaign, found, given), found, link),
        page=Page([UrgingLine(line_of(row.line, day), row.last_urged) for row in page.rows], page.after),
        unit_count=found.unit_count,
        items=found.items,
        day=day,
        scope=scope_line(actor, campaign, given),
        filters=filter_line(actor, given),
    )


def urging_listing(*, actor: Actor, campaign: Campaign, given: TaskFilter) -> Listing:
    """Return every item of `urging` for Excel and Word, in the order of its pages."""
    return Listing(
        title=_("Items to urge"),
        scope=scope_line(actor, campaign, given),
        filters=filter_line(actor, given),
        as_of=given.as_of,
        columns=[*task_columns(), Column("last_urged", _("Last urged"), "date")],
        rows=_rows(tasks.urged_rows(actor=actor, given=given), Day(given.as_of, given.near_until)),
    )


def _rows(found: Iterable[tasks.ToUrge], day: Day) -> Iterator[Sequence[object]]:
    for row in found:
        yield [*task_cells(task=row.line, word=line_of(row.line, day).word), row.last_urged or ""]


def _head(actor: Actor, campaign: Campaign, found: tasks.Reminders, given: TaskFilter) -> list[str]:
    """Return how many, as of when, and to what the list is narrowed; no words of an item or of a search."""
    head = _("%(campaign)s: %(units)d units have %(items)d items to attend to (as of %(day)s).")
    lines = [
        head
        % {
            "campaign": campaign.name,
            "units": found.unit_count,
            "items": found.items,
            "day": day_word(given.as_of),
        }
    ]
    narrowed = narrowing_words(actor=actor, given=given)
    return [*lines, _("Only: %(filters)s") % {"filters": narrowed}] if narrowed else lines


def _text(head: list[str], found: tasks.Reminders, link: str) -> str:
    """Return counts by unit, dates and the link, as many lines as one message of a group chat takes."""
    if not found.items:
        return ""
    foot = _("See details: %(link)s") % {"link": link}
    lines = [_("%(unit)s: %(counts)s") % {"unit": one.unit, "counts": _counts(one)} for one in found.units]
    return fitted(head=head, lines=lines, foot=[foot], count=found.line_count, most_bytes=MOST_BYTES)


def _counts(one: UnitReminder) -> str:
    parts = []
    if one.to_sign:
        parts.append(_("%(count)d unsigned") % {"count": one.to_sign})
    if one.overdue:
        words = _("%(count)d overdue (the earliest %(day)s)")
        parts.append(words % {"count": one.overdue, "day": day_word(one.first_overdue)})
    if one.near_due:
        words = _("%(count)d near due (the earliest %(day)s)")
        parts.append(words % {"count": one.near_due, "day": day_word(one.first_near)})
    return pgettext("counts of a unit", ", ").join(parts or [_("%(count)d in hand") % {"count": one.items}])
