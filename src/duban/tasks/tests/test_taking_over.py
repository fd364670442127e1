"""When units merge, every open task has an owner in force afterwards, and what was finished stays where it was done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from duban.access import jobs as access_jobs
from duban.access.models import Grant, GrantUnit
from duban.access.states import Reach
from duban.burden.models import DataRequest, DemandUnit
from duban.campaigns import jobs as campaign_jobs
from duban.config.factories import (
    SOME_DAY,
    SOME_MOMENT,
    actor_with,
    build_tree,
    make_campaign,
    make_person_with_account,
)
from duban.directives import jobs as directive_jobs
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, Refused
from duban.organisation import commands as organisation
from duban.organisation import queries as units
from duban.organisation.models import Unit
from duban.tasks import commands, jobs, queries
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, AssignmentHelper, Task, TaskEntry, TaskFigures, TaskFiguresPast
from duban.tasks.policy import Involved
from duban.tasks.states import CLOSED_STATUSES
from duban.tasks.tests.test_chain import AT, DUE, issue_to, step

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def all_jobs() -> None:
    """Do what the workers do after a merger."""
    access_jobs.end_with_units()
    campaign_jobs.take_over()
    directive_jobs.take_over()
    jobs.take_over()


def merge(into: Unit, *ended: Unit) -> None:
    organisation.merge_units(
        actor=SYSTEM, unit_ids=[unit.pk for unit in ended], into_id=into.pk, on=SOME_DAY, reason="合并", at=AT
    )


def faults() -> list[str]:
    return [*units.check_tree(actor=SYSTEM), *units.check_owners(actor=SYSTEM, on=SOME_DAY)]


def issue_to_all(cast, *chosen: Unit) -> dict[int, Task]:
    text = AssignmentText(
        wording="报送整改方案", target="listed", target_rule={"units": [unit.pk for unit in chosen]}, due_on=DUE
    )
    draft = commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
    return {task.unit_id: task for task in Task.objects.filter(assignment=draft)}


def parts_among_many(actor: Actor, task: Task) -> Involved:
    return queries.involved_in_many(actor=actor, tasks=[task])[task.pk]


def deferred() -> int:
    """How often the workers were told to take over."""
    return ProcrastinateJob.objects.filter(task_name="tasks.take_over").count()


def total(unit: Unit) -> int:
    row = TaskFigures.objects.filter(unit=unit).first()
    return row.total if row else 0


class TestOneTask:
    def test_goes_to_the_successor_with_its_thread_and_dates(self, cast):
        ended, into = cast.tree.departments[1:3]
        task = issue_to(cast, ended)
        step(cast.owner, task, "sign")

        merge(into, ended)
        all_jobs()

        task.refresh_from_db()
        assert (task.unit_id, task.status, task.agreed_due) == (into.pk, "in_hand", DUE)
        kinds = list(TaskEntry.objects.filter(task=task).order_by("id").values_list("kind", flat=True))
        assert kinds == ["sign", "take_over"]
        assert (total(ended), total(into)) == (0, 1)
        step(cast.helper, task, "ask_done", text="已完成")
        assert faults() == []

    def test_nobody_of_the_old_unit_checks_it_either(self, cast):
        ended, into = cast.tree.departments[1:3]
        before = actor_with(unit=ended, role="office_clerk")
        Grant.objects.filter(user_id=before.user_id or 0).update(unit=cast.tree.city)
        task = issue_to(cast, ended)
        step(cast.owner, task, "sign")
        merge(into, ended)
        all_jobs()
        step(cast.helper, task, "ask_done", text="已完成")

        checker = actor_with(unit=cast.tree.city, role="office_clerk")
        with pytest.raises(NotAllowed):
            step(replace(checker, person_id=before.person_id), task, "accept")

    def test_nobody_of_the_old_unit_checks_it_among_many(self, cast):
        ended, into = cast.tree.departments[1:3]
        before = actor_with(unit=ended, role="office_clerk")
        task = issue_to(cast, ended)
        step(cast.owner, task, "sign")
        merge(into, ended)
        all_jobs()
        step(cast.helper, task, "ask_done", text="已完成")

        checker = replace(cast.second, person_id=before.person_id)
        [row] = commands.check_many(actor=checker, task_ids=[task.pk], step_name="accept", at=AT).rows
        assert "held a post" in row.refusal
        task.refresh_from_db()
        assert queries.involved(actor=checker, task=task) == parts_among_many(checker, task)

    def test_what_is_finished_stays(self, cast):
        ended, into = cast.tree.departments[1:3]
        task = issue_to(cast, ended)
        step(cast.owner, task, "sign")
        step(cast.owner, task, "ask_done", text="已完成")
        step(cast.second, task, "accept")

        merge(into, ended)
        all_jobs()

        task.refresh_from_db()
        assert (task.unit_id, task.status) == (ended.pk, "done")
        assert total(ended) == 1

    def test_past_figures_stay_as_they_were(self, cast):
        ended, into = cast.tree.departments[1:3]
        issue_to(cast, ended)
        figures.close_days(
            actor=SYSTEM, campaign_id=cast.campaign.pk, today=SOME_DAY + timedelta(days=1), at=AT + timedelta(days=1)
        )
        merge(into, ended)
        all_jobs()

        past = {row.unit_id: row.total for row in TaskFiguresPast.objects.filter(valid_from=SOME_DAY)}
        assert past[ended.pk] == 1
        assert figures.recount_all(actor=SYSTEM, campaign_id=cast.campaign.pk, at=AT) == {TASK_FIGURES.name: 0}


class TestTheSameTask:
    def test_becomes_one_with_link_and_thread(self, cast):
        ended, into = cast.tree.departments[1:3]
        shares = issue_to_all(cast, ended, into)

        merge(into, ended)
        all_jobs()

        merged = Task.objects.get(pk=shares[ended.pk].pk)
        assert (merged.status, merged.merged_into_id) == ("merged", shares[into.pk].pk)
        assert TaskEntry.objects.filter(task=shares[into.pk], kind="take_over", unit=ended).exists()
        assert TaskEntry.objects.filter(task=merged, kind="merge").exists()
        assert (total(ended), total(into)) == (0, 1)
        assert faults() == []

    def test_whoever_answered_what_was_merged_checks_neither_alone_nor_among_many(self, cast):
        ended, into = cast.tree.departments[1:3]
        shares = issue_to_all(cast, ended, into)
        left, goes_on = shares[ended.pk], shares[into.pk]
        TaskEntry.objects.create(
            task=left, kind="feedback", user_id=cast.second.user_id, by="代录", text="已配合", made_at=AT
        )
        merge(into, ended)
        all_jobs()
        step(cast.helper, goes_on, "sign")
        step(cast.helper, goes_on, "ask_done", text="已完成")

        with pytest.raises(NotAllowed, match="answered"):
            step(cast.second, goes_on, "accept")
        [row] = commands.check_many(actor=cast.second, task_ids=[goes_on.pk], step_name="accept", at=AT).rows
        assert "answered" in row.refusal
        assert queries.involved(actor=cast.second, task=goes_on) == parts_among_many(cast.second, goes_on)
        step(cast.office, goes_on, "accept")

    def test_what_a_merger_of_units_merged_does_not_go_on_by_itself(self, cast):
        ended, into = cast.tree.departments[1:3]
        left = issue_to_all(cast, ended, into)[ended.pk]
        merge(into, ended)
        all_jobs()
        with pytest.raises(IllegalStep, match="successor"):
            step(cast.second, left, "resume", text="恢复", new_due=DUE)
        left.refresh_from_db()
        assert (left.status, left.merged_into_id is None) == ("merged", False)
        offered = {one.name: one.refusal for one in queries.offered_steps(actor=cast.second, task=left)}
        assert "successor" in offered["resume"]

    def test_of_two_ended_units_the_first_moves_and_the_second_merges_into_it(self, cast):
        first, second, into = cast.tree.departments[1:4]
        shares = issue_to_all(cast, first, second)

        merge(into, first, second)
        all_jobs()

        moved, merged = (Task.objects.get(pk=shares[unit.pk].pk) for unit in (first, second))
        assert (moved.unit_id, moved.status) == (into.pk, "to_sign")
        assert (merged.status, merged.merged_into_id) == ("merged", moved.pk)
        assert faults() == []

    def test_one_that_was_finished_opens_again_with_what_is_left(self, cast):
        ended, into = cast.tree.departments[1:3]
        shares = issue_to_all(cast, ended, into)
        done = shares[into.pk]
        step(cast.helper, done, "sign")
        step(cast.helper, done, "ask_done", text="已完成")
        step(cast.second, done, "accept")

        merge(into, ended)
        all_jobs()

        done.refresh_from_db()
        assert (done.status, done.finished_on, done.agreed_due) == ("to_sign", None, DUE)
        assert faults() == []

    def test_an_open_request_is_refused_with_the_merged_task(self, cast):
        ended, into = cast.tree.departments[1:3]
        shares = issue_to_all(cast, ended, into)
        step(cast.owner, shares[ended.pk], "sign")
        commands.ask_change(
            kind="extension",
            actor=cast.owner,
            task_id=shares[ended.pk].pk,
            new_due=DUE + timedelta(days=9),
            reason="需要时间",
            at=AT,
        )

        merge(into, ended)
        all_jobs()

        assert Task.objects.get(pk=shares[ended.pk].pk).changes.get().status == "refused"


class TestOpenedAgain:
    """What was closed when its unit ended, and opens again afterwards, goes to the successor as well."""

    def test_by_a_sample(self, cast):
        ended, into = cast.tree.departments[1:3]
        task = issue_to(cast, ended, closing_mode="declare")
        step(cast.owner, task, "sign")
        step(cast.owner, task, "declare", text="已传达")
        sample = commands.draw_sample(
            actor=cast.office,
            campaign_id=cast.campaign.pk,
            scope_id=cast.tree.city.pk,
            finished_from=SOME_DAY,
            finished_until=SOME_DAY,
            number=1,
            at=AT,
        )
        merge(into, ended)
        all_jobs()
        before = deferred()
        commands.find_sampled(
            actor=cast.second,
            sampled_id=sample.items.get().pk,
            step_name="find_untrue",
            finding="未传达",
            new_due=DUE,
            at=AT,
        )
        assert deferred() == before + 1
        all_jobs()
        task.refresh_from_db()
        assert (task.unit_id, task.status) == (into.pk, "in_hand")
        assert faults() == []

    def test_by_going_on_after_a_merger_that_was_asked_for(self, cast):
        ended, into = cast.tree.departments[1:3]
        task, other = (issue_to(cast, ended) for _number in range(2))
        for one in (task, other):
            step(cast.owner, one, "sign")
        commands.ask_change(actor=cast.owner, task_id=task.pk, kind="merge", into_id=other.pk, reason="同一事项", at=AT)
        commands.decide_change(actor=cast.second, task_id=task.pk, step_name="grant", at=AT)
        merge(into, ended)
        all_jobs()
        before = deferred()
        step(cast.second, task, "resume", text="仍需单独办理", new_due=DUE)
        assert deferred() == before + 1
        all_jobs()
        task.refresh_from_db()
        assert (task.unit_id, task.status) == (into.pk, "in_hand")
        assert faults() == []


class TestTheOffice:
    def test_drafts_checks_helpers_papers_and_campaigns_go_on(self, cast):
        ended, into, helper = cast.tree.counties[0], cast.tree.counties[1], cast.tree.departments[1]
        campaign = make_campaign(root=ended, name="县里的")
        township = next(unit for unit in cast.tree.townships if unit.parent_id == ended.pk)
        clerk = actor_with(unit=ended, role="county_office")
        text = AssignmentText(
            wording="各乡镇报送", target="unit", target_rule={"unit": township.pk}, due_on=DUE, helper_ids=(helper.pk,)
        )
        issued = commands.create_assignment(
            actor=clerk, campaign_id=campaign.pk, assigner_id=ended.pk, text=text, at=AT
        )
        commands.issue(actor=clerk, assignment_id=issued.pk, at=AT)
        draft = commands.create_assignment(actor=clerk, campaign_id=campaign.pk, assigner_id=ended.pk, text=text, at=AT)
        AssignmentHelper.objects.create(assignment=issued, unit=ended, position=1)

        merge(into, ended)
        all_jobs()

        assert set(Assignment.objects.filter(pk__in=[issued.pk, draft.pk]).values_list("assigner", flat=True)) == {
            into.pk
        }
        assert Task.objects.get(assignment=issued).checker_unit_id == into.pk
        assert into.pk in set(issued.helpers.values_list("unit_id", flat=True))
        campaign.refresh_from_db()
        assert campaign.root_id == into.pk
        assert faults() == []

    def test_a_draft_that_names_the_old_unit_names_the_successor(self, cast):
        ended, into = cast.tree.departments[1:3]
        text = AssignmentText(wording="报送", target="listed", target_rule={"units": [ended.pk, into.pk]}, due_on=DUE)
        draft = commands.create_assignment(
            actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
        )

        merge(into, ended)
        all_jobs()

        draft.refresh_from_db()
        assert draft.target_rule == {"units": [into.pk]}


class TestGrants:
    def test_end_with_the_unit_and_accounts_stay(self, cast):
        ended, into = cast.tree.departments[1:3]
        account = make_person_with_account(unit=ended, role="unit_liaison", reach=Reach.UNIT)
        group = make_person_with_account(
            unit=cast.tree.city, role="group_head", reach=Reach.LISTED, listed=[ended, into]
        )

        merge(into, ended)
        all_jobs()

        account.grant.refresh_from_db()
        account.user.refresh_from_db()
        assert account.grant.ends_at is not None
        assert account.user.is_active
        assert list(GrantUnit.objects.filter(grant=group.grant).values_list("unit_id", flat=True)) == [into.pk]
        # Nobody gains rights by a merger.
        assert not Grant.objects.filter(user=account.user, unit=into).exists()


class TestUnitsNewDuringTheYear:
    @pytest.fixture
    def running(self, cast):
        text = AssignmentText(
            wording="每个乡镇一次专题学习", target="class", target_rule={"kinds": ["township"]}, due_on=DUE
        )
        draft = commands.create_assignment(
            actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
        )
        return commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)

    def new(self, cast, **changes):
        values = {"level": "township", "field": "rural", "kind": "township"} | changes
        return organisation.create_unit(
            actor=SYSTEM,
            parent_id=cast.tree.counties[0].pk,
            name="新设镇",
            valid_from=SOME_DAY + timedelta(days=3),
            at=AT,
            **values,
        )

    def test_are_offered_what_their_class_was_assigned_and_a_person_decides(self, cast, running):
        later = SOME_DAY + timedelta(days=4)
        township = self.new(cast)
        [late] = queries.late_units(actor=cast.office, on=later)
        assert (late.unit.pk, [one.pk for one in late.assignments]) == (township.pk, [running.pk])
        assert not Task.objects.filter(unit=township).exists()

        served = commands.issue_to_late_units(
            actor=cast.office, assignment_id=running.pk, unit_ids=[township.pk], at=AT + timedelta(days=4)
        )

        task = Task.objects.get(unit=township)
        running.refresh_from_db()
        assert (served, task.original_due, running.unit_count) == (1, DUE, running.units_done)
        assert total(township) == 1
        assert queries.late_units(actor=cast.office, on=later) == []

    def test_have_what_every_other_unit_has_and_it_stands_in_their_ledger(self, cast, running):
        Assignment.objects.filter(pk=running.pk).update(closing_mode="declare", importance="key")
        township = self.new(cast)
        for _time in range(2):
            commands.issue_to_late_units(
                actor=cast.office, assignment_id=running.pk, unit_ids=[township.pk], at=AT + timedelta(days=4)
            )
        task = Task.objects.get(unit=township)
        assert (task.closing_mode, task.is_key, task.checker_unit_id) == ("declare", True, running.assigner_id)
        assert DemandUnit.objects.filter(unit=township, demand__source=f"assignment {running.pk}").count() == 1

    def test_are_not_asked_by_a_data_request_that_named_its_units(self, cast, running):
        request = DataRequest.objects.create(
            campaign=cast.campaign,
            asker=cast.tree.city,
            what="停车位缺口",
            serves="改造",
            justification="没有统计",
            due_on=DUE,
            minutes=15,
            status="sent",
            unit_count=1,
            decided_by=1,
            registered_by=2,
            registered_at=AT,
        )
        Assignment.objects.filter(pk=running.pk).update(data_request=request, target_rule={"data_request": request.pk})
        township = self.new(cast)
        assert queries.late_units(actor=cast.office, on=SOME_DAY + timedelta(days=4)) == []
        with pytest.raises(IllegalStep):
            commands.issue_to_late_units(
                actor=cast.office, assignment_id=running.pk, unit_ids=[township.pk], at=AT + timedelta(days=4)
            )

    def test_of_another_class_are_not(self, cast, running):
        village = self.new(cast, level="village", kind="village")
        assert queries.late_units(actor=cast.office, on=SOME_DAY + timedelta(days=4)) == []
        with pytest.raises(InvalidInput, match="does not belong"):
            commands.issue_to_late_units(
                actor=cast.office, assignment_id=running.pk, unit_ids=[village.pk], at=AT + timedelta(days=4)
            )

    def test_are_shown_to_the_office_on_a_page_and_issued_by_a_button(self, cast, running):
        township = self.new(cast)
        Unit.objects.filter(pk=township.pk).update(valid_from=date(2026, 3, 5))
        client = cast.client(cast.office)
        address = "/tasks/assignments/new-units/"
        if date(2026, 11, 1) <= DUE:
            assert "新设镇" in client.get(address).content.decode()
        assert client.post(address, {"share": f"{running.pk}-{township.pk}"}).status_code == 302
        assert Task.objects.filter(unit=township, assignment=running).exists()
        assert cast.client(cast.owner).get(address).status_code == 403


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "split", "move", "end", "issue"]), st.integers(0, 99), st.integers(0, 99)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_sequence_everything_open_has_an_owner_in_force(db, steps):
    with transaction.atomic():
        tree = build_tree(counties=2, townships=2, villages=2, departments=2)
        campaign = make_campaign(root=tree.city)
        office = actor_with(unit=tree.city, role="office_clerk")
        for number, (kind, first, second) in enumerate(steps):
            try:
                with transaction.atomic():
                    _step(office, campaign.pk, number, kind, first, second)
            except Refused:
                continue
            all_jobs()
            found = [*units.check_tree(actor=SYSTEM), *units.check_owners(actor=SYSTEM, on=SOME_DAY)]
            assert found == []
            open_tasks = Task.objects.exclude(status__in=CLOSED_STATUSES)
            assert not open_tasks.filter(unit__valid_until__isnull=False).exists()
            assert not open_tasks.filter(checker_unit__valid_until__isnull=False).exists()
        transaction.set_rollback(True)


def _step(office: Actor, campaign_id: int, number: int, kind: str, first: int, second: int) -> None:
    present = list(Unit.objects.filter(valid_until__isnull=True).order_by("pk"))
    one, other = present[first % len(present)], present[second % len(present)]
    if kind == "issue":
        text = AssignmentText(
            wording=f"事项{number}",
            target="listed",
            target_rule={"units": [one.pk, other.pk]},
            due_on=DUE,
            helper_ids=(present[0].pk,) if present[0] not in (one, other) else (),
        )
        draft = commands.create_assignment(
            actor=office, campaign_id=campaign_id, assigner_id=present[0].pk, text=text, at=SOME_MOMENT
        )
        commands.issue(actor=office, assignment_id=draft.pk, at=SOME_MOMENT)
    elif kind == "merge":
        merge(other, one)
    elif kind == "end":
        organisation.end_unit(actor=SYSTEM, unit_id=one.pk, valid_until=SOME_DAY, reason="撤销", at=AT)
    elif kind == "move":
        organisation.move_unit(actor=SYSTEM, unit_id=one.pk, new_parent_id=other.pk, at=AT)
    else:
        below = [child.pk for child in units.children_in_force(actor=SYSTEM, unit_id=one.pk)]
        parts = [
            organisation.Part(name=f"甲{number}", child_ids=tuple(below[:1])),
            organisation.Part(name=f"乙{number}", child_ids=tuple(below[1:])),
        ]
        organisation.split_unit(actor=SYSTEM, unit_id=one.pk, parts=parts, on=SOME_DAY, reason="分设", at=AT)
