"""What happened to the register, for those who react."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportReceived:
    """A workbook of units too large to be checked while its sender waits."""

    import_id: int
    # The language in which its sender reads what is wrong.
    language: str


@dataclass(frozen=True, slots=True)
class UnitsEnded:
    """Units ended, each with a successor: what they hold open goes on there."""

    unit_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MembersReceived:
    """A table of members to be read and checked."""

    import_id: int
    language: str


@dataclass(frozen=True, slots=True)
class TakeOverConfirmed:
    """A person confirmed that a long table of units is taken over."""

    import_id: int
    # The account whose confirmation it was.
    user_id: int
    language: str


@dataclass(frozen=True, slots=True)
class MembersConfirmed:
    """A person confirmed that a table of members is taken over."""

    import_id: int
    language: str
