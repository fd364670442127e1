"""Passing down: the unit keeps its task, the parts keep the original, and every level sees how far it has come."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.burden.models import Demand
from duban.config.factories import SOME_DAY, actor_with
from duban.figures import queries as figures
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation.models import Line, Unit
from duban.organisation.states import PostKind
from duban.tasks import commands, queries
from duban.tasks.commands import Passing
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.commands.passing import INHERITED
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, AssignmentHelper, Task, TaskEntry
from duban.tasks.queries import Chain, Day
from duban.tasks.tests.test_chain import AT, DUE, step

DAY = Day(SOME_DAY, SOME_DAY + timedelta(days=7))


def received(cast, units, **changes):
    """Issue one assignment of the city to these units, and return their tasks in protocol order."""
    text = AssignmentText(
        wording="组织一次专题学习",
        target="listed",
        target_rule={"units": [unit.pk for unit in units]},
        source_sentence="各县要在6月底前组织一次专题学习。",
        source_label="动员讲话 第3条",
        standard="有计划、有记录",
        rhythm="monthly",
        importance="key",
        **{"due_on": DUE, **changes},
    )
    draft = commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
    return list(Task.objects.filter(assignment=draft).order_by("unit__order_path"))


def pass_on(actor, tasks, target="below", rule=None, at=AT, **given):
    tasks = tasks if isinstance(tasks, list) else [tasks]
    return commands.pass_down(
        actor=actor,
        task_ids=[task.pk for task in tasks],
        given=Passing(target=target, rule=rule or {}, **given),
        at=at,
    )


@pytest.fixture
def county(cast):
    return cast.tree.counties[0]


@pytest.fixture
def clerk(county):
    """A clerk of the county's office."""
    return actor_with(unit=county, role="county_office")


@pytest.fixture
def township(cast, county):
    return next(unit for unit in cast.tree.townships if unit.parent_id == county.pk)


@pytest.fixture
def recorder(township):
    return actor_with(unit=township, role="township_recorder")


@pytest.fixture
def task(cast, county):
    return received(cast, [county], helper_ids=(cast.tree.departments[2].pk,))[0]


