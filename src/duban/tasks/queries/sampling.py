"""Reading samples: what could be drawn, what was drawn, what was found."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor, Decision, path_end
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.tasks.drawing import drawn
from duban.tasks.models import Sample, SampledTask, Task, TaskEntry
from duban.tasks.policy import Involved, TasksCapability, may_look
from duban.tasks.queries.many import involved, involved_in_many
from duban.tasks.queries.single import needs_date
from duban.tasks.states import EntryKind, SampleStatus, TaskStatus

PAGE_SIZE = 50
# Units offered to draw from.
MOST_UNITS = 200


def finished_tasks(
    *,
    actor: Actor,
    campaign_id: int,
    scope: Unit,
    finished_from: date,
    finished_until: date,
    closing_mode: str = "",
    assignment_id: int | None = None,
) -> QuerySet[Task]:
    """Return what was finished on these days at a unit and below it, as far as this actor samples there."""
    units = organisation.units_where(actor=actor, capability=TasksCapability.SAMPLE)
    below = units.filter(path__gte=scope.path, path__lt=path_end(scope.path))
    found = Task.objects.filter(
        campaign_id=campaign_id,
        status=TaskStatus.DONE,
        finished_on__gte=finished_from,
        finished_on__lte=finished_until,
        # Their numbers, not a join: without statistics it was planned as one reading of all tasks for each unit.
        unit_id__any_of=list(below.values_list("pk", flat=True)),
    )
    if closing_mode:
        found = found.filter(closing_mode=closing_mode)
    if assignment_id is not None:
        found = found.filter(assignment_id=assignment_id)
    return found


def sampling_units(*, actor: Actor) -> list[Unit]:
    """Return the units below which this actor draws samples, the highest of each scope, in protocol order."""
    scope = actor.scope(TasksCapability.SAMPLE)
    found = Unit.objects.filter(Q(path__in=scope.paths) | Q(pk__in=list(scope.unit_ids)))
    return list(found.order_by("order_path", "pk")[:MOST_UNITS])


def visible_samples(*, actor: Actor) -> QuerySet[Sample]:
    """Return the samples that were drawn in this actor's scope, or at a unit that ended and whose work went there."""
    if actor.is_system:
        return Sample.objects.all()
    return Sample.objects.filter(
        organisation.scope_filter(scope=actor.scope(TasksCapability.SAMPLE), unit="scope")
        | Q(scope_id__in=organisation.taken_over_where(actor=actor, capability=TasksCapability.SAMPLE))
    )


def get_sample(*, actor: Actor, sample_id: int) -> Sample:
    """
    Return one sample.

    :raises NotFound: if there is none in this actor's scope
    """
    found = visible_samples(actor=actor).select_related("scope", "campaign").filter(pk=sample_id).first()
    if found is None:
        raise NotFound(_("There is no such sample."))
    return found


def sample_list(*, actor: Actor, campaign_id: int, after: str = "", size: int = PAGE_SIZE) -> Page[Sample]:
    """Return one page of samples, newest first, each with how many were drawn, looked at and found untrue."""
    found = visible_samples(actor=actor).filter(campaign_id=campaign_id).select_related("scope").defer("population")
    if after:
        found = found.filter(pk__lt=decode_key(after, length=1, kinds=(int,))[0])
    counted = found.annotate(
        drawn=Count("items"),
        looked=Count("items", filter=~Q(items__status=SampleStatus.TO_LOOK)),
        untrue=Count("items", filter=Q(items__status=SampleStatus.UNTRUE)),
    )
    return cut(list(counted.order_by("-pk")[: size + 1]), size=size, key=lambda sample: (sample.pk,))


def sampled_task(*, actor: Actor, sampled_id: int) -> SampledTask:
    """
    Return one drawn item with its task.

    :raises NotFound: if there is none in what this actor samples
    """
    found = (
        SampledTask.objects.filter(sample__in=visible_samples(actor=actor))
        .select_related("sample", "task")
        .filter(pk=sampled_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such item."))
    return found


@dataclass(frozen=True, slots=True)
class SampledLine:
    """One drawn item, and whether this actor may look at it."""

    sampled: SampledTask
    may_look: Decision
    needs_date: bool


@dataclass(frozen=True, slots=True)
class SamplePage:
    """Everything that the page of one sample shows."""

    sample: Sample
    lines: list[SampledLine]
    population: int
    to_look: int
    true: int
    untrue: int
    # Whether the same seed draws the same items from the same population.
    is_repeated: bool


def sample_page(*, actor: Actor, sample_id: int) -> SamplePage:
    """
    Return one sample with what was found of each drawn item.

    :raises NotFound: if there is none in this actor's scope
    """
    sample = get_sample(actor=actor, sample_id=sample_id)
    items = list(
        SampledTask.objects.filter(sample=sample)
        .select_related("task__assignment", "task__unit", "task__checker_unit")
        .order_by("position")
    )
    parts = _parts(actor, [item.task for item in items])
    states = [item.status for item in items]
    return SamplePage(
        sample=sample,
        lines=[
            SampledLine(item, may_look(actor, item.task, parts[item.task_id]), needs_date(item.task, "reopen"))
            for item in items
        ],
        population=len(sample.population),
        to_look=states.count(SampleStatus.TO_LOOK),
        true=states.count(SampleStatus.IS_TRUE),
        untrue=states.count(SampleStatus.UNTRUE),
        is_repeated=redrawn(actor=actor, sample=sample, size=len(items)) == [item.task_id for item in items],
    )


def redrawn(*, actor: Actor, sample: Sample, size: int) -> list[int]:
    """Return what the seed of a sample draws from its population: the same, whenever it is asked."""
    return drawn(seed=sample.seed, population=sample.population, size=size)


def involved_with_acceptance(*, actor: Actor, task: Task) -> Involved:
    """Return everybody with a part in a task, and with them whoever accepted it: they do not look at its sample."""
    parts = involved(actor=actor, task=task)
    accepted = TaskEntry.objects.filter(task=task, kind__in=_ACCEPTING).values_list("user_id", flat=True)
    return Involved(
        units=parts.units, people=parts.people, users=parts.users | {user for user in accepted if user is not None}
    )


_ACCEPTING = (EntryKind.ACCEPT, EntryKind.VISIT)


def _parts(actor: Actor, tasks: list[Task]) -> dict[int, Involved]:
    found = involved_in_many(actor=actor, tasks=tasks)
    accepted = set(
        TaskEntry.objects.filter(task__in=tasks, kind__in=_ACCEPTING, user_id=actor.user_id).values_list(
            "task_id", flat=True
        )
    )
    if actor.user_id is None:
        return found
    return {
        task_id: Involved(parts.units, parts.people, parts.users | {actor.user_id}) if task_id in accepted else parts
        for task_id, parts in found.items()
    }
