"""What several calls answer or take."""

from datetime import date
from typing import Any

from ninja import Schema
from pydantic import Field


class TaskOut(Schema):
    id: int
    uuid: str
    unit_id: int
    assignment_id: int
    status: str
    is_key: bool
    closing_mode: str
    merged_into_id: int | None
    original_due: date | None
    tightened_due: date | None
    agreed_due: date | None
    finished_on: date | None
    version: int

    @staticmethod
    def resolve_uuid(task: Any) -> str:
        return str(task.uuid)


class TaskLineOut(TaskOut):
    wording: str = Field(alias="assignment.wording")
    unit: str = Field(alias="unit.name")


class AssignmentOut(Schema):
    id: int
    status: str
    nature: str
    closing_mode: str
    wording: str
    added_wording: str
    passed_from_id: int | None
    due_on: date | None
    tightened_due: date | None
    unit_count: int
    units_done: int
    version: int


class ReasonIn(Schema):
    reason: str = Field("", max_length=2000)


class RowOut(Schema):
    id: int
    words: str
    is_done: bool
    refusal: str


class RowsOut(Schema):
    done: int
    refused: int
    rows: list[RowOut]
