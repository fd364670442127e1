"""Every column that names a unit is held or is history, and nothing held stays open with a unit that ended."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from duban.access import jobs as access_jobs
from duban.audit.models import AuditEvent
from duban.burden.models import BlockedPeriod, DataRequest, Demand, DemandUnit, Objection
from duban.campaigns import jobs as campaign_jobs
from duban.campaigns.models import Campaign
from duban.config import jobs as config_jobs
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with, build_tree, make_campaign
from duban.config.holdings import HISTORY, HOLDINGS
from duban.config.reactions import REACTIONS
from duban.directives import jobs as directive_jobs
from duban.directives.models import Meeting, Passing, UnitPassing
from duban.kernel.authority import Actor
from duban.notices import jobs as notice_jobs
from duban.notices.models import Robot
from duban.office import queries as office
from duban.office.models import Duty, Matter
from duban.organisation import commands, jobs, queries
from duban.organisation.events import UnitsEnded
from duban.organisation.models import MemberImport, Unit
from duban.tasks import jobs as task_jobs
from duban.tasks import queries as tasks
from duban.tasks.models import BreakdownImport, Sample, SampledTask, Task
from duban.tasks.tests.conftest import make_cast
from duban.tasks.tests.test_chain import issue_to

SYSTEM = Actor.system("test")
MONDAY = SOME_DAY - timedelta(days=SOME_DAY.weekday())


def columns() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Unit
    ]


@pytest.mark.parametrize("table, column", columns())
def test_every_column_that_names_a_unit_is_held_or_is_history(table: str, column: str) -> None:
    held = [one for one in HOLDINGS if (one.table, one.column) == (table, column)]
    history = [one for one in HISTORY if (one.table, one.column) == (table, column)]

    assert bool(held) != bool(history), f"{table}.{column}: say in a table of holdings what becomes of it"
    assert all(one.reason for one in history)


def test_the_tables_name_nothing_that_is_not_there() -> None:
    assert {(one.table, one.column) for one in (*HOLDINGS, *HISTORY)} == set(columns())
    assert len({one.name for one in HOLDINGS}) == len(HOLDINGS)


def all_jobs() -> None:
    """Do what the workers do after a merger."""
    access_jobs.end_with_units()
    campaign_jobs.take_over()
    directive_jobs.take_over()
    notice_jobs.end_with_units()
    jobs.take_over_held()
    task_jobs.take_over()


def test_each_of_these_jobs_follows_the_end_of_units() -> None:
    assert len(REACTIONS[UnitsEnded]) == 6


def merge(into: Unit, *ended: Unit) -> None:
    commands.merge_units(
        actor=SYSTEM, unit_ids=[unit.pk for unit in ended], into_id=into.pk, on=SOME_DAY, reason="合并", at=SOME_MOMENT
    )


def faults() -> list[str]:
    return queries.check_owners(actor=SYSTEM, on=timezone.localdate())


@pytest.fixture
def tree(db: object) -> Tree:
    return build_tree(counties=3, townships=3, villages=2, departments=2)


@pytest.fixture
def campaign(tree: Tree) -> Campaign:
    return make_campaign(root=tree.city)


def requested(campaign: Campaign, asker: Unit, status: str = "draft") -> DataRequest:
    return DataRequest.objects.create(
        campaign=campaign,
        asker=asker,
        what="停车位缺口",
        serves="改造",
        justification="没有统计",
        due_on=timezone.localdate(),
        minutes=15,
        status=status,
        unit_count=1,
        registered_by=2,
        decided_by=1,
        registered_at=SOME_MOMENT,
    )


def demanded(asker: Unit, unit: Unit, status: str = "open") -> Demand:
    demand = Demand.objects.create(
        source=f"test {status}",
        kind="document",
        asker=asker,
        what="文件",
        asked_on=SOME_DAY,
        from_week=MONDAY,
        minutes=10,
        booked_at=SOME_MOMENT,
    )
    row = DemandUnit.objects.create(demand=demand, unit=unit)
    Objection.objects.create(row=row, reason="formalism", status=status, made_at=SOME_MOMENT)
    return demand


def blocked(unit: Unit, days: int) -> BlockedPeriod:
    return BlockedPeriod.objects.create(
        unit=unit, name="农忙", from_on=SOME_DAY, until_on=timezone.localdate() + timedelta(days=days)
    )


def matter(campaign: Campaign, office_unit: Unit, **given: Any) -> Matter:
    return Matter.objects.create(
        campaign=campaign,
        office=office_unit,
        **{"kind": "question", "title": "怎么算", "opened_at": SOME_MOMENT, "opened_name": "甲某"} | given,
    )


def duty(campaign: Campaign, unit: Unit, **given: Any) -> Duty:
    return Duty.objects.create(
        campaign=campaign, unit=unit, text="防汛", due_on=SOME_DAY, written_at=SOME_MOMENT, written_name="甲某", **given
    )


def met(campaign: Campaign, unit: Unit) -> Meeting:
    return Meeting.objects.create(
        campaign=campaign,
        unit=unit,
        register_unit=unit,
        level="city",
        convener="市委",
        title="推进会",
        held_on=SOME_DAY,
        registered_by=1,
        registered_at=SOME_MOMENT,
    )


def passing(campaign: Campaign, unit: Unit, meeting: Meeting, *units: Unit) -> Passing:
    found = Passing.objects.create(
        campaign=campaign,
        unit=unit,
        meeting=meeting,
        title="推进会",
        dated_on=SOME_DAY,
        limit_days=7,
        limit_until=SOME_DAY + timedelta(days=7),
        unit_count=len(units),
        created_by=1,
        created_at=SOME_MOMENT,
    )
    UnitPassing.objects.bulk_create(UnitPassing(passing=found, unit=one) for one in units)
    return found


def robot(unit: Unit) -> Robot:
    return Robot.objects.create(
        unit=unit,
        kind="wecom",
        name="工作群",
        address=b"enciphered",
        address_hint="…",
        fingerprint="f",
        entered_by=1,
        entered_at=SOME_MOMENT,
        is_on=True,
    )


def breakdown(campaign: Campaign, unit: Unit, status: str) -> BreakdownImport:
    return BreakdownImport.objects.create(
        campaign=campaign,
        assigner=unit,
        file_name="分解表.xlsx",
        content=b"x",
        status=status,
        started_by=1,
        started_at=SOME_MOMENT,
    )


OPEN: dict[str, Callable[[Campaign, Unit, Unit], tuple[models.Model, str]]] = {
    "data_requests": lambda campaign, unit, _other: (requested(campaign, unit, "sent"), "asker_id"),
    "objections": lambda _campaign, unit, other: (demanded(unit, other), "asker_id"),
    "blocked_periods": lambda _campaign, unit, _other: (blocked(unit, 3), "unit_id"),
    "matters": lambda campaign, unit, _other: (matter(campaign, unit), "office_id"),
    "asked_matters": lambda campaign, unit, other: (matter(campaign, other, unit=unit), "unit_id"),
    "duties": lambda campaign, unit, _other: (duty(campaign, unit), "unit_id"),
    "breakdowns": lambda campaign, unit, _other: (breakdown(campaign, unit, "ready"), "assigner_id"),
    "passings": lambda campaign, unit, other: (passing(campaign, unit, met(campaign, other)), "unit_id"),
    "to_pass_on": lambda campaign, unit, other: (
        UnitPassing.objects.get(passing=passing(campaign, other, met(campaign, other), unit)),
        "unit_id",
    ),
}


class TestOpenRows:
    @pytest.mark.parametrize("name", OPEN)
    def test_are_found_and_go_to_the_heir(self, tree: Tree, campaign: Campaign, name: str) -> None:
        ended, into = tree.townships[:2]
        row, column = OPEN[name](campaign, ended, tree.counties[1])

        merge(into, ended)
        assert [name in fault for fault in faults()] == [True]
        all_jobs()
        all_jobs()

        row.refresh_from_db()
        assert getattr(row, column) == into.pk
        assert faults() == []
        assert AuditEvent.objects.filter(verb__endswith=".take_over", unit_id=into.pk).exists()

    def test_of_two_units_that_end_one_after_the_other_have_one_heir(self, tree: Tree, campaign: Campaign) -> None:
        first, second, third = tree.townships[:3]
        found = duty(campaign, first)

        merge(second, first)
        merge(third, second)
        all_jobs()

        found.refresh_from_db()
        assert found.unit_id == third.pk

    def test_go_in_steps(self, tree: Tree, campaign: Campaign) -> None:
        ended, into = tree.townships[:2]
        for _number in range(5):
            duty(campaign, ended)
        merge(into, ended)

        assert commands.take_over_held(actor=SYSTEM, at=timezone.now(), step=2)
        assert Duty.objects.filter(unit=into).count() == 2
        while commands.take_over_held(actor=SYSTEM, at=timezone.now(), step=2):
            pass

        assert Duty.objects.filter(unit=into).count() == 5

    def test_a_sample_is_looked_at_by_the_heirs_office(self, db: object) -> None:
        cast = make_cast()
        ended, into = cast.tree.counties[:2]
        sample = Sample.objects.create(
            campaign=cast.campaign,
            scope=ended,
            finished_from=SOME_DAY,
            finished_until=SOME_DAY,
            number=1,
            seed="1",
            drawn_at=SOME_MOMENT,
        )
        township = next(unit for unit in cast.tree.townships if unit.parent_id == ended.pk)
        task = issue_to(cast, township)
        SampledTask.objects.create(sample=sample, task=task, position=1)
        Task.objects.filter(pk=task.pk).update(status="done", finished_on=SOME_DAY)
        head = actor_with(unit=into, role="county_office")
        assert sample not in tasks.visible_samples(actor=head)

        merge(cast.tree.counties[2], ended)
        merge(into, cast.tree.counties[2])
        all_jobs()

        assert sample in tasks.visible_samples(actor=head)
        assert sample not in tasks.visible_samples(actor=actor_with(unit=township, role="unit_liaison"))
        assert sample in tasks.visible_samples(actor=actor_with(unit=cast.tree.city, role="office_head"))
        sample.refresh_from_db()
        assert sample.scope_id == ended.pk


class TestPassingOn:
    def test_where_the_heir_asks_the_same_the_units_stand_in_its_list(self, tree: Tree, campaign: Campaign) -> None:
        ended, into = tree.counties[:2]
        meeting = met(campaign, tree.city)
        open_unit, done_unit, own = tree.townships[0], tree.townships[1], tree.townships[3]
        theirs = passing(campaign, ended, meeting, open_unit, done_unit)
        UnitPassing.objects.filter(unit=done_unit).update(passed_on=SOME_DAY, manner="meeting")
        kept = passing(campaign, into, meeting, own)

        merge(into, ended)
        all_jobs()

        theirs.refresh_from_db()
        kept.refresh_from_db()
        assert (theirs.unit_id, theirs.ended_at is not None, theirs.unit_count) == (ended.pk, True, 1)
        assert {row.unit_id for row in UnitPassing.objects.filter(passing=kept)} == {open_unit.pk, own.pk}
        assert kept.unit_count == 2
        assert faults() == []

    def test_a_heir_that_has_its_own_line_keeps_that_one(self, tree: Tree, campaign: Campaign) -> None:
        ended, into = tree.townships[:2]
        asked = passing(campaign, tree.city, met(campaign, tree.city), ended, into)
        UnitPassing.objects.filter(unit=into).update(passed_on=SOME_DAY, manner="meeting")

        merge(into, ended)
        all_jobs()

        [row] = UnitPassing.objects.filter(passing=asked)
        asked.refresh_from_db()
        assert (row.unit_id, row.passed_on, asked.unit_count) == (into.pk, SOME_DAY, 1)


class TestAtNight:
    """What was written while a unit ended, after its jobs had looked, is found the night after."""

    @pytest.mark.parametrize("name", ["data_requests", "matters", "asked_matters", "duties", "breakdowns"])
    def test_what_came_too_late_follows(self, tree: Tree, campaign: Campaign, name: str) -> None:
        ended, into = tree.townships[:2]
        merge(into, ended)
        all_jobs()
        row, column = OPEN[name](campaign, ended, tree.counties[1])
        assert [name in fault for fault in faults()] == [True]

        ProcrastinateJob.objects.all().delete()
        config_jobs.follow_ended_units(timestamp=0)
        queued = list(ProcrastinateJob.objects.order_by("pk"))
        for job in queued:
            app.tasks[job.task_name].func(**job.args)

        assert len(queued) == len(REACTIONS[UnitsEnded])
        row.refresh_from_db()
        assert getattr(row, column) == into.pk
        assert faults() == []

    @pytest.mark.parametrize("name", ["config.follow_ended_units", "upkeep.clear"])
    def test_is_night_where_people_are(self, name: str) -> None:
        task = app.periodic_registry.periodic_tasks[name, ""]
        due = datetime.fromtimestamp(task.croniter.get_next(ret_type=float, start_time=time.time()), tz=UTC)
        assert timezone.localtime(due).hour in {2, 3, 4}


class TestWhatEnds:
    def test_a_robot_ends_and_its_address_is_erased(self, tree: Tree) -> None:
        ended, into = tree.counties[:2]
        found = robot(ended)

        merge(into, ended)
        assert any("(robots)" in fault for fault in faults())
        all_jobs()

        found.refresh_from_db()
        assert (found.unit_id, found.is_on, bytes(found.address)) == (ended.pk, False, b"")
        assert found.ended_at is not None
        assert faults() == []

    def test_a_table_of_members_is_put_aside_at_once(self, tree: Tree) -> None:
        ended, into = tree.townships[:2]
        found = MemberImport.objects.create(
            root=ended, file_name="名册.xlsx", content=b"x", status="ready", started_by=1, started_at=SOME_MOMENT
        )

        merge(into, ended)

        found.refresh_from_db()
        assert (found.status, bytes(found.content)) == ("withdrawn", b"")


def test_what_is_settled_stays_with_the_unit_that_settled_it_and_can_be_read(tree: Tree, campaign: Campaign) -> None:
    ended, into = tree.counties[:2]
    settled = {"status": "closed", "closed_at": SOME_MOMENT, "title": "已答复的问题"}
    rows: list[tuple[models.Model, str]] = [
        (requested(campaign, ended, "withdrawn"), "asker_id"),
        (demanded(ended, tree.villages[0], "kept"), "asker_id"),
        (blocked(ended, -1), "unit_id"),
        (matter(campaign, ended, unit=ended, **settled), "office_id"),
        (duty(campaign, ended, done_on=SOME_DAY), "unit_id"),
        (breakdown(campaign, ended, "done"), "assigner_id"),
        (met(campaign, ended), "unit_id"),
    ]
    shared = matter(campaign, ended, is_shared=True, **settled)

    merge(into, ended)
    all_jobs()

    for row, column in rows:
        row.refresh_from_db()
        assert getattr(row, column) == ended.pk, row
    above = actor_with(unit=tree.city, role="office_head")
    assert office.visible_matters(actor=above).filter(pk=rows[3][0].pk).exists()
    # What is shared with units below goes on being shared with them, wherever they stand now.
    shared.refresh_from_db()
    assert shared.office_id == into.pk
