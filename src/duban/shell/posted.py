"""Acting once: the first post of a form leaves its answer, later ones receive it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from duban.shell.models import PostedRequest

KEPT = timedelta(hours=24)
LARGEST_KEPT_BODY = 64 * 1024


def given_id(request: HttpRequest) -> UUID | None:
    """Return the id that the form or the client gave to this post, if it gave one."""
    word = request.headers.get("Idempotency-Key", "")
    if not word and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        word = request.POST.get("request_id", "")
    try:
        return UUID(word)
    except ValueError:
        return None


def earlier_answer(*, user_id: int, request_id: UUID, at: datetime) -> tuple[PostedRequest, HttpResponse | None]:
    """
    Claim the request id in this transaction, or return the answer given to it before.

    The insert waits for another transaction that holds the same id.
    """
    row, is_new = PostedRequest.objects.get_or_create(
        user_id=user_id, request_id=request_id, defaults={"posted_at": at}
    )
    if is_new:
        return row, None
    response = HttpResponse(row.body, status=row.status or 200, content_type=row.content_type or None)
    if row.location:
        response["Location"] = row.location
    return row, response


def not_kept(response: HttpResponse) -> HttpResponse:
    """Mark an answer that shows a secret once: sending the form again carries the act out again instead."""
    response.is_not_kept = True  # type: ignore[attr-defined]
    return response


def keep_answer(*, row: PostedRequest, response: HttpResponseBase) -> None:
    """Keep the answer beside the id, in the transaction of the change."""
    if getattr(response, "is_not_kept", False):
        row.delete()
        return
    row.status = response.status_code
    row.location = response.get("Location", "")
    row.content_type = response.get("Content-Type", "")
    if isinstance(response, HttpResponse) and len(response.content) <= LARGEST_KEPT_BODY:
        row.body = response.content.decode("utf-8", "replace")
    row.save(update_fields=["status", "location", "body", "content_type"])


def overdue(*, before: datetime) -> int:
    """Return how many answers were given before that moment."""
    return PostedRequest.objects.filter(posted_at__lt=before).count()


def clear(*, before: datetime, most: int) -> int:
    """Remove at most so many answers given before that moment, the oldest first; return how many."""
    oldest = PostedRequest.objects.filter(posted_at__lt=before).order_by("posted_at")[:most]
    return PostedRequest.objects.filter(pk__in=oldest.values("pk")).delete()[0]
