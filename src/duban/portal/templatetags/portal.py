"""Rows of long lists: there are thousands of cells on a page, so they are written at once."""

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from duban.portal.queries import Owed, OwedLine, UnitRow, UnitTable, WorkLine
from duban.shell.addresses import address
from duban.shell.templatetags.shell import address_with, badge, colon, day, form_tokens, percent, unlocalised
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
    key_item = " " + badge("near", _("Key item"))
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


@register.simple_tag(takes_context=True)
def owed_rows(context: template.Context, found: Owed, lines: Sequence[OwedLine]) -> SafeString:
    """Return rows of what a unit owes: what, why, by when, and the one next step."""
    here = conditional_escape(context["request"].get_full_path())
    late = ' class="row-overdue"'
    rows = [
        f"<tr{late if line.tone == 'overdue' else ''}>"
        f'<td class="what">{_what(found, line)}</td>'
        f"<td>{_why(line.task)}</td>"
        f'<td class="nowrap">{_by_when(line)}</td>'
        f'<td class="no-print nowrap">{_next_step(context, found, line, here)}</td></tr>'
        for line in lines
    ]
    return mark_safe("\n".join(rows))  # noqa: S308 - all words are escaped


def _what(found: Owed, line: OwedLine) -> str:
    task = line.task
    wording = conditional_escape(_shortened(task.wording))
    words = f'<a href="{address("tasks:task", task.pk)}">{wording}</a>'
    if found.may_pass_down and line.next_step != "wait":
        name = conditional_escape(_shortened(task.wording, most=40))
        words = (
            f'<input type="checkbox" class="no-print" form="pass-down" name="task" value="{task.pk}" aria-label="{name}">'
            f" {words}"
        )
    if task.is_key:
        words += " " + badge("near", _("Key item"))
    if task.added_wording:
        words += _said(task.shown_assigner, _shortened(task.added_wording))
    if found.tab == "help":
        words += _said(_("Owner unit"), task.shown_unit)
    if line.parts:
        parts = _("Parts: %(total)s owed, %(done)s done, %(overdue)s overdue") % line.parts
        words += f'<p><a href="{address("portal:parts")}?task={task.pk}">{parts}</a></p>'
    return words


def _said(name: str, words: str) -> str:
    return f'<p class="muted">{conditional_escape(name + colon() + words)}</p>'


def _why(task: TaskLine) -> str:
    if not task.source_sentence:
        return f'<span class="muted">{conditional_escape(task.source_label)}</span>'
    title, original = _("Original words"), conditional_escape(task.source_sentence)
    return f'<details><summary>{title}</summary><blockquote class="source">{original}</blockquote></details>'


def _by_when(line: OwedLine) -> str:
    task, due = line.task, ""
    if task.agreed_due:
        due = day(task.agreed_due)
    elif task.due_text != line.word:
        due = conditional_escape(task.due_text)
    return f"{due} {badge(line.tone, line.word)}{_set_earlier(task) if task.tightened_due else ''}"


def _next_step(context: template.Context, found: Owed, line: OwedLine, here: str) -> str:
    task = line.task
    if found.may_answer and line.next_step == "sign":
        sign = _("Sign for")
        return (
            f'<form method="post" action="{address("tasks:step", task.pk, "sign")}">{form_tokens(context)}'
            f'<input type="hidden" name="version" value="{task.version}"><input type="hidden" name="next" value="{here}">'
            f'<button class="btn btn-primary btn-small">{sign}</button></form>'
        )
    if found.may_answer and line.next_step == "answer":
        words = _("Report progress") if found.tab == "help" else _("Answer")
        return f'<a class="btn btn-small" href="{address("tasks:task", task.pk)}">{words}</a>'
    return f'<span class="muted">{task.state}</span>'


def _shortened(words: str, most: int = MOST_LETTERS) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _set_earlier(task: TaskLine) -> SafeString:
    return render_to_string("tasks/tightened.html", {"task": task})
