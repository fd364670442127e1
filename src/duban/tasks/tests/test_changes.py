"""Requests for a change: what each leads to, who decides, the two consents, and that nothing of it is ever shown late."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.figures import commands as figure_commands
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.tasks import commands, queries, words
from duban.tasks.figures import TASK_FIGURES, done_share
from duban.tasks.models import ChangeRequest, Task, TaskEntry
from duban.tasks.tests.test_chain import DUE, issue_to, step

AT = SOME_MOMENT
LATER = DUE + timedelta(days=60)
LONG_AFTER = SOME_DAY + timedelta(days=900)


@pytest.fixture
def task(cast):
    return signed(cast)


def signed(cast, **changes):
    task = issue_to(cast, cast.tree.departments[1], helpers=[cast.tree.departments[2]], **changes)
    return step(cast.owner, task, "sign")


def ask(cast, task, kind, **given):
    given = {"reason": "遇汛期", **given}
    return commands.ask_change(actor=given.pop("actor", cast.owner), task_id=task.pk, kind=kind, at=AT, **given)


def decide(actor, task, step_name="grant", reason=""):
    commands.decide_change(actor=actor, task_id=task.pk, step_name=step_name, at=AT, reason=reason)
    task.refresh_from_db()
    return task


def counted(cast, task):
    figure_commands.recount(
        actor=Actor.system("test"), table=TASK_FIGURES, campaign_id=cast.campaign.pk, unit_ids=[task.unit_id]
    )
    found = figures.sums(
        actor=cast.office,
        table=TASK_FIGURES,
        campaign_id=cast.campaign.pk,
        alone=[task.unit_id],
    )
    return found[task.unit_id]


def tone(task, on=LONG_AFTER):
    return words.judged(
        status=task.status,
        agreed_due=task.agreed_due,
        due_kind=task.assignment.due_kind,
        as_of=on,
        near_until=on + timedelta(days=7),
    )


class TestWhatAGrantedRequestLeadsTo:
    def test_a_suspended_item_is_not_owed_and_not_late_until_it_is_resumed_with_a_date(self, cast, task):
        ask(cast, task, "suspension")
        task = decide(cast.second, task)
        assert (task.status, task.original_due) == ("suspended", DUE)
        kept = counted(cast, task)
        assert (kept["total"], kept["suspended"], kept["overdue"]) == (0, 1, 0)
        assert tone(task) == ("off", "Suspended")
        with pytest.raises(NotAllowed, match="owns"):
            step(cast.owner, task, "resume", text="条件具备", new_due=LATER)
        with pytest.raises(InvalidInput, match="date"):
            step(cast.second, task, "resume", text="条件具备")
        resumed = step(cast.second, task, "resume", text="条件具备", new_due=LATER)
        assert (resumed.status, resumed.agreed_due, resumed.original_due) == ("in_hand", LATER, DUE)

    def test_a_part_is_accepted_and_the_rest_goes_on_with_its_next_date(self, cast, task):
        with pytest.raises(InvalidInput, match="next date"):
            ask(cast, task, "part_done", reason="第一批已完成")
        ask(cast, task, "part_done", reason="第一批已完成", new_due=LATER)
        task = decide(cast.second, task)
        assert (task.status, task.agreed_due, task.finished_on) == ("partly_done", LATER, None)
        kept = counted(cast, task)
        assert (kept["total"], kept["partly_done"], kept["done"], kept["overdue"]) == (1, 1, 0, 0)
        assert done_share(kept) == 0, "a part is not the whole"
        assert tone(task, DUE + timedelta(days=1)) == ("normal", "On course"), "the accepted part is never late"
        assert tone(task)[0] == "overdue", "the rest is, after its own date"
        ask(cast, task, "part_done", reason="第二批已完成", new_due=LATER + timedelta(days=30))
        assert decide(cast.second, task).status == "partly_done"
        step(cast.owner, task, "ask_done", text="全部完成")
        assert step(cast.second, task, "accept").status == "done"

    def test_long_term_work_is_never_red_nor_near(self, cast, task):
        ask(cast, task, "long_term", reason="需要长期坚持")
        task = decide(cast.second, task)
        assert (task.status, task.agreed_due, task.original_due) == ("kept_up", None, DUE)
        for on in (SOME_DAY, DUE - timedelta(days=1), DUE, DUE + timedelta(days=1), LONG_AFTER):
            assert tone(task, on) == ("long", "Kept up long-term")
        kept = counted(cast, task)
        assert (kept["total"], kept["long_term"], kept["overdue"], kept["near_due"]) == (1, 1, 0, 0)
        commands.give_feedback(actor=cast.owner, task_id=task.pk, text="每月坚持", at=AT)

    def test_a_merged_item_goes_on_inside_the_other_and_is_counted_there(self, cast, task):
        other = signed(cast)
        ask(cast, task, "merge", into_id=other.pk, reason="与另一事项相同")
        task = decide(cast.second, task)
        assert (task.status, task.merged_into_id) == ("merged", other.pk)
        kept = counted(cast, task)
        assert (kept["total"], kept["merged"], kept["overdue"]) == (1, 1, 0)
        found = queries.task_page(actor=cast.owner, task_id=other.pk, on=SOME_DAY)
        assert [one.pk for one in found.merged_here] == [task.pk]
        assert TaskEntry.objects.get(task=task, kind="merge").text == other.assignment.wording
        with pytest.raises(IllegalStep):
            commands.give_feedback(actor=cast.owner, task_id=task.pk, text="进展", at=AT)
        back = step(cast.second, task, "resume", text="情况不同，单独办理", new_due=LATER)
        assert (back.status, back.merged_into_id) == ("in_hand", None)

    def test_merges_only_into_an_open_item_of_the_same_unit(self, cast, task):
        elsewhere = issue_to(cast, cast.tree.departments[3])
        unsigned = issue_to(cast, cast.tree.departments[1])
        for other in (task, elsewhere, unsigned):
            with pytest.raises(InvalidInput, match="another item"):
                ask(cast, task, "merge", into_id=other.pk)

    def test_two_items_are_never_merged_into_each_other(self, cast, task):
        other = signed(cast)
        ask(cast, task, "merge", into_id=other.pk)
        ask(cast, other, "merge", into_id=task.pk)
        decide(cast.second, task)
        with pytest.raises(IllegalStep, match="merged itself"):
            decide(cast.second, other)
        assert decide(cast.second, other, "refuse", "另一事项已并入本事项").status == "in_hand"

    def test_a_status_without_what_it_needs_is_refused_by_the_database(self, cast, task):
        for status in ("merged", "kept_up"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Task.objects.filter(pk=task.pk).update(status=status)


class TestAsking:
    def test_is_for_the_owner_alone_and_only_while_it_is_in_hand(self, cast):
        task = issue_to(cast, cast.tree.departments[1], helpers=[cast.tree.departments[2]])
        with pytest.raises(IllegalStep, match="in hand"):
            ask(cast, task, "suspension")
        step(cast.owner, task, "sign")
        with pytest.raises(NotAllowed):
            ask(cast, task, "suspension", actor=cast.helper)
        with pytest.raises(NotFound):
            ask(cast, task, "suspension", actor=cast.stranger)
        with pytest.raises(InvalidInput, match="choose"):
            ask(cast, task, "vanish")
        with pytest.raises(InvalidInput, match="sentence"):
            ask(cast, task, "suspension", reason=" ")

    def test_one_request_at_a_time_which_the_unit_may_take_back(self, cast, task):
        ask(cast, task, "suspension")
        with pytest.raises(IllegalStep, match="waits already"):
            ask(cast, task, "long_term")
        with pytest.raises(NotAllowed):
            commands.take_back_request(actor=cast.second, task_id=task.pk, at=AT)
        commands.take_back_request(actor=cast.owner, task_id=task.pk, at=AT)
        assert ChangeRequest.objects.get().status == "taken_back"
        with pytest.raises(IllegalStep, match="No request"):
            decide(cast.second, task)
        ask(cast, task, "long_term")

    def test_asking_for_completion_takes_back_the_request_that_waits(self, cast, task):
        ask(cast, task, "suspension")
        step(cast.owner, task, "ask_done", text="已完成")
        assert ChangeRequest.objects.get().status == "taken_back"
        step(cast.second, task, "accept")
        with pytest.raises(IllegalStep, match="No request"):
            decide(cast.second, task)

    def test_what_a_request_brings_about_is_no_button_of_its_own(self, cast, task):
        for name in ("suspend", "keep_up", "merge", "part_done"):
            with pytest.raises(IllegalStep, match="request"):
                step(cast.second, task, name, text="直接中止")


class TestTwoConsents:
    @pytest.fixture
    def task(self, cast):
        task = signed(cast, changes_by_two=True)
        ask(cast, task, "suspension")
        return task

    def test_first_the_office_then_its_head(self, cast, task):
        assert decide(cast.second, task).status == "in_hand"
        waiting = ChangeRequest.objects.get()
        assert (waiting.status, waiting.endorsed_by) == ("endorsed", cast.second.user_id)
        assert decide(cast.head, task).status == "suspended"
        kinds = [entry.kind for entry in queries.thread(actor=cast.owner, task=task)]
        assert kinds == ["sign", "ask_suspension", "endorse", "suspend"]

    def test_nobody_gives_both(self, cast, task):
        decide(cast.head, task)
        with pytest.raises(NotAllowed, match="another person"):
            decide(cast.head, task)
        assert Task.objects.get(pk=task.pk).status == "in_hand"

    def test_the_second_is_a_head(self, cast, task):
        decide(cast.second, task)
        with pytest.raises(NotAllowed, match="head of the office"):
            decide(cast.office, task)

    def test_the_head_may_refuse_what_the_office_agreed_to(self, cast, task):
        decide(cast.second, task)
        with pytest.raises(InvalidInput, match="sentence"):
            decide(cast.head, task, "refuse")
        assert decide(cast.head, task, "refuse", "理由不充分").status == "in_hand"
        assert ChangeRequest.objects.get().status == "refused"

    def test_the_database_refuses_one_person_as_both(self, cast, task):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeRequest.objects.filter(task=task).update(
                status="granted", endorsed_by=cast.head.user_id, decided_by=cast.head.user_id
            )

    def test_whoever_had_a_part_gives_neither(self, cast, task):
        for actor in (cast.owner, cast.helper):
            with pytest.raises(NotAllowed):
                decide(actor, task)
