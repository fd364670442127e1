"""Short entries: 记一笔 on one open item, 一次录多村 for several units."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duban.kernel.errors import InvalidInput, NotFound
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.commands.answering import GivenFile
from duban.tasks.forms import NoteForm, SeveralForm


@require_http_methods(["GET", "POST"])
def note(request: Request) -> HttpResponse:
    """Write one line on one of the unit's open items, in one step."""
    campaign = _campaign(request)
    unit_id = _number(request.GET.get("unit", "")) or request.actor.unit_id or 0
    tasks = queries.noted_tasks(actor=request.actor, unit_id=unit_id, campaign_id=campaign.pk)
    choices = [(task.pk, task.assignment.wording) for task in tasks]
    form = NoteForm(request.POST or None, tasks=choices)
    if request.method == "GET" or not form.is_valid():
        return render(
            request,
            "tasks/note.html",
            {"form": form, "tasks": tasks},
            status=200 if request.method == "GET" else 422,
        )
    try:
        commands.note_progress(
            actor=request.actor,
            task_id=form.cleaned_data["task"],
            text=form.cleaned_data["text"],
            files=_files(request),
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return render(request, "tasks/note.html", {"form": form, "tasks": tasks}, status=422)
    say(request, _("Noted."))
    return redirect("/")


@require_http_methods(["GET", "POST"])
def several(request: Request, assignment_id: int) -> HttpResponse:
    """Record one entry for several units in one step, and show the result of each."""
    campaign = _campaign(request)
    rows = queries.open_rows(actor=request.actor, campaign_id=campaign.pk, assignment_id=assignment_id)
    if request.method == "GET" and not rows:
        raise NotFound(_("Nothing of this item is open in the units for which you record."))
    form = SeveralForm(
        request.POST or None,
        tasks=[(task.pk, task.unit.shown_name) for task in rows],
        # Ticked beforehand only where somebody asked for it: it is done in the units' names.
        initial={"tasks": [task.pk for task in rows] if request.GET.get("all") == "1" else []},
    )
    shown: dict[str, Any] = {"form": form, "rows": rows, "assignment": rows[0].assignment if rows else None}
    if request.method == "GET" or not form.is_valid():
        return render(request, "tasks/several.html", shown, status=200 if request.method == "GET" else 422)
    try:
        shown["results"] = commands.record_for_several(
            actor=request.actor,
            task_ids=form.cleaned_data["tasks"],
            act=form.cleaned_data["act"],
            text=form.cleaned_data["text"],
            files=_files(request),
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return render(request, "tasks/several.html", shown, status=422)
    return render(request, "tasks/several_done.html", shown)


def _campaign(request: Request) -> Any:
    campaign = request.frame.get("campaign")
    if campaign is None:
        raise NotFound(_("There is no campaign yet."))
    return campaign


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


def _files(request: Request) -> list[GivenFile]:
    return [GivenFile(name=file.name or "file", content=file.read()) for file in request.FILES.getlist("files")]
