"""This need not be asked (这项不用再报): the unit's form, and the list of whoever asked."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.burden import commands, queries, words
from duban.burden.forms import AnswerForm, ObjectionForm
from duban.burden.states import OBJECTION_FLOW
from duban.kernel.errors import InvalidInput
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request


@require_http_methods(["GET", "POST"])
def object_to(request: Request, row_id: int) -> HttpResponse:
    """Say that an item need not be asked of the unit."""
    row = queries.row_to_object_to(actor=request.actor, row_id=row_id)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.object_to(
                actor=request.actor,
                row_id=row_id,
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Said. Whoever asked answers; nothing speaks against your unit because of it."))
            return redirect("burden:asked", row.unit_id)
    shown = {"row": row, "demand": row.demand, "form": form}
    return render(request, "burden/object.html", shown, status=422 if request.method == "POST" else 200)


@require_GET
def objections(request: Request) -> HttpResponse:
    """List the objections to what one's office or unit asked or passed down, or to what units below it did."""
    return _page(request)


@require_POST
def answer(request: Request, objection_id: int, step_name: str) -> HttpResponse:
    """Answer a unit: withdraw, merge, or keep."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, refused={objection_id: form}, status=422)
    try:
        commands.answer_objection(
            actor=request.actor,
            objection_id=objection_id,
            step_name=step_name,
            answer=form.cleaned_data["answer"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _page(request, refused={objection_id: form}, status=422)
    say(request, _("Answered. The unit sees it beside the item."))
    return redirect("burden:objections")


def _page(request: Request, *, refused: dict[int, AnswerForm] | None = None, status: int = 200) -> HttpResponse:
    is_open = request.GET.get("answered") != "1"
    is_below = is_open and request.GET.get("below") == "1"
    page = queries.objection_list(
        actor=request.actor, is_open=is_open, is_below=is_below, after=request.GET.get("after", "")
    )
    here = reverse("burden:objections")
    shown = {
        "page": page,
        "is_open": is_open,
        "is_below": is_below,
        "lines": [
            {"objection": objection, "form": (refused or {}).get(objection.pk) or AnswerForm()}
            for objection in page.rows
        ],
        "answers": [(step.name, words.answer_button(step.name)) for step in OBJECTION_FLOW],
        "tabs": [
            {"label": _("To be answered"), "href": here, "current": is_open and not is_below},
            {"label": _("To be answered below"), "href": f"{here}?below=1", "current": is_below},
            {"label": _("Answered"), "href": f"{here}?answered=1", "current": not is_open},
        ],
    }
    return render(request, "burden/objections.html", shown, status=status)
