"""Closing modes: what is declared, what is looked at on the spot, what is too much to check, what a head consents to."""

from datetime import timedelta

import pytest

from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.figures import queries as figures
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed
from duban.tasks import commands, queries
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Assignment, Inspection, Task
from duban.tasks.nature import nature_of
from duban.tasks.states import CLOSING_OF_NATURE
from duban.tasks.tests.test_chain import DUE, issue_to, step

AT = SOME_MOMENT


def drafted(cast, actor=None, **changes):
    text = AssignmentText(
        **{"wording": "开展走访", "target": "class", "target_rule": {"kinds": ["department"]}, "due_on": DUE, **changes}
    )
    return commands.create_assignment(
        actor=actor or cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )


@pytest.mark.parametrize(
    "sentence, nature",
    [
        ("及时传达学习会议精神", "convey"),
        ("组织一次专题学习", "study"),
        ("在学习教育中查摆突出问题", "work"),
        ("学习贯彻讲话精神，抓好问题整改", "work"),
        ("学习教育期间走访群众", "work"),
        ("修好三口机井", "work"),
    ],
)
def test_the_verb_of_the_sentence_proposes_its_nature(sentence, nature):
    assert nature_of(sentence=sentence) == nature


def test_what_is_relayed_or_studied_is_declared_by_default():
    assert CLOSING_OF_NATURE == {"work": "check", "convey": "declare", "study": "declare"}


def test_a_draft_of_words_takes_nature_and_closing_from_its_verb_unless_somebody_says_otherwise(cast):
    def words(**changes):
        return commands.draft_from_words(
            actor=cast.office,
            campaign_id=cast.campaign.pk,
            assigner_id=cast.tree.city.pk,
            words={"wording": "传达会议精神", "owner": "各部门", "due": "6月底前", **changes},
            is_key=False,
            at=AT,
        )

    assert (words().nature, words().closing_mode) == ("convey", "declare")
    assert words(closing="审核制").closing_mode == "check"
    assert words(nature="work").closing_mode == "check"
    assert words(wording="修好机井", closing="验收制").closing_mode == "inspect"
    with pytest.raises(InvalidInput, match="no way of closing"):
        words(closing="随便")


class TestDeclaring:
    @pytest.fixture
    def task(self, cast):
        task = issue_to(cast, cast.tree.departments[1], closing_mode="declare")
        return step(cast.owner, task, "sign")

    def test_the_unit_declares_and_it_is_done_at_once_shown_apart(self, cast, task):
        with pytest.raises(InvalidInput, match="sentence"):
            step(cast.owner, task, "declare")
        done = step(cast.owner, task, "declare", text="已传达到全体党员")
        assert (done.status, done.finished_on) == ("done", SOME_DAY)
        found = figures.sums(
            actor=cast.office,
            table=TASK_FIGURES,
            campaign_id=cast.campaign.pk,
            alone=[task.unit_id],
        )[task.unit_id]
        assert (found["done"], found["declared"]) == (1, 1)
        assert queries.status_condition(status="declared", as_of=SOME_DAY, near_until=SOME_DAY)

    def test_only_the_owner_declares_and_only_what_is_declared(self, cast, task):
        with pytest.raises(NotAllowed):
            step(cast.second, task, "declare", text="已传达")
        with pytest.raises(IllegalStep, match="declared done by the unit"):
            step(cast.owner, task, "ask_done", text="已传达")
        checked = issue_to(cast, cast.tree.departments[1])
        step(cast.owner, checked, "sign")
        with pytest.raises(IllegalStep, match="not finished by a declaration"):
            step(cast.owner, checked, "declare", text="已办")


class TestOnTheSpot:
    def asked(self, cast, **changes):
        task = issue_to(cast, cast.tree.departments[1], closing_mode="inspect", **changes)
        step(cast.owner, task, "sign")
        return step(cast.owner, task, "ask_done", text="三口机井已修好")

    def look(self, actor, task, **changes):
        given = {"visited_on": SOME_DAY, "place_id": task.unit_id, "visitors": "两名工作人员", "finding": "已出水"}
        return commands.record_visit(actor=actor, task_id=task.pk, at=AT, **{**given, **changes})

    def test_nothing_is_accepted_before_somebody_looked(self, cast):
        task = self.asked(cast)
        with pytest.raises(IllegalStep, match="Record the visit first"):
            step(cast.second, task, "accept")
        self.look(cast.second, task)
        assert step(cast.second, task, "accept").status == "done"
        kinds = [entry.kind for entry in queries.thread(actor=cast.owner, task=task)]
        assert kinds == ["sign", "ask_done", "visit", "accept"]

    def test_where_two_are_asked_for_whoever_looked_does_not_accept(self, cast):
        task = self.asked(cast, inspected_by_two=True)
        self.look(cast.second, task)
        with pytest.raises(IllegalStep, match="second person"):
            step(cast.second, task, "accept")
        assert step(cast.office, task, "accept").status == "done"

    def test_a_visit_before_the_last_report_does_not_count(self, cast):
        task = self.asked(cast)
        self.look(cast.second, task)
        step(cast.second, task, "return", text="水量不足", new_due=DUE)
        step(cast.owner, task, "ask_done", text="已再修", at=AT + timedelta(days=1))
        with pytest.raises(IllegalStep, match="visit"):
            step(cast.second, task, "accept", at=AT + timedelta(days=1))

    def test_says_when_where_who_and_what_by_somebody_without_a_part(self, cast):
        task = self.asked(cast)
        for wrong in (
            {"visited_on": None},
            {"visited_on": SOME_DAY + timedelta(days=1)},
            {"visited_on": SOME_DAY - timedelta(days=1)},
            {"visitors": " "},
            {"finding": ""},
        ):
            with pytest.raises(InvalidInput):
                self.look(cast.second, task, **wrong)
        with pytest.raises(NotAllowed, match="owns"):
            self.look(cast.owner, task)
        assert not Inspection.objects.exists()

    def test_is_only_for_what_is_inspected(self, cast):
        task = issue_to(cast, cast.tree.departments[1])
        with pytest.raises(IllegalStep, match="on the spot"):
            self.look(cast.second, task)


