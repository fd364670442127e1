"""Sentences for the page after a redirect."""

from django.http import HttpRequest

KEY = "notices"


def say(request: HttpRequest, sentence: object, *, tone: str = "done") -> None:
    """Show the sentence at the head of the next page; `tone` is done, hint or refused."""
    request.session[KEY] = [*request.session.get(KEY, []), {"sentence": str(sentence), "tone": tone}]


def heard(request: HttpRequest) -> list[dict[str, str]]:
    """Return the sentences that wait for this person, once."""
    session = getattr(request, "session", None)
    if session is None or not session.get(KEY):
        return []
    found: list[dict[str, str]] = session.pop(KEY)
    return found
