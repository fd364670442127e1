"""The page of upkeep, and what a supervisor of the program asks."""

from http import HTTPStatus

from django.conf import settings
from django.db.utils import Error
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from psycopg_pool import PoolTimeout

from duban.kernel.authority import Actor
from duban.shell.requests import Request, public, without_database
from duban.upkeep import queries


@require_GET
def upkeep(request: Request) -> HttpResponse:
    """Show how the installation is kept: room, jobs, backups, and what is removed after which time."""
    at = timezone.now()
    retention = queries.retention(actor=request.actor, at=at)
    state = queries.state(actor=request.actor, today=timezone.localdate(at))
    shown = {
        "state": state,
        "free_bytes": min(state.free_bytes.values()),
        "least_bytes": settings.MINIMUM_FREE_BYTES,
        "waiting_minutes": round(state.waiting_seconds / 60),
        "backups": queries.backups(actor=request.actor, at=at),
        "retention": retention,
    }
    return render(request, "upkeep/state.html", shown)


@require_GET
@public
@without_database
def readyz(request: Request) -> HttpResponse:
    """
    Say whether pages can be made, and what is behind.

    503 without the database or before its migrations; a full disk pauses writing only, so it is told with 200.
    """
    try:
        state = queries.state(actor=Actor.system("readyz"), today=timezone.localdate())
    except (Error, PoolTimeout):
        return JsonResponse({"status": "database unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    word = "migrations pending" if state.pending_migrations else "writing paused" if state.is_paused else "ok"
    told = {
        "status": word,
        "migrations_pending": state.pending_migrations,
        "jobs_waiting": state.waiting,
        "jobs_waiting_seconds": round(state.waiting_seconds),
        "figures_days_behind": max(state.days_behind.values(), default=0),
        "free_mb": min(state.free_bytes.values()) // 2**20,
    }
    return JsonResponse(told, status=HTTPStatus.SERVICE_UNAVAILABLE if state.pending_migrations else HTTPStatus.OK)
