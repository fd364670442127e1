"""Pages of an import: choose a file, watch the check, read what is wrong or what would change, take it over."""

import io
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.organisation import commands, queries
from duban.organisation.forms import ImportForm
from duban.organisation.register.table import COLUMNS
from duban.organisation.states import ImportStatus
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.columns import Column
from duban.workbooks.naming import offered, said
from duban.workbooks.returning import MOST_RETURNED, returned_ending

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {".csv": "text/csv", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


@require_http_methods(["GET", "HEAD", "POST"])
def import_units(request: Request) -> HttpResponse:
    """Send a table of units, and see what was sent before."""
    roots = queries.import_roots(actor=request.actor)
    if not roots:
        raise NotAllowed(_("Your present post does not include this. Switch to another post, or ask your office."))
    form = ImportForm(request.POST or None, request.FILES or None, roots=[(unit.pk, unit.name) for unit in roots])
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = commands.receive_import(
                actor=request.actor,
                root_id=form.cleaned_data["root"],
                file_name=file.name,
                content=file.read(),
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("organisation:import-status", found.pk)
    return render(
        request,
        "organisation/import.html",
        {"form": form, "imports": queries.visible_imports(actor=request.actor)[:20]},
        status=422 if form.is_bound else 200,
    )


@require_GET
def import_status(request: Request, import_id: int) -> HttpResponse:
    """How far the check is; then what is wrong, or what taking it over would change."""
    found = queries.get_import(actor=request.actor, import_id=import_id)
    if request.htmx:
        response = render(request, "organisation/import_status.html#progress", {"found": found})
        if is_finished(found):
            response["HX-Refresh"] = "true"
        return response
    return render(request, "organisation/import_status.html", shown(found, COLUMNS))


@require_POST
def import_take_over(request: Request, import_id: int) -> HttpResponse:
    """Take the table over as a whole."""
    found = commands.take_over_import(actor=request.actor, import_id=import_id, at=timezone.now())
    if found.status == ImportStatus.DONE:
        say(request, _("The table is taken over."))
    return redirect("organisation:import-status", import_id)


@require_POST
def name_columns(request: Request, import_id: int) -> HttpResponse:
    """Say which columns of the file are which of ours."""
    mapping = said(columns=COLUMNS, given=request.POST)
    try:
        commands.name_columns(actor=request.actor, import_id=import_id, mapping=mapping, at=timezone.now())
    except InvalidInput as refusal:
        found = queries.get_import(actor=request.actor, import_id=import_id)
        again = shown(found, COLUMNS, chosen=mapping, refusal=refusal)
        return render(request, "organisation/import_status.html", again, status=422)
    say(request, _("Remembered: the next file with this header is read in the same way."))
    return redirect("organisation:import-status", import_id)


@require_POST
def import_withdraw(request: Request, import_id: int) -> HttpResponse:
    """Put the table aside."""
    commands.withdraw_import(actor=request.actor, import_id=import_id, at=timezone.now())
    say(request, _("Put aside. Nothing was changed."))
    return redirect("organisation:import")


@require_GET
def import_errors(request: Request, import_id: int) -> HttpResponseBase:
    """The same file with a column that says what is wrong, and red cells."""
    found = queries.get_import(actor=request.actor, import_id=import_id)
    content = queries.marked_import(actor=request.actor, import_id=import_id, on=timezone.localdate())
    ending = returned_ending(file_name=found.file_name, row_count=found.row_count)
    return FileResponse(
        io.BytesIO(content),
        as_attachment=True,
        filename=_("%(name)s with errors%(ending)s") % {"name": PurePath(found.file_name).stem, "ending": ending},
        content_type=file_type(ending),
    )


@require_GET
def unit_template(request: Request) -> HttpResponseBase:
    """The workbook to fill in."""
    content = queries.unit_template(actor=request.actor)
    name = _("Table of units.xlsx")
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


def file_type(ending: str) -> str:
    """Return the media type of a table by its ending."""
    return _TYPES.get(ending, XLSX)


def is_finished(found: Any) -> bool:
    """Return whether nothing is being done with a table at present."""
    return found.status not in (ImportStatus.CHECKING, ImportStatus.TAKING_OVER)


def shown(
    found: Any,
    columns: Sequence[Column],
    *,
    chosen: Mapping[str, str] | None = None,
    refusal: InvalidInput | None = None,
) -> dict[str, object]:
    """Return what the page of an import shows; `chosen` columns that were refused stand in its form again."""
    return {
        "found": found,
        "finished": is_finished(found),
        "counts": counts(found.outcome),
        "comes_back": comes_back(found),
        "refusal": refusal,
        **offered(columns=columns, described=found.outcome.get("described"), mapping=found.mapping, chosen=chosen),
    }


def comes_back(found: Any) -> str:
    """Return how the file with errors differs from the one that was sent, if it does."""
    if found.row_count > MOST_RETURNED:
        return _("Of so long a table only the wrong rows come back, as .xlsx.")
    if found.file_name.lower().endswith(".xls"):
        return _("Files of this old kind are not written any more: the wrong rows come back as .xlsx.")
    return ""


def counts(outcome: dict[str, object]) -> list[tuple[str, object]]:
    """Return the counts of an outcome with their words, in the order of the table."""
    words = {
        "created": _("new"),
        "moved": _("moved"),
        "renamed": _("renamed"),
        "changed": _("changed otherwise"),
        "unchanged": _("unchanged"),
        "shifted": _("others that make room in the order"),
        "posts_begun": _("posts that begin"),
        "posts_ended": _("posts that end"),
        "rows_with_errors": _("rows with errors"),
        "errors": _("errors"),
    }
    return [(word, outcome[key]) for key, word in words.items() if key in outcome]
