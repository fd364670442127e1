"""REST of the office that drafts and issues."""

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries
from duban.tasks.api.shapes import AssignmentOut, ReasonIn

router = Router(tags=["tasks"])


class AssignmentIn(Schema):
    """One row of a breakdown table, in its own words."""

    campaign_id: int
    assigner_id: int
    wording: str = Field(max_length=4000)
    owner: str = Field(max_length=4000)
    due: str = Field(max_length=120)
    heading: str = Field("", max_length=300)
    standard: str = Field("", max_length=2000)
    helpers: str = Field("", max_length=4000)
    lead_person: str = Field("", max_length=60)
    contact: str = Field("", max_length=120)
    rhythm: str = Field("", max_length=60)
    remark: str = Field("", max_length=2000)
    minutes: int | None = None
    is_key: bool = False
    is_principals_own: bool = False
    # work, convey or study; without it the verb of the sentence says it.
    nature: str = Field("", max_length=20)
    # declare, check or inspect; without it the nature says it.
    closing: str = Field("", max_length=20)
    inspected_by_two: bool = False
    changes_by_two: bool = False
    requirement_id: int | None = None


class LimitsIn(Schema):
    answers_per_checker: int
    consent_above: int | None = None
    # Without it the number of weeks stays as it is.
    quiet_weeks: int | None = None


class LateUnitsIn(Schema):
    unit_ids: list[int]


class ServedOut(Schema):
    served: int


@router.post("/assignments", response=AssignmentOut)
def create_assignment(request: Request, given: AssignmentIn) -> object:
    """Write a draft."""
    words = given.dict(
        exclude={
            "campaign_id",
            "assigner_id",
            "is_key",
            "is_principals_own",
            "minutes",
            "requirement_id",
            "inspected_by_two",
            "changes_by_two",
        }
    )
    return commands.draft_from_words(
        actor=request.actor,
        campaign_id=given.campaign_id,
        assigner_id=given.assigner_id,
        words=words,
        is_key=given.is_key,
        is_principals_own=given.is_principals_own,
        minutes=given.minutes,
        inspected_by_two=given.inspected_by_two,
        changes_by_two=given.changes_by_two,
        requirement_id=given.requirement_id,
        source_path=queries.requirement_path(actor=request.actor, requirement_id=given.requirement_id)
        if given.requirement_id
        else "",
        at=timezone.now(),
    )


@router.get("/assignments/{assignment_id}", response=AssignmentOut)
def get_assignment(request: Request, assignment_id: int) -> object:
    """Return one assignment of this office, with how far it has been issued."""
    return queries.get_assignment(actor=request.actor, assignment_id=assignment_id)


@router.post("/assignments/{assignment_id}/issue", response=AssignmentOut)
def issue(request: Request, assignment_id: int) -> object:
    """Issue a draft."""
    return commands.issue(actor=request.actor, assignment_id=assignment_id, at=timezone.now())


@router.post("/assignments/{assignment_id}/consent", response=AssignmentOut)
def consent(request: Request, assignment_id: int) -> object:
    """Consent as a head to an assignment that waits for it."""
    return commands.consent(actor=request.actor, assignment_id=assignment_id, at=timezone.now())


@router.post("/assignments/{assignment_id}/send-back", response=AssignmentOut)
def send_back(request: Request, assignment_id: int, given: ReasonIn) -> object:
    """Send an assignment that waits for a head back to its office."""
    return commands.send_back(actor=request.actor, assignment_id=assignment_id, reason=given.reason, at=timezone.now())


@router.post("/assignments/{assignment_id}/lighten/{way}", response=AssignmentOut)
def lighten(request: Request, assignment_id: int, way: str) -> object:
    """Change a draft that gives its checkers too many answers: declare, or by_level."""
    return commands.lighten_draft(actor=request.actor, assignment_id=assignment_id, way=way, at=timezone.now())


@router.post("/campaigns/{campaign_id}/limits", response={200: None})
def set_limits(request: Request, campaign_id: int, given: LimitsIn) -> object:
    """Set how many answers a checking unit may be given, and above how many units a head consents first."""
    commands.set_limits(actor=request.actor, campaign_id=campaign_id, at=timezone.now(), **given.dict())
    return None


@router.post("/assignments/{assignment_id}/late-units", response=ServedOut)
def issue_to_late_units(request: Request, assignment_id: int, given: LateUnitsIn) -> object:
    """Issue an assignment of a class to units that came into the class after it was issued."""
    served = commands.issue_to_late_units(
        actor=request.actor, assignment_id=assignment_id, unit_ids=given.unit_ids, at=timezone.now()
    )
    return {"served": served}
