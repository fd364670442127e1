"""REST of samples drawn from what was finished."""

from datetime import date

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries

router = Router(tags=["tasks"])


class SampleIn(Schema):
    campaign_id: int
    scope_id: int
    finished_from: date
    finished_until: date
    closing_mode: str = ""
    number: int | None = None
    percent: int | None = None
    assignment_id: int | None = None


class SampledOut(Schema):
    id: int
    task_id: int
    position: int
    status: str
    finding: str


class SampleOut(Schema):
    id: int
    seed: str
    population: list[int]
    items: list[SampledOut]


class FoundIn(Schema):
    finding: str = Field("", max_length=2000)
    new_due: date | None = None


@router.post("/samples", response=SampleOut)
def draw_sample(request: Request, given: SampleIn) -> object:
    """Draw a random sample of what was finished."""
    drawn = commands.draw_sample(actor=request.actor, at=timezone.now(), **given.dict())
    return _sample_of(request, drawn.pk)


@router.get("/samples/{sample_id}", response=SampleOut)
def get_sample(request: Request, sample_id: int) -> object:
    """Return one sample: its seed, its population, what was drawn and what was found."""
    return _sample_of(request, sample_id)


@router.post("/samples/items/{sampled_id}/{step_name}", response=SampledOut)
def find_sampled(request: Request, sampled_id: int, step_name: str, given: FoundIn) -> object:
    """Say of one drawn item whether it is true (find_true, find_untrue)."""
    return commands.find_sampled(
        actor=request.actor,
        sampled_id=sampled_id,
        step_name=step_name,
        finding=given.finding,
        new_due=given.new_due,
        at=timezone.now(),
    )


def _sample_of(request: Request, sample_id: int) -> dict[str, object]:
    found = queries.sample_page(actor=request.actor, sample_id=sample_id)
    return {
        "id": found.sample.pk,
        "seed": found.sample.seed,
        "population": found.sample.population,
        "items": [line.sampled for line in found.lines],
    }
