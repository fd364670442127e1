"""What waits for the principal: the page of one act, its link, its page to sign, and the page behind the link."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.accounts.throttling import Place
from duban.kernel.errors import IllegalStep, InvalidInput, TooManyAttempts
from duban.shell.notices import say
from duban.shell.posted import not_kept
from duban.shell.refused import beside
from duban.shell.requests import Request, caller_address, public
from duban.shell.views import place_within
from duban.tasks import commands, queries
from duban.tasks.commands.answering import GivenFile
from duban.tasks.forms import PutBeforeForm


@require_POST
def put_before(request: Request, task_id: int) -> HttpResponse:
    """Put a reserved act before the principal."""
    form = PutBeforeForm(request.POST)
    if form.is_valid():
        try:
            found = commands.put_before_principal(
                actor=request.actor,
                task_id=task_id,
                act=form.cleaned_data["act"],
                text=form.cleaned_data["text"],
                new_due=form.cleaned_data["new_due"],
                files=[
                    GivenFile(name=file.name or "file", content=file.read()) for file in request.FILES.getlist("files")
                ],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("It waits for the principal now."))
            return redirect("tasks:confirmation", found.pk)
    task = queries.get_task(actor=request.actor, task_id=task_id)
    return render(request, "tasks/put_before.html", {"form": form, "task": task}, status=422)


@require_GET
def confirmation(request: Request, confirmation_id: int) -> HttpResponse:
    """Show what waits for the principal and the three ways in which they confirm it."""
    return _page(request, confirmation_id)


@require_POST
def decide(request: Request, confirmation_id: int, step_name: str) -> HttpResponse:
    """Give one's own word: agree, send back, or entrust to somebody of the unit."""
    word = request.POST.get("person", "")
    try:
        commands.decide_confirmation(
            actor=request.actor,
            confirmation_id=confirmation_id,
            step_name=step_name,
            reason=request.POST.get("reason", ""),
            person_id=int(word) if word.isascii() and word.isdecimal() and len(word) < 19 else None,
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        return _page(request, confirmation_id, {"refusal": refusal}, status=422)
    say(request, {"agree": _("Agreed and sent."), "send_back": _("Sent back.")}.get(step_name, _("Entrusted.")))
    return redirect(place_within(request, request.POST.get("next", ""), otherwise="/"))


@require_POST
def take_back(request: Request, confirmation_id: int) -> HttpResponse:
    """Take back what waits for the principal."""
    ended = commands.take_back_confirmation(actor=request.actor, confirmation_id=confirmation_id, at=timezone.now())
    say(request, _("Taken back. It is in hand again."))
    return redirect("tasks:task", ended.task_id)


@require_POST
def link(request: Request, confirmation_id: int) -> HttpResponse:
    """Make a one-time link and show it, once."""
    made, token = commands.make_link(actor=request.actor, confirmation_id=confirmation_id, at=timezone.now())
    address = request.build_absolute_uri(reverse("tasks:tap", args=[token]))
    return not_kept(_page(request, confirmation_id, {"address": address, "made": made}))


@require_GET
def sign_page(request: Request, confirmation_id: int) -> HttpResponse:
    """Show the page that the principal signs on paper."""
    found = queries.confirmation_page(actor=request.actor, confirmation_id=confirmation_id, at=timezone.now())
    return render(request, "tasks/sign_page.html", {"found": found, "one": found.confirmation})


@require_POST
def signed(request: Request, confirmation_id: int) -> HttpResponse:
    """Take in the signed page."""
    file = request.FILES.get("file")
    try:
        done = commands.agree_by_signed_page(
            actor=request.actor,
            confirmation_id=confirmation_id,
            file=GivenFile(name=file.name or "file", content=file.read()) if file else None,
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        return _page(request, confirmation_id, {"refusal": refusal}, status=422)
    say(request, _("The signed page is kept and the item sent."))
    return redirect("tasks:task", done.task_id)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def tap(request: Request, token: str) -> HttpResponse:
    """
    Show, to whoever holds the link, the one question, and take its answer; no account, no session.

    The token is the authority and no cookie is looked at, so no other site could send this form for somebody. Nothing
    of the address leaves this page: without a referrer the browser sends its forms with the origin "null".
    """
    place = Place(address=caller_address(request))
    shown: dict[str, Any] = {}
    status = 200
    try:
        if request.method == "POST":
            shown["answered"] = commands.decide_by_link(
                actor=request.actor,
                token=token,
                step_name=request.POST.get("decision", ""),
                reason=request.POST.get("reason", ""),
                place=place,
                at=timezone.now(),
            )
    except InvalidInput as refusal:
        shown["problem"], status = str(refusal), 422
    except IllegalStep as refusal:
        shown["sentence"], status = str(refusal), 409
    except TooManyAttempts as refusal:
        shown["sentence"], status = str(refusal), 429
    if status in {200, 422} and not shown.get("answered"):
        status = _look(request, token, place, shown, status)
    response = render(request, "tasks/tap.html", shown, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _look(request: Request, token: str, place: Place, shown: dict[str, Any], status: int) -> int:
    try:
        found = commands.open_link(actor=request.actor, token=token, place=place, at=timezone.now())
    except TooManyAttempts as refusal:
        shown["sentence"] = str(refusal)
        return 429
    if found is None:
        shown["sentence"] = _("This link is not valid. Ask for a new one.")
        return 404
    shown["found"] = found
    if found.refusal:
        shown["sentence"] = found.refusal
        return 409
    return status


def _page(
    request: Request, confirmation_id: int, more: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    found = queries.confirmation_page(actor=request.actor, confirmation_id=confirmation_id, at=timezone.now())
    return render(
        request,
        "tasks/confirmation.html",
        {"found": found, "one": found.confirmation, "task": found.confirmation.task, **(more or {})},
        status=status,
    )