class TestTooManyAnswers:
    def test_more_than_one_office_can_check_are_refused_with_two_ways_out(self, cast):
        draft = drafted(cast, target_rule={"levels": ["village"]})
        with pytest.raises(InvalidInput, match="next level pass it down"):
            commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
        found = queries.assignment_page(actor=cast.office, assignment_id=draft.pk, at=AT)
        assert found.too_many is not None
        assert found.too_many.by_level
        assert not Task.objects.exists()

    def test_one_click_lets_them_declare_it(self, cast):
        draft = drafted(cast, target_rule={"levels": ["village"]})
        commands.lighten_draft(actor=cast.office, assignment_id=draft.pk, way="declare", at=AT)
        assert commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT).status == "issuing"

    def test_one_click_sends_it_to_the_next_level_and_remembers_whom_it_is_for(self, cast):
        draft = drafted(cast, target_rule={"kinds": ["village"], "levels": ["village"]})
        commands.lighten_draft(actor=cast.office, assignment_id=draft.pk, way="by_level", at=AT)
        issued = commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
        below = {unit.pk for unit in cast.tree.counties}
        assert set(Task.objects.filter(assignment=issued).values_list("unit_id", flat=True)) <= below
        assert "level" in issued.remark

    def test_there_is_no_level_between_where_they_stand_right_below(self, cast):
        draft = drafted(cast)
        with pytest.raises(InvalidInput, match="no level between"):
            commands.lighten_draft(actor=cast.office, assignment_id=draft.pk, way="by_level", at=AT)

    def test_the_number_is_the_offices_own(self, cast):
        commands.set_limits(
            actor=cast.head, campaign_id=cast.campaign.pk, answers_per_checker=3, consent_above=None, at=AT
        )
        with pytest.raises(InvalidInput, match="more than 3"):
            commands.issue(actor=cast.office, assignment_id=drafted(cast).pk, at=AT)


class TestConsent:
    @pytest.fixture(autouse=True)
    def above_three(self, cast):
        commands.set_limits(
            actor=cast.head, campaign_id=cast.campaign.pk, answers_per_checker=200, consent_above=3, at=AT
        )

    def test_a_large_one_waits_for_a_head_and_goes_out_with_the_consent(self, cast):
        draft = drafted(cast)
        waiting = commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
        assert (waiting.status, Task.objects.count()) == ("to_approve", 0)
        found = queries.to_decide(actor=cast.head, campaign_id=cast.campaign.pk)
        assert [one.pk for one in found.assignments] == [draft.pk]
        assert queries.to_decide(actor=cast.office, campaign_id=cast.campaign.pk).assignments == []
        with pytest.raises(NotAllowed):
            commands.consent(actor=cast.second, assignment_id=draft.pk, at=AT)
        with pytest.raises(IllegalStep, match="Take it back"):
            commands.discard_draft(actor=cast.office, assignment_id=draft.pk, at=AT)
        assert commands.consent(actor=cast.head, assignment_id=draft.pk, at=AT).status == "issued"
        assert Task.objects.count() == 4

    def test_a_small_one_goes_out_at_once(self, cast):
        draft = drafted(cast, target="unit", target_rule={"unit": cast.tree.departments[1].pk})
        assert commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT).status == "issued"

    def test_a_head_does_not_consent_to_what_is_their_own(self, cast):
        draft = drafted(cast, actor=cast.head)
        assert commands.issue(actor=cast.head, assignment_id=draft.pk, at=AT).status == "to_approve"
        with pytest.raises(NotAllowed, match="Another head"):
            commands.consent(actor=cast.head, assignment_id=draft.pk, at=AT)

    def test_a_head_who_issues_what_others_wrote_consents_with_that(self, cast):
        assert commands.issue(actor=cast.head, assignment_id=drafted(cast).pk, at=AT).status == "issued"

    def test_a_head_sends_it_back_with_the_reason(self, cast):
        draft = drafted(cast)
        commands.issue(actor=cast.office, assignment_id=draft.pk, at=AT)
        with pytest.raises(InvalidInput, match="sentence"):
            commands.send_back(actor=cast.head, assignment_id=draft.pk, reason=" ", at=AT)
        commands.send_back(actor=cast.head, assignment_id=draft.pk, reason="范围过大", at=AT)
        draft = Assignment.objects.get(pk=draft.pk)
        assert (draft.status, draft.sent_back_reason) == ("draft", "范围过大")

    def test_only_a_head_sets_the_numbers(self, cast):
        with pytest.raises(NotAllowed):
            commands.set_limits(
                actor=cast.office, campaign_id=cast.campaign.pk, answers_per_checker=9, consent_above=None, at=AT
            )
        with pytest.raises(InvalidInput, match="between"):
            commands.set_limits(
                actor=cast.head, campaign_id=cast.campaign.pk, answers_per_checker=0, consent_above=None, at=AT
            )
