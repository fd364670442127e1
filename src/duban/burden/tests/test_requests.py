"""Data requests: registered, known or running ones refused, approved by somebody else, answered as tasks, withdrawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from duban.audit.models import AuditEvent
from duban.burden import commands, queries
from duban.burden.commands import RequestText
from duban.burden.models import DataRequest, Demand, DemandUnit
from duban.burden.tests.conftest import AT
from duban.config.factories import SOME_DAY, actor_with
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound

DUE = SOME_DAY + timedelta(days=30)


def text(**given):
    return RequestText(
        **{
            "what": "各村停车位缺口",
            "serves": "安排明年停车位改造",
            "justification": "没有现成的统计",
            "due_on": DUE,
            "minutes": 15,
            "kinds": ("village",),
            **given,
        }
    )


def register(cast, actor=None, asker=None, **given):
    return commands.register_request(
        actor=actor or cast.clerk,
        campaign_id=cast.campaign.pk,
        asker_id=(asker or cast.tree.city).pk,
        text=text(**given),
        at=AT,
    )


def step(cast, request, name, actor=None, **given):
    return commands.take_request_step(actor=actor or cast.clerk, request_id=request.pk, step_name=name, at=AT, **given)


def sent(cast, **given):
    request = register(cast, **given)
    step(cast, request, "submit")
    return step(cast, request, "approve", actor=cast.head)


class TestRegister:
    def test_fixes_the_units_and_sends_nothing(self, cast):
        request = register(cast)
        assert (request.status, request.unit_count) == ("draft", len(cast.tree.villages))
        assert not Demand.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("serves", " ", "which content it serves"),
            ("justification", "", "why it cannot be known"),
            ("what", "", "what is asked"),
            ("due_on", SOME_DAY, "limited in time"),
            ("due_on", SOME_DAY + timedelta(days=400), "limited in time"),
            ("minutes", 0, "estimate the minutes"),
        ],
    )
    def test_is_refused_without_an_answer(self, cast, field, value, sentence):
        with pytest.raises(InvalidInput, match=sentence):
            register(cast, **{field: value})
        assert not DataRequest.objects.exists()

    def test_asks_single_units_by_name(self, cast):
        request = register(cast, names="、".join(unit.name for unit in cast.tree.villages[:2]), kinds=())
        assert (
            list(queries.units_of_request(actor=cast.clerk, request=request).order_by("order_path"))
            == cast.tree.villages[:2]
        )

    def test_of_nobody_is_refused(self, cast):
        with pytest.raises(InvalidInput, match="choose kinds"):
            register(cast, kinds=())

    def test_a_department_asks_only_the_units_in_its_scope(self, cast):
        request = register(cast, actor=cast.department, asker=cast.tree.departments[1])
        in_scope = [unit for unit in cast.tree.villages if unit.path.startswith(cast.tree.counties[0].path)]
        assert request.unit_count == len(in_scope)

    def test_a_department_asks_in_nobody_elses_name(self, cast):
        with pytest.raises((NotAllowed, NotFound)):
            register(cast, actor=cast.department, asker=cast.tree.departments[2])


class TestSubmit:
    def test_what_the_register_knows_is_refused_with_the_page(self, cast):
        request = register(cast, what="每周报送党员人数统计表")
        with pytest.raises(InvalidInput, match=r"known already: .*/units/"):
            step(cast, request, "submit")
        assert step(cast, request, "withdraw").status == "withdrawn"

    def test_what_the_figures_know_is_refused_with_the_page(self, cast):
        with pytest.raises(InvalidInput, match=r"known already: .*/table/"):
            step(cast, register(cast, what="各村督办任务进展情况"), "submit")

    def test_the_same_as_a_running_one_is_refused_whoever_asks(self, cast):
        sent(cast)
        again = register(cast, actor=cast.department, asker=cast.tree.departments[1], what="各村停车位缺口数")
        with pytest.raises(InvalidInput, match="asks the same of these units until"):
            step(cast, again, "submit", actor=cast.department)

    def test_the_same_of_other_units_is_not(self, cast):
        sent(cast)
        step(cast, register(cast, kinds=("township",)), "submit")

    def test_something_else_of_the_same_units_is_not(self, cast):
        sent(cast)
        step(cast, register(cast, what="晒粮场地数量"), "submit")


class TestApprove:
    def test_somebody_else_approves_and_the_ledger_has_it(self, cast):
        request = sent(cast)
        assert request.status == "sent"
        demand = Demand.objects.get()
        assert (demand.kind, demand.minutes, demand.due_on) == ("data_request", 15, DUE)
        assert DemandUnit.objects.filter(demand=demand).count() == request.unit_count

    def test_nobody_approves_their_own(self, cast):
        request = register(cast, actor=cast.head)
        step(cast, request, "submit", actor=cast.head)
        with pytest.raises(NotAllowed, match="somebody else"):
            step(cast, request, "approve", actor=cast.head)
        assert not Demand.objects.exists()

    def test_a_clerk_does_not_approve(self, cast):
        request = register(cast)
        step(cast, request, "submit")
        with pytest.raises(NotAllowed):
            step(cast, request, "approve")

    def test_nothing_is_sent_that_was_not_submitted(self, cast):
        with pytest.raises(IllegalStep):
            step(cast, register(cast), "approve", actor=cast.head)

    def test_is_checked_again_when_it_is_approved(self, cast):
        request = register(cast)
        step(cast, request, "submit")
        sent(cast)
        with pytest.raises(InvalidInput, match="asks the same"):
            step(cast, request, "approve", actor=cast.head)

    def test_a_date_that_has_passed_meanwhile_is_refused(self, cast):
        request = register(cast)
        step(cast, request, "submit")
        with pytest.raises(InvalidInput, match="date has passed"):
            commands.take_request_step(
                actor=cast.head, request_id=request.pk, step_name="approve", at=AT + timedelta(days=60)
            )

    def test_the_sum_of_minutes_is_shown_before(self, cast):
        page = queries.request_page(actor=cast.head, request_id=register(cast).pk, at=AT)
        assert page.cost is not None
        assert page.cost.minutes == 15 * len(cast.tree.villages)

    def test_a_return_needs_its_reason(self, cast):
        request = register(cast)
        step(cast, request, "submit")
        with pytest.raises(InvalidInput, match="reason"):
            step(cast, request, "return", actor=cast.head)
        assert step(cast, request, "return", actor=cast.head, reason="并到下月").status == "draft"

    def test_leaves_a_row_in_the_record(self, cast):
        sent(cast)
        verbs = AuditEvent.objects.filter(object_kind="data_request").order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["data_request.register", "data_request.submit", "data_request.approve"]


class TestWhoSees:
    def test_a_unit_sees_what_was_sent_to_it_and_no_draft(self, cast):
        draft, request = register(cast, what="晒粮场地数量"), sent(cast)
        assert queries.get_request(actor=cast.liaison, request_id=request.pk) == request
        with pytest.raises(NotFound):
            queries.get_request(actor=cast.liaison, request_id=draft.pk)

    def test_a_unit_sees_of_the_others_nothing(self, cast):
        page = queries.request_page(actor=cast.liaison, request_id=sent(cast).pk, at=AT)
        assert page.units == [cast.village]
        assert page.steps == [] or all(step.refusal for step in page.steps)

    def test_a_withdrawn_draft_stays_with_its_office(self, cast):
        request = register(cast)
        step(cast, request, "withdraw")
        with pytest.raises(NotFound):
            queries.get_request(actor=cast.liaison, request_id=request.pk)


class TestWithdraw:
    def test_stays_in_the_week_in_which_it_was_asked_and_falls_due_no_longer(self, cast):
        request = sent(cast)
        step(cast, request, "withdraw", reason="不再需要")
        demand = Demand.objects.get()
        assert (demand.from_week, demand.due_on) == (SOME_DAY, None)

    def test_needs_a_reason_once_it_was_sent(self, cast):
        with pytest.raises(InvalidInput, match="reason"):
            step(cast, sent(cast), "withdraw")


class TestOccasions:
    def book(self, cast, **given):
        return commands.book_occasion(
            **{
                "actor": cast.clerk,
                "asker_id": cast.tree.city.pk,
                "campaign_id": cast.campaign.pk,
                "kind": "meeting",
                "what": "调度会",
                "on": SOME_DAY + timedelta(days=8),
                "minutes": None,
                "kinds": ("village",),
                "names": "",
                "at": AT,
                **given,
            }
        )

    def test_a_meeting_lies_in_the_week_in_which_it_is_held(self, cast):
        demand = self.book(cast)
        assert (demand.from_week, demand.minutes) == (SOME_DAY + timedelta(days=7), 90)

    def test_documents_are_counted_and_held_against_their_cap(self, cast):
        commands.set_cap(
            actor=cast.head,
            unit_kind="village",
            limits={"requests": 9, "minutes": 999, "documents": 1, "falling_due": 9},
            effect="refuse",
            at=AT,
        )
        self.book(cast, kind="document")
        with pytest.raises(InvalidInput, match="documents"):
            self.book(cast, kind="document")

    def test_tasks_are_not_booked_by_hand(self, cast):
        with pytest.raises(InvalidInput, match="book themselves"):
            self.book(cast, kind="task")

    def test_an_occasion_needs_its_title(self, cast):
        with pytest.raises(InvalidInput, match="what it is"):
            self.book(cast, what=" ")

    def test_a_unit_books_nothing_for_others(self, cast):
        with pytest.raises((NotAllowed, NotFound)):
            self.book(cast, actor=actor_with(unit=cast.village, role="branch_secretary"))


class TestPages:
    def test_a_request_goes_the_whole_way_by_the_forms(self, cast):
        client = cast.client(cast.clerk)
        given = {
            "asker": cast.tree.city.pk,
            "what": "各村停车位缺口",
            "serves": "安排明年停车位改造",
            "justification": "没有现成的统计",
            "due_on": timezone.localdate() + timedelta(days=30),
            "minutes": "15",
            "kinds": ["village"],
        }
        response = client.post("/burden/requests/new/", given)
        assert response.status_code == 302
        request = DataRequest.objects.get()
        page = client.get(response["Location"]).content.decode()
        assert "15 minutes each" in page
        assert client.post(f"/burden/requests/{request.pk}/steps/submit/").status_code == 302
        head = cast.client(cast.head)
        assert "Approve and send" in head.get(f"/burden/requests/{request.pk}/").content.decode()
        assert head.post(f"/burden/requests/{request.pk}/steps/approve/").status_code == 302
        request.refresh_from_db()
        assert request.status == "sent"
        assert "各村停车位缺口" in cast.client(cast.liaison).get("/burden/requests/").content.decode()

    def test_what_is_known_stands_on_the_page_with_its_link(self, cast):
        request = register(cast, what="每周报送党员人数统计表")
        client = cast.client(cast.clerk)
        page = client.get(f"/burden/requests/{request.pk}/").content.decode()
        assert "This is known already" in page
        assert 'href="/units/"' in page
        response = client.post(f"/burden/requests/{request.pk}/steps/submit/")
        assert response.status_code == 422
        assert "known already" in response.content.decode()

    def test_a_form_without_a_purpose_keeps_what_was_written(self, cast):
        given = {"asker": cast.tree.city.pk, "what": "各村停车位缺口", "minutes": "15", "kinds": ["village"]}
        response = cast.client(cast.clerk).post("/burden/requests/new/", given)
        assert response.status_code == 422
        assert 'value="各村停车位缺口"' in response.content.decode()

    def test_an_occasion_is_booked_by_the_form(self, cast):
        given = {
            "asker": cast.tree.city.pk,
            "kind": "visit",
            "what": "走访调研",
            "on": timezone.localdate(),
            "minutes": "",
            "names": cast.village.name,
        }
        assert cast.client(cast.clerk).post("/burden/book/", given).status_code == 302
        assert "走访调研" in cast.client(cast.liaison).get("/owed/").content.decode()