class TestPassingDown:
    def test_gives_each_direct_subordinate_its_part_and_leaves_the_unit_its_own(self, cast, county, clerk, task):
        (passed,) = pass_on(clerk, task)
        parts = Task.objects.filter(assignment=passed)
        below = Unit.objects.filter(parent=county)
        assert sorted(parts.values_list("unit_id", flat=True)) == sorted(below.values_list("pk", flat=True))
        assert {(part.passed_from_id, part.checker_unit_id) for part in parts} == {(task.pk, county.pk)}
        task.refresh_from_db()
        assert (task.unit_id, task.status) == (county.pk, "in_hand"), "whoever passes it down has it"

    def test_carries_the_original_unchanged_and_adds_its_own_words_under_it(self, cast, clerk, task):
        (passed,) = pass_on(clerk, task, added_wording="请于每周五报送进度。")
        source = task.assignment
        for name in ("wording", "source_sentence", "standard", "rhythm", "importance", "due_kind", "due_on"):
            assert getattr(passed, name) == getattr(source, name), name
        assert passed.added_wording == "请于每周五报送进度。"
        assert passed.source_label == "动员讲话 第3条 · 试验市 → 第1试验县"
        helpers = AssignmentHelper.objects.filter(assignment=passed).values_list("unit_id", flat=True)
        assert list(helpers) == [cast.tree.departments[2].pk]

    def test_at_the_third_level_the_words_of_both_levels_stand_under_the_original(
        self, county, clerk, township, recorder, task
    ):
        (first,) = pass_on(clerk, task, added_wording="县里补充")
        (second,) = pass_on(recorder, Task.objects.get(assignment=first, unit=township), added_wording="镇里补充")
        added = queries.added_on_the_way(actor=recorder, assignment=second)
        assert [(one.unit.pk, one.words) for one in added] == [(county.pk, "县里补充"), (township.pk, "镇里补充")]
        assert second.source_label == f"动员讲话 第3条 · 试验市 → {county.name} → {township.name}"

    def test_leaves_one_row_in_the_record_for_the_fan_out_and_one_for_the_task(self, clerk, task):
        (passed,) = pass_on(clerk, task)
        verbs = AuditEvent.objects.filter(object_kind="assignment", object_id=passed.pk).values_list("verb", flat=True)
        assert list(verbs) == ["assignment.issue"]
        kinds = list(TaskEntry.objects.filter(task=task).order_by("pk").values_list("kind", flat=True))
        assert kinds == ["sign", "pass_down"]

    @pytest.mark.parametrize(
        ("target", "rule", "count"),
        [
            ("below", {}, 6),
            ("class", {"kinds": ["village"]}, 84),
            ("class", {"levels": ["township"]}, 6),
        ],
    )
    def test_goes_to_all_or_to_a_class(self, clerk, task, target, rule, count):
        (passed,) = pass_on(clerk, task, target, rule)
        assert passed.unit_count == count

    def test_goes_to_a_line_and_to_listed_units_below_only(self, cast, county, clerk, task):
        schools = Line.objects.create(name="教育系统")
        inside = cast.tree.below(county)[3:8]
        outside = cast.tree.below(cast.tree.counties[1])[:4]
        Unit.objects.filter(pk__in=[unit.pk for unit in [*inside, *outside]]).update(line=schools)
        (passed,) = pass_on(clerk, task, "line", {"lines": [schools.pk]})
        assert set(Task.objects.filter(assignment=passed).values_list("unit_id", flat=True)) == {
            unit.pk for unit in inside
        }
        with pytest.raises(InvalidInput):
            pass_on(clerk, task, "listed", {"units": [outside[0].pk]})

    def test_several_tasks_go_down_in_one_step_all_or_none(self, cast, county, clerk):
        tasks = [received(cast, [county])[0] for _number in range(3)]
        passed = pass_on(clerk, tasks)
        assert [one.unit_count for one in passed] == [6, 6, 6]
        more = [*[received(cast, [county])[0] for _number in range(2)], tasks[0]]
        with pytest.raises(InvalidInput), transaction.atomic():
            pass_on(clerk, more)
        assert not Assignment.objects.filter(passed_from__in=more[:2]).exists()

    def test_the_same_task_reaches_no_unit_twice(self, cast, county, clerk, township, task):
        pass_on(clerk, task, "listed", {"units": [township.pk]})
        (rest,) = pass_on(clerk, task)
        assert rest.unit_count == 5
        with pytest.raises(InvalidInput, match="already"):
            pass_on(clerk, task)
        part = Task.objects.get(passed_from=task, unit=township)
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.create(
                campaign=cast.campaign,
                assignment=rest,
                unit=township,
                checker_unit=county,
                passed_from=task,
                issued_at=AT,
            )
        assert Task.objects.get(passed_from=task, unit=township) == part

    def test_to_hundreds_of_units_is_the_job_of_every_fan_out(self, cast):
        city = cast.tree.city
        above = received(cast, [city], closing_mode="declare")[0]
        (passed,) = pass_on(cast.office, above, "class", {"kinds": ["village"]})
        assert (passed.status, passed.units_done) == ("issuing", 0)
        while commands.serve_next_units(actor=cast.office, assignment_id=passed.pk, at=AT, step=100):
            pass
        assert Task.objects.filter(passed_from=above).count() == len(cast.tree.villages)


