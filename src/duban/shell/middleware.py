"""The outer layers of every request: its id and log line, its language, its security headers."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation

from duban.shell import http, measuring, room
from duban.shell.requests import Request

LANGUAGE_COOKIE = "language"
LANGUAGES = ("zh-hans", "en")
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Longer than nearly every answer takes.
MOST_WAITED = 0.2
READING = ("GET", "HEAD", "OPTIONS")
METHODS = frozenset({*READING, "POST", "PUT", "PATCH", "DELETE"})
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
        measuring.tell(
            route=match.view_name if match is not None else "none",
            method=request.method if request.method in METHODS else "other",
            status=response.status_code,
            seconds=time.perf_counter() - started,
        )
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


class Turns:
    """
    Lets those who read from one process take turns.

    Two that compute at once in one interpreter only take its lock from each other, and each waits for it again after
    every statement: both come late instead of one. Nobody waits for a long one for more than `MOST_WAITED` seconds,
    what is streamed is sent outside, and who writes needs no turn: they wait for the disk, several at once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._lock = threading.Lock()
        self._is_taken = False
        # Whoever came first is let go first: a lock alone would give the turn to whoever happens to ask next.
        self._waiting: deque[threading.Event] = deque()

    def __call__(self, request: Request) -> HttpResponseBase:
        has_turn = request.method in READING and self._took_turn()
        try:
            return self.get_response(request)
        finally:
            if has_turn:
                self._pass_on()

    def _took_turn(self) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        called.wait(MOST_WAITED)
        with self._lock:
            if called.is_set():
                return True
            self._waiting.remove(called)
            return False

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


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


class Pause:
    """
    Refuses writing in a sentence while a disk is nearly full, before anything of the request is read.

    What lets people read (signing in and out, changing the post or the language) goes on.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in READING and room.is_short() and not _goes_on(request):
            return http.paused(request)
        return self.get_response(request)


def _goes_on(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return True
    return getattr(view, "goes_on_while_paused", False)
