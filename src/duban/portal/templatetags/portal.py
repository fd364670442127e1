"""Rows of long lists: there are thousands of cells on a page, so they are written at once."""

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from duban.portal.queries import UnitRow, WorkLine
from duban.shell.templatetags.shell import badge, day
from duban.tasks.queries import TaskLine
from duban.tasks.states import TaskStatus

register = template.Library()
MOST_LETTERS = 90


@register.simple_tag
def number_cells(row: UnitRow, *, work: str, carried: str, is_past: bool) -> SafeString:
    """Return the cells of a row's numbers; each that is not nothing opens the list of exactly what it counts."""
    place = f"&amp;unit={row.unit.pk}{'&amp;own=1' if row.own_only else ''}{conditional_escape(carried)}"
    cells = []
    for number in row.numbers:
        mark = " is-overdue" if number.name == "overdue" and number.value else ""
        shown = str(number.value)
        if number.value and not is_past:
            shown = f'<a href="{conditional_escape(work)}?status={number.status}{place}">{shown}</a>'
        cells.append(f'<td class="number{mark}">{shown}</td>')
    # Numbers and names of ours; what comes from the address is escaped above.
    return mark_safe("\n".join(cells))  # noqa: S308


@register.simple_tag
def work_rows(lines: Sequence[WorkLine]) -> SafeString:
    """Return the rows of the work list: what, whose, by when, and how it stands."""
    before, _number, after = reverse("tasks:task", args=[0]).rpartition("0")
    states = {str(value): str(label) for value, label in TaskStatus.choices}
    key_item = f" {badge('near', _('Key item'))}"
    late = ' class="row-overdue"'
    rows = []
    for line in lines:
        task = line.task
        due = day(task.agreed_due) if task.agreed_due else conditional_escape(task.due_text)
        rows.append(
            f"<tr{late if line.tone == 'overdue' else ''}>"
            f'<td class="what"><a href="{before}{task.pk}{after}">{conditional_escape(_shortened(task.wording))}</a>'
            f"{key_item if task.is_key else ''}</td>"
            f"<td>{conditional_escape(task.shown_unit)}</td>"
            f'<td class="nowrap">{due}{_set_earlier(task) if task.tightened_due else ""}</td>'
            f'<td class="nowrap">{states[task.status]} {badge(line.tone, line.word)}</td></tr>'
        )
    return mark_safe("\n".join(rows))  # noqa: S308 - all words are escaped


def _shortened(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else f"{words[: MOST_LETTERS - 1]}…"


def _set_earlier(task: TaskLine) -> SafeString:
    return render_to_string("tasks/tightened.html", {"task": task})
