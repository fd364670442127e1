"""Who issues papers in the name of a unit."""

from enum import StrEnum


class PapersCapability(StrEnum):
    ISSUE = "paper.issue"
