"""The outer layers of every request: its id and log line, its language, its security headers."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from duban.shell.requests import Request

LANGUAGE_COOKIE = "language"
LANGUAGES = ("zh-hans", "en")
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("duban.requests")


class RequestLog:
    """Gives the request its id, writes its one log line, and sets the headers that every answer carries."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        started = time.perf_counter()
        request.id = uuid.uuid4().hex
        response = self.get_response(request)
        response["Content-Security-Policy"] = SECURITY_POLICY
        response["X-Request-Id"] = request.id
        response.setdefault("Cache-Control", "no-store")
        match = request.resolver_match
        if match is not None:
            log.info(
                "request",
                extra={
                    "request_id": request.id,
                    "route": match.view_name,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000),
                    "user": getattr(request, "user_uuid", None),
                },
            )
        return response


class Language:
    """Speaks Chinese unless the person chose English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        with translation.override(chosen if chosen in LANGUAGES else "zh-hans"):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language() or "zh-hans")
        return response
