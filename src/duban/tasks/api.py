"""REST of assignments and tasks: the same calls as the pages."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from duban.shell.requests import Request
from duban.tasks import commands, queries

router = Router(tags=["tasks"])


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


class TaskListOut(Schema):
    rows: list[TaskLineOut]
    after: str


class TaskQuery(Schema):
    campaign_id: int
    q: str = Field("", max_length=100)
    status: str = "open"
    unit_id: int | None = None
    after: str = Field("", max_length=1000)
    size: int = Field(queries.PAGE_SIZE, ge=1, le=200)


class UrgeIn(Schema):
    """Which list's units are reminded; the filters of the work list."""

    campaign_id: int
    q: str = Field("", max_length=100)
    status: str = "open"
    unit_id: int | None = None
    assignment_id: int | None = None
    # The parts into which this task was passed down.
    task_id: int | None = None
    text: str = Field("", max_length=500)


class UrgedOut(Schema):
    """Per item: reminded now, or already reminded today."""

    now: list[int]
    already: list[int]


class StepIn(Schema):
    text: str = Field("", max_length=4000)
    new_due: date | None = None
    version: int | None = None


class FeedbackIn(Schema):
    text: str = Field(max_length=4000)


class ChangeIn(Schema):
    kind: str
    reason: str = Field(max_length=2000)
    new_due: date | None = None
    into_id: int | None = None


class ChangeOut(Schema):
    id: int
    kind: str
    status: str
    new_due: date | None
    into_id: int | None
    needs_two: bool


class DecisionIn(Schema):
    reason: str = Field("", max_length=2000)


class PutBeforeIn(Schema):
    act: str = "ask_done"
    text: str = Field(max_length=4000)
    new_due: date | None = None


class OwnWordIn(Schema):
    reason: str = Field("", max_length=2000)
    # Somebody of the unit to whom it is entrusted.
    person_id: int | None = None


class ConfirmationOut(Schema):
    id: int
    task_id: int
    act: str
    status: str
    text: str
    new_due: date | None
    prepared_words: str
    asked_at: datetime
    way: str
    decided_words: str
    reason: str


class PassDownIn(Schema):
    """To whom several received tasks of one unit are passed down, in the words of the page."""

    task_ids: list[int] = Field(min_length=1, max_length=100)
    # "below", a word for a class such as 各村, "line:" with the number of a line, or "listed".
    to: str = Field("below", max_length=120)
    unit_ids: list[int] = []
    added_wording: str = Field("", max_length=2000)
    own_due: date | None = None


class TransferIn(Schema):
    unit_id: int
    reason: str = Field(max_length=2000)
    version: int | None = None


class LevelOut(Schema):
    level: int
    counts: dict[str, int]


class PartOut(Schema):
    task_id: int = Field(alias="task.pk")
    unit_id: int = Field(alias="task.unit_id")
    unit: str = Field(alias="task.unit.name")
    status: str = Field(alias="task.status")
    original_due: date | None = Field(alias="task.original_due")
    tightened_due: date | None = Field(alias="task.tightened_due")
    agreed_due: date | None = Field(alias="task.agreed_due")
    below: dict[str, int] | None


class PartsOut(Schema):
    levels: list[LevelOut]
    rows: list[PartOut]
    after: str


class PartsQuery(Schema):
    status: str = "all"
    after: str = Field("", max_length=1000)


class VisitIn(Schema):
    visited_on: date
    place_id: int
    visitors: str = Field(max_length=200)
    finding: str = Field(max_length=2000)


class ManyIn(Schema):
    ids: list[int] = Field(max_length=1000)
    text: str = Field("", max_length=4000)
    new_due: date | None = None


class ChosenIn(Schema):
    ids: list[int] = Field(max_length=1000)


class RowOut(Schema):
    id: int
    words: str
    is_done: bool
    refusal: str


class RowsOut(Schema):
    done: int
    refused: int
    rows: list[RowOut]


class LimitsIn(Schema):
    answers_per_checker: int
    consent_above: int | None = None


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


class EntryOut(Schema):
    id: int
    kind: str
    by: str
    # How the principal's own word came, where the act was reserved for them.
    way: str
    # Set where somebody of another unit keyed it: whose act it is, and who keyed it.
    for_unit_id: int | None
    for_person_id: int | None
    keyed_by: str
    text: str
    new_due: date | None
    made_at: datetime


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


