"""The language of the pages, and what a supervisor of the program asks."""

from django.conf import settings
from django.db import connection
from django.db.utils import Error
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from duban.shell.middleware import LANGUAGE_COOKIE, LANGUAGES
from duban.shell.requests import Request, public, without_database

YEAR = 365 * 86400


@require_POST
@public
@without_database
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


@require_GET
@public
@without_database
def readyz(request: Request) -> HttpResponse:
    """Say whether pages can be made: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def place_within(request: Request, address: str, *, otherwise: str = "/") -> str:
    """Return the address if it lies within this site, so that no link can lead a person elsewhere."""
    within = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if within else otherwise
