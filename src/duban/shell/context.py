"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from duban.shell import notices


def page(request: HttpRequest) -> dict[str, object]:
    """Return the frame of the page: who acts, in which post, in which campaign, in which language."""
    return {
        "actor": getattr(request, "actor", None),
        "frame": getattr(request, "frame", {}),
        "is_trial": settings.IS_TRIAL,
        "is_printing": "print" in request.GET,
        "language": translation.get_language(),
        # Lazily: a fragment that shows no notices must not swallow them.
        "notices": SimpleLazyObject(lambda: notices.heard(request)),
    }
