"""From a draft to an accepted answer, and every way round the checker's rule."""

from datetime import date, timedelta

import pytest

from duban.access.models import Grant
from duban.access.queries import actor_of
from duban.access.states import Reach
from duban.attachments.models import StoredFile
from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with, make_person_with_account
from duban.figures import queries as figures
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, Stale
from duban.organisation.models import Post
from duban.tasks import commands, queries
from duban.tasks.commands.answering import DECLINE_DAYS, GivenFile
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task

DUE = SOME_DAY + timedelta(days=30)
AT = SOME_MOMENT


def issue_to(cast, unit, helpers=(), **changes):
    text = AssignmentText(
        wording="组织一次专题学习",
        target="unit",
        target_rule={"unit": unit.pk},
        due_on=DUE,
        helper_ids=tuple(helper.pk for helper in helpers),
        **changes,
    )
    draft = commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
    return Task.objects.get(assignment=draft)


def step(actor, task, name, **given):
    return commands.take_step(actor=actor, task_id=task.pk, step_name=name, at=given.pop("at", AT), **given)


@pytest.fixture
def task(cast):
    return issue_to(cast, cast.tree.departments[1], helpers=[cast.tree.departments[2]])


@pytest.fixture
def asked(cast, task):
    step(cast.owner, task, "sign")
    return step(cast.owner, task, "ask_done", text="学习已完成")


class TestTheChain:
    def test_leads_from_issue_to_an_answer_accepted_by_somebody_else(self, cast, task):
        step(cast.owner, task, "sign")
        commands.give_feedback(actor=cast.owner, task_id=task.pk, text="已学习两次", at=AT)
        step(cast.owner, task, "ask_done", text="学习已完成", at=AT + timedelta(days=3))
        done = step(cast.second, task, "accept", at=AT + timedelta(days=9))
        assert done.status == "done"
        assert done.finished_on == SOME_DAY + timedelta(days=3), "finished when the unit asked, not when it was read"
        kinds = [entry.kind for entry in queries.thread(actor=cast.owner, task=done)]
        assert kinds == ["sign", "feedback", "ask_done", "accept"]

    def test_each_step_leaves_its_row_in_the_record(self, cast, asked):
        verbs = list(
            AuditEvent.objects.filter(object_kind="task", object_id=asked.pk)
            .order_by("id")
            .values_list("verb", flat=True)
        )
        assert verbs == ["task.sign", "task.ask_done"]

    def test_figures_follow_each_step(self, cast, asked):
        found = figures.sums(
            actor=cast.office,
            table=TASK_FIGURES,
            campaign_id=cast.campaign.pk,
            whole=[cast.tree.city.pk],
        )
        assert (found[cast.tree.city.pk]["total"], found[cast.tree.city.pk]["asked"]) == (1, 1)

    def test_return_needs_what_is_missing_and_a_new_date_and_keeps_the_original_one(self, cast, asked):
        with pytest.raises(InvalidInput, match="sentence"):
            step(cast.second, asked, "return", new_due=DUE)
        with pytest.raises(InvalidInput, match="new date"):
            step(cast.second, asked, "return", text="缺少小结")
        later = DUE + timedelta(days=7)
        returned = step(cast.second, asked, "return", text="缺少小结", new_due=later)
        assert (returned.status, returned.agreed_due, returned.original_due) == ("in_hand", later, DUE)

    def test_punctuality_is_reported_by_both_dates(self, cast, asked):
        later = DUE + timedelta(days=7)
        step(cast.second, asked, "return", text="缺少小结", new_due=later)
        step(cast.owner, asked, "ask_done", text="已补", at=AT + timedelta(days=33))
        step(cast.second, asked, "accept", at=AT + timedelta(days=40))
        found = figures.sums(
            actor=cast.office,
            table=TASK_FIGURES,
            campaign_id=cast.campaign.pk,
            alone=[asked.unit_id],
        )[asked.unit_id]
        assert (found["done_dated"], found["on_time_original"], found["on_time_agreed"]) == (1, 0, 1)


