"""Half-written forms (暂存), kept per account, post and form until they are sent or grow old."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from duban.shell.models import FormDraft

KEPT = timedelta(days=30)
LONGEST_KEY = 200
LARGEST = 64 * 1024
MOST_FIELDS = 100
# Never kept, whatever a page sends.
NEVER = ("password", "code", "csrf", "request_id", "telephone")


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose draft it is: an account in one of its posts (0: none)."""

    user_id: int
    post_id: int


def keep(*, writer: Writer, form: str, fields: str, at: datetime) -> bool:
    """
    Keep what was written so far (`fields` is a JSON object of texts); an empty one takes the draft away.

    Returns False for what cannot be kept: too large, or no texts.
    """
    found = _texts(fields)
    if found is None or not form or len(form) > LONGEST_KEY:
        return False
    if not any(text.strip() for text in found.values()):
        drop(writer=writer, form=form)
        return True
    FormDraft.objects.update_or_create(
        user_id=writer.user_id, post_id=writer.post_id, form=form, defaults={"fields": found, "saved_at": at}
    )
    return True


def find(*, writer: Writer, form: str) -> FormDraft | None:
    """Return the writer's own draft of a form."""
    return FormDraft.objects.filter(user_id=writer.user_id, post_id=writer.post_id, form=form).first()


def drop(*, writer: Writer, form: str) -> None:
    """Take a draft away."""
    FormDraft.objects.filter(user_id=writer.user_id, post_id=writer.post_id, form=form).delete()


def drop_sent(request: HttpRequest, *, writer: Writer) -> None:
    """Take away the draft of the form that was just sent and carried out."""
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = request.POST.get("draft", "")
        if form and len(form) <= LONGEST_KEY:
            drop(writer=writer, form=form)


def overdue(*, before: datetime) -> int:
    """Return how many drafts were last touched before that moment."""
    return FormDraft.objects.filter(saved_at__lt=before).count()


def clear(*, before: datetime, most: int) -> int:
    """Remove at most so many drafts last touched before that moment, the oldest first; return how many."""
    oldest = FormDraft.objects.filter(saved_at__lt=before).order_by("saved_at")[:most]
    return FormDraft.objects.filter(pk__in=oldest.values("pk")).delete()[0]


def _texts(fields: str) -> dict[str, str] | None:
    if len(fields) > LARGEST:
        return None
    try:
        given = json.loads(fields)
    except ValueError:
        return None
    if not isinstance(given, dict) or len(given) > MOST_FIELDS:
        return None
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, str) and not any(word in name.lower() for word in NEVER)
    }
