"""Refusals as HTTP: one table from what was refused to a status."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duban.kernel.errors import (
    IllegalStep,
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    Stale,
    TooManyAttempts,
)
from duban.shell import room

STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    NotAllowed: 403,
    IllegalStep: 409,
    Stale: 409,
    InvalidInput: 422,
    TooManyAttempts: 429,
}
# What stands above the sentence of a refusal.
HEADINGS: dict[int, object] = {
    400: gettext_lazy("This cannot be read"),
    403: gettext_lazy("This is not open to you"),
    404: gettext_lazy("This does not exist"),
    409: gettext_lazy("This has changed meanwhile"),
    413: gettext_lazy("This is too large"),
    422: gettext_lazy("Something is missing or wrong"),
    429: gettext_lazy("Please wait a moment"),
    500: gettext_lazy("This went wrong"),
    503: gettext_lazy("A short pause"),
}


def status_of(refusal: Refused) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS[type(refusal)]


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return a refusal as a page, or as its bare sentence for htmx."""
    fields = refusal.fields if isinstance(refusal, InvalidInput) else {}
    response = _answer(request, status_of(refusal), str(refusal), context=refusal.context, fields=fields)
    if isinstance(refusal, TooManyAttempts):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _answer(
    request: HttpRequest,
    status: int,
    message: str,
    *,
    context: dict[str, object] | None = None,
    fields: dict[str, object] | None = None,
) -> HttpResponse:
    if getattr(request, "htmx", False):
        response = render(request, "shell/refusal.html#notice", {"message": message}, status=status)
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML"
        return response
    shown = {
        "message": message,
        "heading": HEADINGS[status],
        "status": status,
        "context": context or {},
        "fields": fields or {},
    }
    return render(request, "shell/refusal.html", shown, status=status)


def cannot_be_kept(request: HttpRequest) -> HttpResponse:
    """Return the refusal of a character or a number that the database cannot keep."""
    return _answer(request, 422, _("Part of this cannot be kept: a character or a number."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form whose protection token is missing or old."""
    return _answer(request, 403, _("This form was open too long. Go back, reload the page and send it again."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a request that cannot be read, or is beyond every limit."""
    if isinstance(exception, RequestDataTooBig):
        return _plain(request, 413, _("What was sent is too large. Nothing of it was kept."))
    return _plain(request, 400, _("This request could not be read."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for an address that does not exist."""
    return _answer(request, 404, _("There is no such page."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a view that refused without a sentence of its own."""
    return _answer(request, 403, _("You may not open this page."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a page that needs neither database nor context."""
    return _plain(request, 500, _("Something went wrong here. What you had sent was not carried out."))


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the page for a database that cannot be reached; nothing was changed."""
    response = _plain(request, 503, _("The system is pausing for a moment. Nothing was lost; please try again."))
    response["Retry-After"] = "10"
    return response


def paused(request: HttpRequest) -> HttpResponse:
    """Return the refusal of writing while a disk is full; nothing was changed, and reading goes on."""
    if request.path_info.startswith("/api/"):
        response: HttpResponse = JsonResponse({"message": str(room.PAUSED)}, status=503)
    elif getattr(request, "htmx", False):
        response = _answer(request, 503, str(room.PAUSED))
    else:
        response = _plain(request, 503, str(room.PAUSED), heading=_("Taking in is paused"))
    response["Retry-After"] = "30"
    return response


def _plain(request: HttpRequest, status: int, message: str, *, heading: str = "") -> HttpResponse:
    shown = {
        "message": message,
        "heading": heading or HEADINGS[status],
        "status": status,
        "request_id": getattr(request, "id", ""),
    }
    return HttpResponse(render_to_string("shell/plain.html", shown), status=status)