@router.get("/tasks", response=TaskListOut)
def list_tasks(request: Request, given: Query[TaskQuery]) -> object:
    """Return one page of the work list; late and near are judged on the day for which the figures are true."""
    day = queries.day_of(actor=request.actor, campaign_id=given.campaign_id, today=timezone.localdate())
    narrowed = queries.TaskFilter(
        campaign_id=given.campaign_id,
        words=given.q,
        status=given.status,
        unit_id=given.unit_id,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    page = queries.work_list(actor=request.actor, given=narrowed, after=given.after, size=given.size)
    return {"rows": list(page.rows), "after": page.after}


@router.post("/tasks/urge", response=UrgedOut)
def urge(request: Request, given: UrgeIn) -> object:
    """Remind the units of every item of a list that waits for themselves, each item once a day."""
    at = timezone.now()
    day = queries.day_of(actor=request.actor, campaign_id=given.campaign_id, today=timezone.localdate(at))
    narrowed = queries.TaskFilter(
        campaign_id=given.campaign_id,
        words=given.q,
        status=given.status,
        unit_id=given.unit_id,
        assignment_id=given.assignment_id,
        passed_from_id=given.task_id,
        as_of=day.as_of,
        near_until=day.near_until,
    )
    return commands.urge(actor=request.actor, given=narrowed, text=given.text, at=at)


@router.get("/tasks/{task_id}", response=TaskLineOut)
def get_task(request: Request, task_id: int) -> object:
    """Return one task."""
    return queries.get_task(actor=request.actor, task_id=task_id)


@router.get("/tasks/{task_id}/entries", response=list[EntryOut])
def get_thread(request: Request, task_id: int) -> object:
    """Return everything done about a task, oldest first."""
    task = queries.get_task(actor=request.actor, task_id=task_id)
    return queries.thread(actor=request.actor, task=task)


@router.post("/tasks/{task_id}/steps/{step_name}", response=TaskOut)
def take_step(request: Request, task_id: int, step_name: str, given: StepIn) -> object:
    """Move a task one step along its flow."""
    return commands.take_step(
        actor=request.actor,
        task_id=task_id,
        step_name=step_name,
        at=timezone.now(),
        text=given.text,
        new_due=given.new_due,
        version=given.version,
    )


@router.post("/tasks/{task_id}/feedback", response=EntryOut)
def give_feedback(request: Request, task_id: int, given: FeedbackIn) -> object:
    """Say what has been done so far."""
    return commands.give_feedback(actor=request.actor, task_id=task_id, text=given.text, at=timezone.now())


@router.post("/tasks/{task_id}/changes", response=ChangeOut)
def ask_change(request: Request, task_id: int, given: ChangeIn) -> object:
    """Ask for a later date, acceptance of a part, suspension, long-term work or merging."""
    return commands.ask_change(actor=request.actor, task_id=task_id, at=timezone.now(), **given.dict())


@router.post("/tasks/{task_id}/changes/take-back", response={200: None})
def take_back_request(request: Request, task_id: int) -> object:
    """Take back the request that waits."""
    commands.take_back_request(actor=request.actor, task_id=task_id, at=timezone.now())
    return None


@router.post("/tasks/{task_id}/changes/{step_name}", response=ChangeOut)
def decide_change(request: Request, task_id: int, step_name: str, given: DecisionIn) -> object:
    """Grant or refuse the request that waits; of two consents the first leaves it open."""
    return commands.decide_change(
        actor=request.actor, task_id=task_id, step_name=step_name, reason=given.reason, at=timezone.now()
    )


@router.post("/tasks/{task_id}/put-before", response=ConfirmationOut)
def put_before(request: Request, task_id: int, given: PutBeforeIn) -> object:
    """Put a reserved act before the unit's principal."""
    return commands.put_before_principal(
        actor=request.actor,
        task_id=task_id,
        act=given.act,
        text=given.text,
        new_due=given.new_due,
        at=timezone.now(),
    )


@router.post("/tasks/{task_id}/visit", response={200: None})
def record_visit(request: Request, task_id: int, given: VisitIn) -> object:
    """Record a visit on the spot."""
    commands.record_visit(actor=request.actor, task_id=task_id, at=timezone.now(), **given.dict())
    return None


@router.post("/tasks/many/{step_name}", response=RowsOut)
def check_many(request: Request, step_name: str, given: ManyIn) -> object:
    """Accept or return up to 1,000 items; the answer has a result for each."""
    return commands.check_many(
        actor=request.actor,
        task_ids=given.ids,
        step_name=step_name,
        text=given.text,
        new_due=given.new_due,
        at=timezone.now(),
    )


@router.get("/confirmations", response=list[ConfirmationOut])
def list_confirmations(request: Request, campaign_id: int) -> object:
    """Return what waits for one's own word as a principal."""
    return queries.waiting_for(actor=request.actor, campaign_id=campaign_id, on=timezone.localdate())


@router.post("/confirmations/{confirmation_id}/{step_name}", response=ConfirmationOut)
def decide_confirmation(request: Request, confirmation_id: int, step_name: str, given: OwnWordIn) -> object:
    """Give one's own word as the principal: agree, send_back or entrust."""
    return commands.decide_confirmation(
        actor=request.actor,
        confirmation_id=confirmation_id,
        step_name=step_name,
        reason=given.reason,
        person_id=given.person_id,
        at=timezone.now(),
    )


@router.get("/tasks/{task_id}/parts", response=PartsOut)
def get_parts(request: Request, task_id: int, given: Query[PartsQuery]) -> object:
    """Return the parts of a task that was passed down, and how far everything below has come."""
    return _parts(request, task_id, None, given)


@router.get("/assignments/{assignment_id}/parts", response=PartsOut)
def get_chain(request: Request, assignment_id: int, given: Query[PartsQuery]) -> object:
    """Return the units of an assignment, and how far the whole chain below them has come."""
    return _parts(request, None, assignment_id, given)


def _parts(request: Request, task_id: int | None, assignment_id: int | None, given: PartsQuery) -> object:
    today = timezone.localdate()
    return queries.parts_page(
        actor=request.actor,
        task_id=task_id,
        assignment_id=assignment_id,
        status=given.status,
        day=queries.Day(today, today),
        after=given.after,
    )


@router.post("/pass-down", response=list[AssignmentOut])
def pass_down(request: Request, given: PassDownIn) -> object:
    """Pass received tasks of one unit down to its own subordinates, all or none."""
    today = timezone.localdate()
    tasks = queries.received_together(actor=request.actor, task_ids=given.task_ids)
    target, rule = queries.rule_of_choice(
        actor=request.actor, unit=tasks[0].unit, choice=given.to, unit_ids=given.unit_ids, names=(), on=today
    )
    return commands.pass_down(
        actor=request.actor,
        task_ids=given.task_ids,
        given=commands.Passing(target=target, rule=rule, added_wording=given.added_wording, own_due=given.own_due),
        at=timezone.now(),
    )


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


@router.post("/tasks/{task_id}/transfer", response=TaskOut)
def transfer(request: Request, task_id: int, given: TransferIn) -> object:
    """Give a task that is unsigned or came back to an equal unit."""
    return commands.transfer(
        actor=request.actor,
        task_id=task_id,
        unit_id=given.unit_id,
        reason=given.reason,
        version=given.version,
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


@router.post("/campaigns/{campaign_id}/limits", response={200: None})
def set_limits(request: Request, campaign_id: int, given: LimitsIn) -> object:
    """Set how many answers a checking unit may be given, and above how many units a head consents first."""
    commands.set_limits(actor=request.actor, campaign_id=campaign_id, at=timezone.now(), **given.dict())
    return None


@router.post("/assignments/many/issue", response=RowsOut)
def issue_many(request: Request, given: ChosenIn) -> object:
    """Issue up to 1,000 drafts; the answer has a result for each."""
    return commands.issue_many(actor=request.actor, assignment_ids=given.ids, at=timezone.now())


@router.post("/assignments/{assignment_id}/consent", response=AssignmentOut)
def consent(request: Request, assignment_id: int) -> object:
    """Consent as a head to an assignment that waits for it."""
    return commands.consent(actor=request.actor, assignment_id=assignment_id, at=timezone.now())


@router.post("/assignments/{assignment_id}/send-back", response=AssignmentOut)
def send_back(request: Request, assignment_id: int, given: DecisionIn) -> object:
    """Send an assignment that waits for a head back to its office."""
    return commands.send_back(actor=request.actor, assignment_id=assignment_id, reason=given.reason, at=timezone.now())


@router.post("/assignments/{assignment_id}/lighten/{way}", response=AssignmentOut)
def lighten(request: Request, assignment_id: int, way: str) -> object:
    """Change a draft that gives its checkers too many answers: declare, or by_level."""
    return commands.lighten_draft(actor=request.actor, assignment_id=assignment_id, way=way, at=timezone.now())


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


@router.post("/assignments/{assignment_id}/issue", response=AssignmentOut)
def issue(request: Request, assignment_id: int) -> object:
    """Issue a draft."""
    return commands.issue(actor=request.actor, assignment_id=assignment_id, at=timezone.now())


@router.get("/assignments/{assignment_id}", response=AssignmentOut)
def get_assignment(request: Request, assignment_id: int) -> object:
    """Return one assignment of this office, with how far it has been issued."""
    return queries.get_assignment(actor=request.actor, assignment_id=assignment_id)


class LateUnitsIn(Schema):
    unit_ids: list[int]


class ServedOut(Schema):
    served: int


@router.post("/assignments/{assignment_id}/late-units", response=ServedOut)
def issue_to_late_units(request: Request, assignment_id: int, given: LateUnitsIn) -> object:
    """Issue an assignment of a class to units that came into the class after it was issued."""
    served = commands.issue_to_late_units(
        actor=request.actor, assignment_id=assignment_id, unit_ids=given.unit_ids, at=timezone.now()
    )
    return {"served": served}