class TestWhatAPartHasFromItsTask:
    # What belongs to one assignment alone, or is set anew when it is passed down.
    ITS_OWN = frozenset(
        [
            "id",
            "uuid",
            "passed_from_id",
            "root_id",
            "chain",
            "assigner_id",
            "status",
            "row_key",
            "added_wording",
            "source_label",
            "due_on",
            "tightened_due",
            "tightened_by_id",
            "target",
            "target_rule",
            "unit_count",
            "units_done",
            "cursor",
            "issued_at",
            "issued_by",
            "created_by",
            "created_at",
            "changed_by",
            "consent_asked_by",
            "consent_asked_at",
            "sent_back_reason",
            "search",
            "version",
        ]
    )
    # A sentence counts what was made of it once, and a data request names its units once and for all.
    NOT_HANDED_ON = frozenset({"requirement_id", "data_request_id"})

    def test_is_decided_for_every_field(self):
        columns = {column.attname for column in Assignment._meta.concrete_fields}
        assert columns == {*INHERITED, *self.ITS_OWN, *self.NOT_HANDED_ON}
        assert not self.ITS_OWN & {*INHERITED}

    def test_comes_down_through_every_level(self, cast, county, clerk, township, recorder):
        given = {
            "heading": "学习",
            "result_form": "小结",
            "lead_person": "某副市长",
            "contact": "某某 0000",
            "remark": "备注",
            "starts_on": SOME_DAY,
            "due_text": "6月底前",
            "is_principals_own": True,
            "minutes": 45,
            "nature": "study",
            "closing_mode": "inspect",
            "inspected_by_two": True,
            "changes_by_two": True,
        }
        task = received(cast, [county], **given)[0]
        (first,) = pass_on(clerk, task)
        (second,) = pass_on(recorder, Task.objects.get(assignment=first, unit=township))
        for name in INHERITED:
            assert getattr(second, name) == getattr(task.assignment, name), name
        modes = Task.objects.filter(assignment__in=[first, second]).values_list("closing_mode", flat=True)
        assert set(modes) == {"inspect"}

    def test_is_that_of_the_task_where_a_sample_found_it_untrue(self, cast, county, clerk):
        task = received(cast, [county], closing_mode="declare")[0]
        Task.objects.filter(pk=task.pk).update(closing_mode="check")
        (passed,) = pass_on(clerk, task)
        assert passed.closing_mode == "check"


class TestDates:
    def test_an_earlier_date_stands_beside_the_original_and_is_counted(self, cast, county, clerk, township, task):
        earlier = DUE - timedelta(days=10)
        (passed,) = pass_on(clerk, task, own_due=earlier)
        part = Task.objects.get(assignment=passed, unit=township)
        assert (part.original_due, part.tightened_due, part.agreed_due) == (DUE, earlier, earlier)
        assert passed.tightened_by_id == county.pk
        found = figures.sums(
            actor=cast.office,
            table=TASK_FIGURES,
            campaign_id=cast.campaign.pk,
            whole=[county.pk],
        )
        assert (found[county.pk]["total"], found[county.pk]["tightened"]) == (7, 6)

    def test_a_later_date_and_a_past_one_are_refused(self, clerk, task):
        with pytest.raises(InvalidInput, match="not later"):
            pass_on(clerk, task, own_due=DUE + timedelta(days=1))
        with pytest.raises(InvalidInput, match="passed"):
            pass_on(clerk, task, own_due=SOME_DAY - timedelta(days=1))

    def test_the_date_received_is_no_earlier_one(self, clerk, township, task):
        pass_on(clerk, task, own_due=DUE)
        assert Task.objects.get(passed_from=task, unit=township).tightened_due is None

    def test_an_earlier_date_of_the_county_is_still_one_for_the_village(self, county, clerk, township, recorder, task):
        earlier = DUE - timedelta(days=10)
        pass_on(clerk, task, own_due=earlier)
        (passed,) = pass_on(recorder, Task.objects.get(passed_from=task, unit=township))
        part = Task.objects.filter(assignment=passed)[0]
        assert (part.original_due, part.tightened_due, passed.tightened_by_id) == (DUE, earlier, county.pk)
        with pytest.raises(InvalidInput, match="not later"):
            pass_on(recorder, Task.objects.get(passed_from=task, unit=township), own_due=DUE)

    def test_a_granted_later_date_is_the_one_received(self, clerk, township, task):
        later = DUE + timedelta(days=20)
        Task.objects.filter(pk=task.pk).update(agreed_due=later)
        pass_on(clerk, task)
        part = Task.objects.get(passed_from=task, unit=township)
        assert (part.original_due, part.tightened_due, part.agreed_due) == (later, None, later)

    def test_long_term_work_stays_long_term_unless_a_date_is_set_and_counted(self, cast, county, clerk, township):
        tasks = received(cast, [county], due_kind="long_term", due_on=None, due_text="长期坚持")
        pass_on(clerk, tasks[0], "listed", {"units": [township.pk]})
        part = Task.objects.get(passed_from=tasks[0])
        assert (part.original_due, part.tightened_due, part.agreed_due) == (None, None, None)
        assert part.assignment.due_text == "长期坚持"
        again = received(cast, [county], due_kind="long_term", due_on=None, due_text="长期坚持")
        pass_on(clerk, again[0], "listed", {"units": [township.pk]}, own_due=DUE)
        dated = Task.objects.get(passed_from=again[0])
        assert (dated.original_due, dated.tightened_due, dated.agreed_due) == (None, DUE, DUE)
        # It counts as one in the ledger, though there is no original date before which it would lie some days.
        demands = Demand.objects.filter(asker=county).order_by("pk")
        assert [(demand.is_earlier, demand.days_earlier) for demand in demands] == [(False, 0), (True, 0)]


