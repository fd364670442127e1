"""Pages of passing down (转办) and of transferring to an equal unit (转交)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.forms import PassDownForm, TransferForm
from duban.tasks.views.single import task_again


@require_GET
def to_pass_down(request: Request) -> HttpResponse:
    """Show what the units of this actor received from above and have passed down to nobody yet."""
    campaign: Any = request.frame.get("campaign")
    page = (
        queries.to_pass_down_page(actor=request.actor, campaign_id=campaign.pk, after=request.GET.get("after", ""))
        if campaign
        else None
    )
    return render(request, "tasks/to_pass_down.html", {"page": page})


@require_http_methods(["GET", "POST"])
def pass_down(request: Request) -> HttpResponse:
    """Choose to whom received items are passed down, see whom it reaches, and confirm exactly that."""
    given = request.GET if request.method == "GET" else request.POST
    today = timezone.localdate()
    page = queries.pass_down_page(actor=request.actor, task_ids=_numbers(given.getlist("task")), on=today)
    if request.method == "GET":
        form = PassDownForm(choices=page.choices, initial={"to": "below"})
        return _form_page(request, page, form)
    form = PassDownForm(request.POST, choices=page.choices)
    if not form.is_valid():
        return _form_page(request, page, form, status=422)
    chosen = form.cleaned_data
    try:
        target, rule = queries.rule_of_choice(
            actor=request.actor,
            unit=page.unit,
            choice=chosen["to"],
            unit_ids=_numbers(chosen["units"]),
            names=form.named(),
            on=today,
        )
        if "confirm" not in request.POST or not form.is_as_shown():
            preview = queries.pass_down_preview(
                actor=request.actor, page=page, target=target, rule=rule, on=today, own_due=chosen["own_due"]
            )
            return _form_page(request, page, form.shown(), preview=preview)
        passed = commands.pass_down(
            actor=request.actor,
            task_ids=[task.pk for task in page.tasks],
            given=commands.Passing(
                target=target, rule=rule, added_wording=chosen["added_wording"], own_due=chosen["own_due"]
            ),
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _form_page(request, page, form, status=422)
    say(
        request,
        ngettext("%(count)d item passed down.", "%(count)d items passed down.", len(passed)) % {"count": len(passed)},
    )
    return redirect("tasks:assignment", passed[0].pk) if len(passed) == 1 else redirect("tasks:to-pass-down")


@require_POST
def transfer(request: Request, task_id: int) -> HttpResponse:
    """Give an item that is unsigned or came back to an equal unit."""
    form = TransferForm(request.POST)
    if form.is_valid():
        try:
            unit = queries.equal_named(
                actor=request.actor, task_id=task_id, text=form.cleaned_data["unit"], on=timezone.localdate()
            )
            commands.transfer(
                actor=request.actor,
                task_id=task_id,
                unit_id=unit.pk,
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Transferred to %(unit)s.") % {"unit": unit.shown_name})
            return redirect("tasks:task", task_id)
    return task_again(request, task_id, {"transfer": form})


def _form_page(
    request: Request,
    page: queries.PassDownPage,
    form: PassDownForm,
    preview: queries.PassDownPreview | None = None,
    status: int = 200,
) -> HttpResponse:
    effect = ""
    if preview is not None and preview.count:
        effect = ngettext(
            "After passing down, %(count)d unit will receive this.",
            "After passing down, %(count)d units will receive this.",
            preview.count,
        ) % {"count": preview.count}
    found = {"page": page, "form": form, "preview": preview, "effect": effect}
    return render(request, "tasks/pass_down.html", found, status=status)


def _numbers(words: Sequence[str]) -> list[int]:
    if any(not (word.isascii() and word.isdigit() and len(word) < 19) for word in words):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return [int(word) for word in words]
