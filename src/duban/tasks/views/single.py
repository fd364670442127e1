"""Pages of one task: what is asked, what was done, and the steps that are offered."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from duban.kernel.errors import InvalidInput
from duban.shell.handing_out import handed_out
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries, words
from duban.tasks.commands.answering import GivenFile
from duban.tasks.forms import ChangeForm, FeedbackForm, StepForm, TransferForm, VisitForm
from duban.tasks.views.assigning import chosen_numbers


@require_GET
def task(request: Request, task_id: int) -> HttpResponse:
    """Show one task to whoever may see it."""
    return _page(request, task_id)


@require_GET
def task_of(request: Request, assignment_id: int) -> HttpResponse:
    """Lead to one unit's share of an assignment, which the ledger knows by unit and not by task."""
    unit_id = request.GET.get("unit", "")
    found = queries.task_of_unit(
        actor=request.actor,
        assignment_id=assignment_id,
        unit_id=int(unit_id) if unit_id.isascii() and unit_id.isdigit() and len(unit_id) < 19 else 0,
    )
    return redirect("tasks:task", found.pk)


@require_POST
def step(request: Request, task_id: int, step_name: str) -> HttpResponse:
    """Take one step along the flow."""
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, task_id, {step_name: form}, status=422)
    given = form.cleaned_data
    try:
        done = commands.take_step(
            actor=request.actor,
            task_id=task_id,
            step_name=step_name,
            at=timezone.now(),
            text=given["text"],
            new_due=given["new_due"],
            version=given["version"],
            despite=given["despite"],
            files=_files(request),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, task_id, {step_name: form}, status=422)
    say(request, words.after_step(step_name=step_name, status=done.status))
    return _back(request, task_id)


