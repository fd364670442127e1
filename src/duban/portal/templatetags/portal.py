"""Cells of the table of units: there are thousands on a page, so they are written at once."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from duban.portal.queries import UnitRow

register = template.Library()


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
