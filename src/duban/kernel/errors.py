"""Refusals: what can be wrong with what a person asked for, each with a sentence fit for that person."""

from typing import Any


class Refused(Exception):
    """A request that is answered with a sentence instead of a change."""

    def __init__(self, message: object, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Refused):
    """There is no such thing, or this actor may not know that there is."""


class NotAllowed(Refused):
    """The actor may see the thing but may not do this to it."""


class IllegalStep(Refused):
    """The thing's present status does not permit the step."""


class InvalidInput(Refused):
    """What was given cannot be used; `fields` names the sentence for each field where there is more than one."""

    def __init__(self, message: object, *, fields: dict[str, object] | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.fields = fields or {}


class Stale(Refused):
    """The row changed since the form was opened; `context` carries both texts."""


class TooManyAttempts(Refused):
    """Too many tries from one place; `retry_after` seconds until the next one counts."""

    def __init__(self, message: object, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