@require_POST
def feedback(request: Request, task_id: int) -> HttpResponse:
    """Say what has been done so far."""
    form = FeedbackForm(request.POST)
    if form.is_valid():
        try:
            commands.give_feedback(
                actor=request.actor,
                task_id=task_id,
                text=form.cleaned_data["text"],
                at=timezone.now(),
                files=_files(request),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Progress reported."))
            return _back(request, task_id)
    return _page(request, task_id, {"feedback": form}, status=422)


@require_POST
def evidence(request: Request, task_id: int) -> HttpResponse:
    """Attach files."""
    commands.attach_evidence(
        actor=request.actor,
        task_id=task_id,
        files=_files(request),
        at=timezone.now(),
        text=request.POST.get("text", ""),
    )
    say(request, _("Evidence attached."))
    return _back(request, task_id)


@require_POST
def change(request: Request, task_id: int) -> HttpResponse:
    """Ask for a change: a later date, a part done, suspension, long-term work, merging."""
    form = ChangeForm(request.POST, others=queries.merge_choices(actor=request.actor, task_id=task_id))
    if form.is_valid():
        try:
            commands.ask_change(
                actor=request.actor,
                task_id=task_id,
                kind=form.cleaned_data["kind"],
                new_due=form.cleaned_data["new_due"],
                into_id=form.cleaned_data["into"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Request sent."))
            return _back(request, task_id)
    return _page(request, task_id, {"change": form}, status=422)


@require_POST
def decide_change(request: Request, task_id: int, step_name: str) -> HttpResponse:
    """Grant or refuse a request."""
    decided = commands.decide_change(
        actor=request.actor,
        task_id=task_id,
        step_name=step_name,
        at=timezone.now(),
        reason=request.POST.get("reason", ""),
    )
    say(request, _("First consent recorded. The head decides now.") if decided.is_open else _("Decision recorded."))
    return _back(request, task_id)


@require_POST
def take_back(request: Request, task_id: int) -> HttpResponse:
    """Take back the request that waits."""
    commands.take_back_request(actor=request.actor, task_id=task_id, at=timezone.now())
    say(request, _("Request taken back."))
    return _back(request, task_id)


@require_POST
def visit(request: Request, task_id: int) -> HttpResponse:
    """Record a visit on the spot."""
    form = VisitForm(request.POST)
    if form.is_valid():
        try:
            commands.record_visit(
                actor=request.actor,
                task_id=task_id,
                visited_on=form.cleaned_data["visited_on"],
                place_id=form.cleaned_data["place"],
                visitors=form.cleaned_data["visitors"],
                finding=form.cleaned_data["finding"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Visit recorded."))
            return _back(request, task_id)
    return _page(request, task_id, {"visit": form}, status=422)


@require_POST
def check_many(request: Request, step_name: str) -> HttpResponse:
    """Accept or return the chosen items, each with its own result."""
    form = StepForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    results = commands.check_many(
        actor=request.actor,
        task_ids=chosen_numbers(request),
        step_name=step_name,
        text=given.get("text", ""),
        new_due=given.get("new_due"),
        at=timezone.now(),
    )
    return render(
        request,
        "tasks/results.html",
        {
            "results": results,
            "title": words.button(step_name),
            "thing": _("What is to be done"),
            "address": "tasks:task",
            "back": reverse("tasks:to-check"),
        },
    )


@require_GET
def evidence_file(request: Request, task_id: int, evidence_id: int) -> HttpResponse:
    """Hand out one file of a task, after the task's own check."""
    name, media_type, content = queries.evidence_file(actor=request.actor, task_id=task_id, evidence_id=evidence_id)
    response = handed_out(content=content, media_type=media_type, name=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def to_check(request: Request) -> HttpResponse:
    """Show what waits for a checker in this actor's scope."""
    campaign: Any = request.frame.get("campaign")
    page = (
        queries.to_check_page(actor=request.actor, campaign_id=campaign.pk, after=request.GET.get("after", ""))
        if campaign
        else None
    )
    return render(request, "tasks/to_check.html", {"page": page, "today": timezone.localdate()})


def task_again(request: Request, task_id: int, forms: dict[str, object]) -> HttpResponse:
    """Show the task once more with what was refused beside its form."""
    return _page(request, task_id, forms, status=422)


def _page(request: Request, task_id: int, forms: dict[str, object] | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    found = queries.task_page(actor=request.actor, task_id=task_id, on=today)
    passed = queries.passed_down_of(actor=request.actor, task=found.task, day=queries.Day(today, today))
    moving = queries.transfer_offered(actor=request.actor, task=found.task, on=today)
    given = forms or {}
    steps = [
        {
            "name": step.name,
            "label": _("Put before the principal") if _is_put_before(found, step.name) else words.button(step.name),
            "is_put_before": _is_put_before(found, step.name),
            "refusal": step.refusal,
            "needs_text": step.reason_required,
            "needs_date": step.needs_date,
            "takes_files": step.name in {"ask_done", "declare"},
            "form": given.get(step.name) or StepForm(initial={"version": found.task.version}, prefix=None),
            "address": reverse("tasks:put-before", args=[task_id])
            if _is_put_before(found, step.name)
            else reverse("tasks:step", args=[task_id, step.name]),
        }
        for step in found.steps
        if not (found.waiting and step.name in {"ask_done", "declare"})
    ]
    return render(
        request,
        "tasks/task.html",
        {
            "found": found,
            "task": found.task,
            "steps": steps,
            "passed": passed,
            "moving": moving,
            "transfer_form": given.get("transfer") or TransferForm(initial={"version": found.task.version}),
            "feedback_form": given.get("feedback") or FeedbackForm(),
            "visit_form": given.get("visit") or VisitForm(initial={"place": found.task.unit_id}),
            "change_form": given.get("change") or ChangeForm(others=found.others),
        },
        status=status,
    )


def _is_put_before(found: queries.TaskPage, step_name: str) -> bool:
    return found.is_reserved and step_name in {"ask_done", "declare"}


def _back(request: Request, task_id: int) -> HttpResponse:
    onward = request.POST.get("next", "")
    if onward and url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        return redirect(onward)
    return redirect("tasks:task", task_id)


def _files(request: Request) -> Sequence[GivenFile]:
    return [GivenFile(name=file.name or "file", content=file.read()) for file in request.FILES.getlist("files")]