class TestWhoMay:
    @pytest.mark.parametrize("role", ["unit_liaison", "unit_deputy", "group_head", "leading_group_member"])
    def test_others_of_the_unit_may_not(self, county, task, role):
        with pytest.raises(NotAllowed):
            pass_on(actor_with(unit=county, role=role), task)

    def test_the_principal_of_the_unit_may_and_sees_and_checks_the_parts(self, cast, county, township, task):
        principal = actor_with(unit=county, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL)
        pass_on(principal, task)
        part = Task.objects.get(passed_from=task, unit=township)
        owner = actor_with(unit=township, role="unit_liaison", reach=Reach.UNIT)
        step(owner, part, "sign")
        step(owner, part, "ask_done", text="已学习")
        assert queries.get_task(actor=principal, task_id=part.pk).checker_unit_id == county.pk
        assert step(principal, part, "accept").status == "done"

    def test_another_county_cannot_tell_that_the_task_exists(self, cast, task):
        with pytest.raises(NotFound):
            pass_on(actor_with(unit=cast.tree.counties[1], role="county_office"), task)

    def test_what_waits_is_that_of_the_units_own_level(self, cast, county, clerk, township, recorder):
        tasks = received(cast, [county, cast.tree.counties[1], township])
        ids = [one.pk for one in queries.to_pass_down(actor=clerk, campaign_id=cast.campaign.pk)]
        assert ids == [tasks[0].pk], "the township's own waits at the township"
        waiting = queries.to_pass_down(actor=recorder, campaign_id=cast.campaign.pk)
        assert [one.unit_id for one in waiting] == [township.pk]
        pass_on(clerk, tasks[0])
        assert not queries.to_pass_down(actor=clerk, campaign_id=cast.campaign.pk).exists()

    def test_a_unit_without_subordinates_has_nothing_to_pass_down(self, cast):
        branch = cast.tree.branches[0]
        received(cast, [branch])
        principal = actor_with(unit=branch, role="unit_principal", reach=Reach.UNIT)
        assert not queries.to_pass_down(actor=principal, campaign_id=cast.campaign.pk).exists()


class TestALeadDepartment:
    @pytest.fixture
    def line(self, cast):
        line = Line.objects.create(name="教育系统", lead_unit=cast.tree.departments[1])
        schools = [cast.tree.below(county)[-1] for county in cast.tree.counties]
        Unit.objects.filter(pk__in=[unit.pk for unit in schools]).update(line=line)
        return schools

    @pytest.fixture
    def department_clerk(self, cast, line):
        return actor_with(unit=cast.tree.departments[1], role="line_clerk", reach=Reach.LINE)

    def test_passes_down_within_its_line_wherever_the_units_stand(self, cast, line, department_clerk):
        task = received(cast, [cast.tree.departments[1]])[0]
        (passed,) = pass_on(department_clerk, task)
        parts = Task.objects.filter(assignment=passed)
        assert set(parts.values_list("unit_id", flat=True)) == {unit.pk for unit in line}
        owner = actor_with(unit=line[0], role="unit_liaison", reach=Reach.UNIT)
        part = parts.get(unit=line[0])
        step(owner, part, "sign")
        step(owner, part, "ask_done", text="已学习")
        assert step(department_clerk, part, "accept").status == "done", "and checks the answers"

    def test_sees_its_line_and_nothing_beside_it(self, cast, line, department_clerk):
        tasks = received(cast, [line[0], cast.tree.counties[0], cast.tree.departments[3]])
        given = queries.TaskFilter(campaign_id=cast.campaign.pk)
        seen = [row.pk for row in queries.work_list(actor=department_clerk, given=given).rows]
        assert seen == [task.pk for task in tasks if task.unit_id == line[0].pk]

    def test_does_not_pass_on_what_a_unit_of_its_line_received(self, cast, line, department_clerk):
        school = Unit.objects.get(pk=line[0].pk)
        Unit.objects.filter(pk=cast.tree.departments[4].pk).update(parent=school)
        task = received(cast, [school])[0]
        with pytest.raises(NotAllowed, match="another unit"):
            pass_on(department_clerk, task, "listed", {"units": [cast.tree.departments[4].pk]})


