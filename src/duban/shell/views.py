"""The language of the pages, and what a supervisor of the program asks."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.shell import drafts
from duban.shell.middleware import LANGUAGE_COOKIE, LANGUAGES
from duban.shell.requests import Request, goes_on_while_paused, public, without_database

YEAR = 365 * 86400


@require_POST
@public
@without_database
@goes_on_while_paused
def language(request: Request) -> HttpResponse:
    """Keep the chosen language for a year and go back to the page."""
    response = redirect(place_within(request, request.POST.get("next", "")))
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_GET
@public
@without_database
def healthz(request: Request) -> HttpResponse:
    """Say that this process answers."""
    return JsonResponse({"status": "ok"})


@require_http_methods(["GET", "POST"])
def draft(request: Request) -> HttpResponse:
    """
    Keep what somebody has written into a form so far, and give it back to them alone, in the same post.

    A page names the post for which it was opened: an older tab never speaks for the post chosen since.
    """
    writer = drafts.Writer(user_id=request.actor.user_id or 0, post_id=request.actor.post_id or 0)
    given = request.GET if request.method == "GET" else request.POST
    is_of_this_post = given.get("post") == str(writer.post_id)
    if request.method == "GET":
        found = drafts.find(writer=writer, form=given.get("form", "")) if is_of_this_post else None
        if found is None:
            return JsonResponse({})
        saved_at = timezone.localtime(found.saved_at).strftime("%m-%d %H:%M")
        return JsonResponse({"fields": found.fields, "saved_at": saved_at})
    kept = is_of_this_post and drafts.keep(
        writer=writer, form=given.get("form", ""), fields=given.get("fields", ""), at=timezone.now()
    )
    return HttpResponse(status=204 if kept else 422)


def place_within(request: Request, address: str, *, otherwise: str = "/") -> str:
    """Return the address if it lies within this site, so that no link can lead a person elsewhere."""
    within = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if within else otherwise
