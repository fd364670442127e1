"""What happened to the record, for those who react."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerificationAsked:
    """Somebody wants the whole record verified now."""

    verification_id: int