class TestTheClosedLoop:
    def test_completion_is_not_asked_for_unnoticed_while_parts_are_open(self, cast, county, clerk, task):
        pass_on(clerk, task)
        owner = actor_with(unit=county, role="unit_liaison", reach=Reach.UNIT)
        with pytest.raises(InvalidInput, match="6 parts"):
            step(owner, task, "ask_done", text="已完成")
        asked = step(owner, task, "ask_done", text="已完成", despite="两个镇受灾，另行补课")
        said = TaskEntry.objects.filter(task=asked, kind="ask_done").get().text
        assert "已完成" in said
        assert "6 parts still open: 两个镇受灾" in said
        with pytest.raises(IllegalStep):
            pass_on(clerk, task)

    def test_the_office_sees_every_level_by_one_question(
        self, cast, county, clerk, township, recorder, task, django_assert_num_queries
    ):
        pass_on(clerk, task, own_due=DUE - timedelta(days=2))
        part = Task.objects.get(passed_from=task, unit=township)
        (third,) = pass_on(recorder, part)
        Task.objects.filter(assignment=third, unit__place=1).update(status="done", finished_on=SOME_DAY)
        received(cast, [county])
        chain = Chain.of_assignment(task.assignment)
        with django_assert_num_queries(1):
            levels = queries.chain_levels(actor=cast.office, chain=chain, day=DAY)
        assert [(level.level, level.units, level.counts["done"]) for level in levels] == [
            (1, 1, 0),
            (2, 6, 0),
            (3, 14, 1),
        ]
        assert [level.counts["tightened"] for level in levels] == [0, 6, 14]
        below = queries.chain_below(
            actor=cast.office, chain=Chain.of_assignment(task.assignment), task_ids=[task.pk], day=DAY
        )
        assert below[task.pk]["total"] == 20
        levels = queries.chain_levels(actor=clerk, chain=Chain.below_task(task), day=DAY)
        assert [(level.level, level.units) for level in levels] == [(1, 6), (2, 14)]
        of_township = queries.chain_below(
            actor=clerk, chain=Chain.below_task(task), task_ids=[part.pk, task.pk], day=DAY
        )
        assert {key: counts["total"] for key, counts in of_township.items()} == {part.pk: 14}
        levels = queries.chain_levels(actor=clerk, chain=Chain.of_assignment(part.assignment), day=DAY)
        assert [(level.level, level.units) for level in levels] == [(1, 6), (2, 14)]

    def test_the_unit_sees_its_parts_page_by_page_and_strangers_do_not(self, cast, county, clerk, task):
        pass_on(clerk, task)
        first = queries.parts_page(actor=clerk, task_id=task.pk, assignment_id=None, status="all", day=DAY, size=4)
        second = queries.parts_page(
            actor=clerk, task_id=task.pk, assignment_id=None, status="all", day=DAY, size=4, after=first.after
        )
        names = [part.task.unit.name for part in [*first.rows, *second.rows]]
        below = Unit.objects.filter(parent=county).order_by("order_path")
        assert names == [unit.name for unit in below]
        for actor in (cast.stranger, cast.helper, actor_with(unit=cast.tree.counties[1], role="county_office")):
            with pytest.raises(NotFound):
                queries.parts_page(actor=actor, task_id=task.pk, assignment_id=None, status="all", day=DAY)


