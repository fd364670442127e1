"""Random samples (抽查) of what was declared or accepted: drawn by a seed, looked at by somebody without a part."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotFound
from duban.tasks import policy, queries
from duban.tasks.commands.answering import STEP_FIELDS, add_entry, count_again, new_date, record, tell_if_left_behind
from duban.tasks.drawing import drawn, size_of
from duban.tasks.models import Sample, SampledTask, Task
from duban.tasks.states import SAMPLE_FLOW, TASK_FLOW, ClosingMode, EntryKind, SampleStatus, TaskStatus

MOST_DRAWN = 1000


@transaction.atomic
def draw_sample(
    *,
    actor: Actor,
    campaign_id: int,
    scope_id: int,
    finished_from: date,
    finished_until: date,
    at: datetime,
    closing_mode: str = "",
    number: int | None = None,
    percent: int | None = None,
    assignment_id: int | None = None,
) -> Sample:
    """
    Draw a random sample of what was finished in a subtree in some days: a number, or a share in percent.

    The seed is made here, so that nobody chooses it, and kept with the population, so that the draw can be repeated.

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor does not sample there
    :raises InvalidInput: if the days, the number or the share make no sense, or nothing was finished
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    scope = queries.unit_in_view(actor=actor, unit_id=scope_id)
    policy.may_sample(actor, scope).require()
    if (number is None) == (percent is None):
        raise InvalidInput(_("Please give a number or a share, one of the two."))
    if not (1 <= (number or 1) <= MOST_DRAWN and 1 <= (percent or 1) <= 100):
        raise InvalidInput(_("Please draw between 1 and 1,000 items, or between 1 and 100 percent."))
    if finished_from > finished_until:
        raise InvalidInput(_("The first day lies after the last."))
    if closing_mode and closing_mode not in ClosingMode.values:
        raise InvalidInput(_("Please choose how they were closed."))
    found = queries.finished_tasks(
        actor=actor,
        campaign_id=campaign.pk,
        scope=scope,
        finished_from=finished_from,
        finished_until=finished_until,
        closing_mode=closing_mode,
        assignment_id=assignment_id,
    )
    population = list(found.order_by("pk").values_list("pk", flat=True))
    size = size_of(population=len(population), percent=percent, number=number)
    if not size:
        raise InvalidInput(_("Nothing was finished there in these days."))
    if size > MOST_DRAWN:
        raise InvalidInput(_("That would be %(size)d items; 1,000 at most are drawn at once.") % {"size": size})

    seed = secrets.token_hex(16)
    sample = Sample.objects.create(
        campaign=campaign,
        scope=scope,
        assignment_id=assignment_id,
        closing_mode=closing_mode,
        finished_from=finished_from,
        finished_until=finished_until,
        number=number,
        percent=percent,
        seed=seed,
        population=population,
        drawn_by=actor.user_id,
        drawn_by_words=f"{actor.name} {actor.post_title}".strip(),
        drawn_at=at,
    )
    chosen = drawn(seed=seed, population=population, size=size)
    SampledTask.objects.bulk_create(
        SampledTask(sample=sample, task_id=task_id, position=position) for position, task_id in enumerate(chosen, 1)
    )
    audit.record(
        actor=actor,
        verb="sample.draw",
        object_kind="sample",
        object_id=sample.pk,
        unit_id=scope.pk,
        at=at,
        payload={"seed": seed, "population": len(population), "drawn": chosen},
    )
    return sample


@transaction.atomic
def find_sampled(
    *, actor: Actor, sampled_id: int, step_name: str, at: datetime, finding: str = "", new_due: date | None = None
) -> SampledTask:
    """
    Say of one drawn item whether it is true: "find_true", or "find_untrue", which returns it to its unit.

    What was declared and found untrue has to be checked by somebody else from then on.

    :raises NotFound: if there is no such item in what this actor samples
    :raises NotAllowed: if this actor had a part in it, or accepted it
    :raises IllegalStep: if somebody has looked already, or it is no longer finished
    :raises InvalidInput: if an untrue one has no reason or no new date
    """
    found = queries.sampled_task(actor=actor, sampled_id=sampled_id)
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("assignment", "unit", "checker_unit", "campaign")
        .get(pk=found.task_id)
    )
    sampled = SampledTask.objects.select_for_update(of=("self",)).select_related("sample").filter(pk=found.pk).first()
    if sampled is None:
        raise NotFound(_("There is no such item."))

    step = SAMPLE_FLOW.step(step_name, source=sampled.status)
    policy.may_look(actor, task, queries.involved_with_acceptance(actor=actor, task=task)).require()
    if task.status != TaskStatus.DONE:
        raise IllegalStep(_("Meanwhile this item has moved on. Please look at its present state."))
    if step.reason_required and not finding.strip():
        raise InvalidInput(_("Please say what is not true."), fields={"finding": _("Please say what is not true.")})

    sampled.status = step.target
    sampled.finding = finding.strip()
    sampled.looked_by = actor.user_id
    sampled.looked_by_words = f"{actor.name} {actor.post_title}".strip()
    sampled.looked_at = at
    sampled.save(update_fields=["status", "finding", "looked_by", "looked_by_words", "looked_at"])
    if sampled.status == SampleStatus.UNTRUE:
        _reopen(actor=actor, task=task, sampled=sampled, new_due=new_due, at=at)
    else:
        add_entry(actor=actor, task=task, kind=EntryKind.FOUND_TRUE, text=finding, at=at)
        record(actor=actor, task=task, verb=EntryKind.FOUND_TRUE, at=at, payload={"sample": sampled.sample_id})
    return sampled


def _reopen(*, actor: Actor, task: Task, sampled: SampledTask, new_due: date | None, at: datetime) -> None:
    before = task.status
    step = TASK_FLOW.step("reopen", source=task.status)
    due = new_date(new_due, timezone.localdate(at)) if queries.needs_date(task, step.name) else None
    task.status = step.target
    task.version += 1
    task.finished_on = None
    task.agreed_due = due or task.agreed_due
    if task.closing_mode == ClosingMode.DECLARE:
        task.closing_mode = ClosingMode.CHECK
    task.save(update_fields=STEP_FIELDS)
    tell_if_left_behind(actor=actor, task=task)
    add_entry(actor=actor, task=task, kind=EntryKind.REOPEN, text=sampled.finding, at=at, new_due=due)
    count_again(actor=actor, task=task)
    record(
        actor=actor,
        task=task,
        verb=step.name,
        at=at,
        payload={
            "from": before,
            "to": task.status,
            "text": sampled.finding,
            "new_due": due,
            "sample": sampled.sample_id,
        },
    )
