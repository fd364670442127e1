"""What happened to data requests, for those who react."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataRequestSent:
    """A data request was approved by somebody else: its units are asked now."""

    request_id: int


@dataclass(frozen=True, slots=True)
class DataRequestWithdrawn:
    """A data request that had been sent is asked no longer."""

    request_id: int
