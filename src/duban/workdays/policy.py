"""Who may change the calendar."""

from enum import StrEnum


class WorkdaysCapability(StrEnum):
    EDIT = "workdays.edit"
