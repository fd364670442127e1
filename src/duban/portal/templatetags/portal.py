"""Rows of long lists: there are thousands of cells on a page, so they are written at once."""

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from duban.portal.queries import UnitRow, UnitTable, WorkLine
from duban.shell.addresses import address
from duban.shell.templatetags.shell import address_with, badge, day, percent, unlocalised
from duban.tasks.queries import TaskLine
from duban.tasks.states import TaskStatus

register = template.Library()
MOST_LETTERS = 90


@register.simple_tag(takes_context=True)
def unit_rows(context: template.Context, found: UnitTable, carried: str) -> SafeString:
    """
    Return the rows of the table of units; each number that is not nothing opens the list of exactly what it counts.

    `carried` are the filters of the table as a query, which those lists keep.
    """
    itself = conditional_escape(_("(itself)"))
    here, owed, work = address("portal:units"), address("portal:owed"), address("portal:work-list")
    kept: str = conditional_escape(address_with(context, unit=""))
    kept += "&amp;" if kept != "?" else ""
    late = ' class="row-overdue"'
    rows = []
    for row in found.rows:
        name: str = conditional_escape(row.unit.shown_name)
        if row.is_own:
            name += itself
        elif row.has_below:
            name = f'<a href="{here}{kept}unit={row.unit.pk}">{name}</a>'
        else:
            name = f'<a href="{owed}?unit={row.unit.pk}">{name}</a>'
        share = "—"
        if row.done_share is not None:
            bar = f'<progress max="1" value="{unlocalised(row.done_share)}" aria-hidden="true"></progress>'
            share = f"{bar} {percent(row.done_share)}"
        cells = _number_cells(row, work=work, carried=carried, is_past=found.is_past)
        rows.append(
            f"<tr{late if row.figures['overdue'] else ''}>"
            f'<th scope="row">{name}</th>\n{cells}\n<td class="nowrap">{share}</td></tr>'
        )
    # Names are escaped, and so is what comes from the address; all else is numbers and words of ours.
    return mark_safe("\n".join(rows))  # noqa: S308


def _number_cells(row: UnitRow, *, work: str, carried: str, is_past: bool) -> str:
    place = f"&amp;unit={row.unit.pk}{'&amp;own=1' if row.own_only else ''}{conditional_escape(carried)}"
    cells = []
    for number in row.numbers:
        mark = " is-overdue" if number.name == "overdue" and number.value else ""
        shown = str(number.value)
        if number.value and not is_past:
            shown = f'<a href="{work}?status={number.status}{place}">{shown}</a>'
        cells.append(f'<td class="number{mark}">{shown}</td>')
    return "\n".join(cells)


@register.simple_tag
def work_rows(lines: Sequence[WorkLine]) -> SafeString:
    """Return the rows of the work list: what, whose, by when, and how it stands."""
    states = {str(value): str(label) for value, label in TaskStatus.choices}
    key_item = f" {badge('near', _('Key item'))}"
    late = ' class="row-overdue"'
    rows = []
    for line in lines:
        task, place = line.task, address("tasks:task", line.task.pk)
        due = day(task.agreed_due) if task.agreed_due else conditional_escape(task.due_text)
        rows.append(
            f"<tr{late if line.tone == 'overdue' else ''}>"
            f'<td class="what"><a href="{place}">{conditional_escape(_shortened(task.wording))}</a>'
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
