"""What happened to the register, for those who react."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportReceived:
    """A workbook of units too large to be checked while its sender waits."""

    import_id: int
    # The language in which its sender reads what is wrong.
    language: str
