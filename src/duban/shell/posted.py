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


def keep_answer(*, row: PostedRequest, response: HttpResponseBase) -> None:
    """Keep the answer beside the id, in the transaction of the change."""
    row.status = response.status_code
    row.location = response.get("Location", "")
    row.content_type = response.get("Content-Type", "")
    if isinstance(response, HttpResponse) and len(response.content) <= LARGEST_KEPT_BODY:
        row.body = response.content.decode("utf-8", "replace")
    row.save(update_fields=["status", "location", "body", "content_type"])


def clear(*, before: datetime) -> int:
    """Remove answers older than 24 hours before the moment given; return how many."""
    return PostedRequest.objects.filter(posted_at__lt=before - KEPT).delete()[0]
