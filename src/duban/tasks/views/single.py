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
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries, words
from duban.tasks.commands.answering import GivenFile
from duban.tasks.forms import ExtensionForm, FeedbackForm, StepForm


@require_GET
def task(request: Request, task_id: int) -> HttpResponse:
    """Show one task to whoever may see it."""
    return _page(request, task_id)


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
def extension(request: Request, task_id: int) -> HttpResponse:
    """Ask for a later date."""
    form = ExtensionForm(request.POST)
    if form.is_valid():
        try:
            commands.ask_extension(
                actor=request.actor,
                task_id=task_id,
                new_due=form.cleaned_data["new_due"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Request for a later date sent."))
            return _back(request, task_id)
    return _page(request, task_id, {"extension": form}, status=422)


@require_POST
def decide_extension(request: Request, task_id: int, step_name: str) -> HttpResponse:
    """Grant or refuse a later date."""
    commands.decide_extension(
        actor=request.actor,
        task_id=task_id,
        step_name=step_name,
        at=timezone.now(),
        reason=request.POST.get("reason", ""),
    )
    say(request, _("Decision recorded."))
    return _back(request, task_id)


@require_GET
def evidence_file(request: Request, task_id: int, evidence_id: int) -> HttpResponse:
    """Hand out one file of a task, after the task's own check."""
    name, media_type, content = queries.evidence_file(actor=request.actor, task_id=task_id, evidence_id=evidence_id)
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = words.attachment_header(name)
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


def _page(request: Request, task_id: int, forms: dict[str, object] | None = None, status: int = 200) -> HttpResponse:
    found = queries.task_page(actor=request.actor, task_id=task_id, on=timezone.localdate())
    given = forms or {}
    steps = [
        {
            "name": step.name,
            "label": words.button(step.name),
            "refusal": step.refusal,
            "needs_text": step.reason_required,
            "needs_date": step.name == "return" and found.task.agreed_due is not None,
            "takes_files": step.name == "ask_done",
            "form": given.get(step.name) or StepForm(initial={"version": found.task.version}, prefix=None),
            "address": reverse("tasks:step", args=[task_id, step.name]),
        }
        for step in found.steps
    ]
    return render(
        request,
        "tasks/task.html",
        {
            "found": found,
            "task": found.task,
            "steps": steps,
            "feedback_form": given.get("feedback") or FeedbackForm(),
            "extension_form": given.get("extension") or ExtensionForm(),
        },
        status=status,
    )


def _back(request: Request, task_id: int) -> HttpResponse:
    onward = request.POST.get("next", "")
    if onward and url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        return redirect(onward)
    return redirect("tasks:task", task_id)


def _files(request: Request) -> Sequence[GivenFile]:
    return [GivenFile(name=file.name or "file", content=file.read()) for file in request.FILES.getlist("files")]