class TestAnswering:
    def test_a_stranger_cannot_tell_that_the_task_exists(self, cast, task):
        with pytest.raises(NotFound):
            step(cast.stranger, task, "sign")

    def test_the_helping_unit_sees_and_reports_but_does_not_ask_for_completion(self, cast, task):
        step(cast.owner, task, "sign")
        commands.give_feedback(actor=cast.helper, task_id=task.pk, text="已配合", at=AT)
        with pytest.raises(NotAllowed):
            step(cast.helper, task, "ask_done", text="完成")

    def test_return_as_not_theirs_needs_a_reason_and_comes_in_time(self, cast, task):
        with pytest.raises(InvalidInput):
            step(cast.owner, task, "decline")
        with pytest.raises(IllegalStep, match="within"):
            step(cast.owner, task, "decline", text="不属本单位", at=AT + timedelta(days=DECLINE_DAYS + 1))
        assert step(cast.owner, task, "decline", text="不属本单位").status == "declined"
        assert step(cast.office, task, "insist", text="属于你单位职责").status == "to_sign"

    def test_a_page_opened_before_somebody_else_acted_is_stale(self, cast, task):
        opened = task.version
        step(cast.owner, task, "sign", version=opened)
        with pytest.raises(Stale):
            step(cast.owner, task, "ask_done", text="完成", version=opened)

    def test_accept_after_return_is_refused(self, cast, asked):
        step(cast.second, asked, "return", text="缺少小结", new_due=DUE)
        with pytest.raises(IllegalStep):
            step(cast.office, asked, "accept")

    def test_evidence_is_kept_with_its_hash(self, cast, task, settings, tmp_path):
        settings.FILES = tmp_path
        step(cast.owner, task, "sign")
        file = GivenFile(name="小结.txt", content="学习小结".encode())
        commands.attach_evidence(actor=cast.owner, task_id=task.pk, files=[file], at=AT)
        assert StoredFile.objects.get().name == "小结.txt"

    def test_a_later_date_is_asked_for_and_granted_beside_the_original(self, cast, task):
        step(cast.owner, task, "sign")
        later = DUE + timedelta(days=10)
        commands.ask_change(actor=cast.owner, task_id=task.pk, kind="extension", new_due=later, reason="遇汛期", at=AT)
        with pytest.raises(IllegalStep):
            commands.ask_change(
                actor=cast.owner, task_id=task.pk, kind="extension", new_due=later, reason="再申请", at=AT
            )
        with pytest.raises(NotAllowed):
            commands.decide_change(actor=cast.owner, task_id=task.pk, step_name="grant", at=AT)
        commands.decide_change(actor=cast.second, task_id=task.pk, step_name="grant", at=AT)
        task.refresh_from_db()
        assert (task.agreed_due, task.original_due) == (later, DUE)


class TestTheChecker:
    """One test per way round: nobody checks what they had a part in."""

    def test_is_not_the_owner_unit_even_with_the_right_to_check(self, cast, asked):
        judge_in_own_case = actor_with(unit=cast.tree.departments[1], role="office_clerk")
        with pytest.raises(NotAllowed, match="owns"):
            step(judge_in_own_case, asked, "accept")

    def test_is_not_somebody_of_a_helping_unit(self, cast, asked):
        account = make_person_with_account(unit=cast.tree.departments[2], role="office_clerk")
        Grant.objects.filter(pk=account.grant.pk).update(unit=cast.tree.city)
        with pytest.raises(NotAllowed, match="helped"):
            step(actor_of(user_id=account.user.pk, post_id=account.post.pk, at=AT), asked, "accept")

    def test_is_not_who_once_held_a_post_in_the_owner_unit(self, cast, asked):
        Post.objects.create(
            unit_id=asked.unit_id,
            person_id=cast.second.person_id,
            kind="deputy",
            starts_on=date(2021, 1, 1),
            ends_on=date(2022, 1, 1),
        )
        with pytest.raises(NotAllowed, match="held a post"):
            step(cast.second, asked, "accept")

    def test_is_not_who_acts_in_another_post_but_answered_it(self, cast, task):
        # The same account answers as the unit's and would check as the office's.
        account = make_person_with_account(unit=cast.tree.departments[1], role="unit_liaison", reach=Reach.UNIT)
        Grant.objects.create(
            user=account.user,
            role="office_clerk",
            reach=Reach.SUBTREE,
            unit=cast.tree.city,
            starts_at=AT - timedelta(1),
        )
        seat = Post.objects.create(
            unit=cast.tree.office, person=account.person, kind="clerk", starts_on=SOME_DAY - timedelta(9)
        )
        as_unit = actor_of(user_id=account.user.pk, post_id=account.post.pk, at=AT)
        step(as_unit, task, "sign")
        step(as_unit, task, "ask_done", text="完成")
        Post.objects.filter(pk=account.post.pk).delete()
        as_office = actor_of(user_id=account.user.pk, post_id=seat.pk, at=AT)
        with pytest.raises(NotAllowed, match="yourself"):
            step(as_office, task, "accept")

    def test_without_the_right_to_check_there_is_refused(self, cast, asked):
        reader = actor_with(unit=cast.tree.city, role="leading_group_member")
        with pytest.raises(NotAllowed):
            step(reader, asked, "accept")

    def test_moves_one_level_up_where_nobody_may_and_says_so(self, cast):
        county = cast.tree.counties[0]
        account = make_person_with_account(unit=county, role="county_office")
        actor = actor_of(user_id=account.user.pk, post_id=account.post.pk, at=AT)
        township = next(unit for unit in cast.tree.townships if unit.parent_id == county.pk)
        text = AssignmentText(wording="核对名册", target="unit", target_rule={"unit": township.pk}, due_on=DUE)
        draft = commands.create_assignment(
            actor=actor, campaign_id=cast.campaign.pk, assigner_id=county.pk, text=text, at=AT
        )
        commands.issue(actor=actor, assignment_id=draft.pk, at=AT)
        task = Task.objects.get(assignment=draft)
        # The county's only clerk came from that township.
        Post.objects.create(
            unit=township,
            person=account.person,
            kind="clerk",
            starts_on=date(2021, 1, 1),
            ends_on=date(2022, 1, 1),
        )
        clerk = actor_with(unit=township, role="unit_liaison", reach=Reach.UNIT)
        step(clerk, task, "sign")
        asked = step(clerk, task, "ask_done", text="完成")
        assert asked.checker_unit_id == cast.tree.city.pk
        entry = queries.thread(actor=cast.office, task=asked)[-1]
        assert entry.kind == "moved_up"
        assert county.shown_name in entry.text
        with pytest.raises(NotAllowed):
            step(actor, task, "accept")
        assert step(cast.office, task, "accept").status == "done"