class TestTransfer:
    @pytest.fixture
    def department_task(self, cast):
        return received(cast, [cast.tree.departments[1]])[0]

    def give(self, cast, task, number, reason="职责属于该单位"):
        return commands.transfer(
            actor=cast.office, task_id=task.pk, unit_id=cast.tree.departments[number].pk, reason=reason, at=AT
        )

    def test_gives_what_came_back_to_an_equal_unit_and_counts_it(self, cast, department_task):
        step(cast.owner, department_task, "decline", text="不属本单位")
        moved = self.give(cast, department_task, 2)
        assert (moved.unit_id, moved.status, moved.transfers) == (cast.tree.departments[2].pk, "to_sign", 1)
        step(cast.helper, moved, "sign")
        sums = figures.sums(
            actor=cast.office,
            table=TASK_FIGURES,
            campaign_id=cast.campaign.pk,
            alone=[unit.pk for unit in cast.tree.departments[1:3]],
        )
        assert [sums[unit.pk]["total"] for unit in cast.tree.departments[1:3]] == [0, 1]

    def test_stops_at_the_limit(self, cast, department_task):
        self.give(cast, department_task, 2)
        self.give(cast, department_task, 3)
        with pytest.raises(IllegalStep, match="2 times"):
            self.give(cast, department_task, 4)

    def test_goes_to_equals_without_a_part_only_and_says_why(self, cast, department_task):
        with pytest.raises(InvalidInput, match="same level"):
            commands.transfer(
                actor=cast.office,
                task_id=department_task.pk,
                unit_id=cast.tree.counties[0].pk,
                reason="职责",
                at=AT,
            )
        with pytest.raises(InvalidInput, match="sentence"):
            self.give(cast, department_task, 2, reason=" ")
        both = received(cast, cast.tree.departments[1:3])
        with pytest.raises(InvalidInput, match="same level"):
            self.give(cast, both[0], 2)

    def test_is_for_the_assigner_and_before_it_is_signed_for(self, cast, department_task):
        with pytest.raises(NotAllowed):
            commands.transfer(
                actor=cast.owner,
                task_id=department_task.pk,
                unit_id=cast.tree.departments[1].pk,
                reason="不归我",
                at=AT,
            )
        step(cast.owner, department_task, "sign")
        with pytest.raises(IllegalStep):
            self.give(cast, department_task, 2)

    def test_passing_down_is_no_transfer(self, clerk, task):
        pass_on(clerk, task)
        assert set(Task.objects.values_list("transfers", flat=True)) == {0}

    def test_a_part_goes_to_another_unit_that_the_township_chooses(self, cast, county, clerk, township, task):
        pass_on(clerk, task, "listed", {"units": [township.pk]})
        part = Task.objects.get(passed_from=task)
        other = Unit.objects.filter(parent=county).exclude(pk=township.pk)[0]
        moved = commands.transfer(actor=clerk, task_id=part.pk, unit_id=other.pk, reason="属地", at=AT)
        assert moved.unit_id == other.pk
        (rest,) = pass_on(clerk, task)
        assert rest.unit_count == 4, "neither the one that has the part now nor the one that had it"


def test_lines_are_granted_by_those_who_administer_all_of_their_units(cast):
    from duban.access import commands as access  # noqa: PLC0415

    department = cast.tree.departments[1]
    someone = actor_with(unit=department, role="unit_liaison", reach=Reach.UNIT)
    admin = actor_with(unit=cast.tree.city, role="security_admin")

    def grant():
        return access.grant_role(
            actor=admin, user_id=someone.user_id or 0, role="line_clerk", reach=Reach.LINE, unit_id=department.pk, at=AT
        )

    with pytest.raises(InvalidInput, match="leads no line"):
        grant()
    line = Line.objects.create(name="教育系统", lead_unit=department)
    Unit.objects.filter(pk=cast.tree.villages[0].pk).update(line=line)
    assert grant().reach == "line"
    lower = actor_with(unit=department, role="security_admin")
    with pytest.raises(NotAllowed, match="beyond"):
        access.grant_role(
            actor=lower,
            user_id=cast.helper.user_id or 0,
            role="line_clerk",
            reach=Reach.LINE,
            unit_id=department.pk,
            at=AT,
        )
