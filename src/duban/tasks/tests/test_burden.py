"""What an assignment costs its units: said before it goes out, booked when it does, refused where the ledger refuses."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from duban.access.states import Reach
from duban.burden import commands as burden
from duban.burden.commands import DemandText
from duban.burden.models import Demand, DemandUnit
from duban.burden.weeks import week_of
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with
from duban.kernel.errors import InvalidInput
from duban.organisation.models import Unit
from duban.tasks import commands
from duban.tasks.commands import Passing
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task

AT = SOME_MOMENT
NOW = timezone.now()


def draft(cast, *, due_on=SOME_DAY + timedelta(days=7), at=AT, **given):
    text = AssignmentText(
        **{
            "wording": "开展走访",
            "target": "class",
            "target_rule": {"kinds": ["village"]},
            "due_on": due_on,
            # Every village of the city: too many for one checker.
            "closing_mode": "declare",
            **given,
        }
    )
    return commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=at
    )


def book(cast, units, *, times):
    for number in range(times):
        burden.book(
            actor=cast.office,
            text=DemandText(source=f"test {number}", kind="task", asker_id=cast.tree.city.pk, what="另一项"),
            units=Unit.objects.filter(pk__in=[unit.pk for unit in units]),
            at=NOW,
        )


def set_cap(cast, **limits):
    burden.set_cap(
        actor=actor_with(unit=cast.tree.city, role="office_head"),
        unit_kind="village",
        limits={"requests": 9, "minutes": 900, "documents": 9, "falling_due": 9, **limits},
        effect="warn",
        at=AT,
    )


def close_days(cast):
    head = actor_with(unit=cast.tree.city, role="office_head")
    burden.block_days(
        actor=head,
        unit_id=cast.tree.city.pk,
        name="麦收",
        from_on=date(2031, 6, 1),
        until_on=date(2031, 6, 14),
        kinds=["village"],
        is_closed=True,
        at=AT,
    )


def test_is_booked_when_it_is_issued_with_its_own_minutes(cast):
    assignment = draft(cast, minutes=45)
    assert not Demand.objects.exists()
    commands.issue(actor=cast.office, assignment_id=assignment.pk, at=AT)
    demand = Demand.objects.get()
    assert (demand.kind, demand.minutes, demand.asker) == ("task", 45, cast.tree.city)
    assert demand.due_on == SOME_DAY + timedelta(days=7)
    assert DemandUnit.objects.count() == len(cast.tree.villages)


def test_the_ledger_leads_to_the_units_own_task_and_to_nobody_elses(cast):
    village, other = cast.tree.villages[:2]
    assignment = draft(cast, target="unit", target_rule={"unit": village.pk}, at=NOW)
    commands.issue(actor=cast.office, assignment_id=assignment.pk, at=NOW)
    client = cast.client(actor_with(unit=village, role="unit_liaison", reach=Reach.UNIT))
    path = f"/tasks/assignments/{assignment.pk}/task/?unit={village.pk}"
    assert path in client.get(f"/burden/units/{village.pk}/").content.decode()
    assert "开展走访" in client.get(path, follow=True).content.decode()
    assert client.get(f"/tasks/assignments/{assignment.pk}/task/?unit={other.pk}").status_code == 404
    assert client.get(f"/tasks/assignments/{assignment.pk}/task/").status_code == 404


def test_the_page_of_a_draft_says_what_it_costs(cast):
    book(cast, cast.tree.villages[:9], times=2)
    number = len(cast.tree.villages)
    assignment = draft(cast, minutes=20, due_on=date(2031, 6, 10), at=NOW)
    page = cast.client(cast.office).get(f"/tasks/assignments/{assignment.pk}/").content.decode()
    assert f"{number} units are asked, about 20 minutes each: {number / 3:,.1f} hours of work in all." in page
    assert f"Week from {week_of(timezone.localdate())}: 9 units (Village) above their cap: requests 9" in page


def test_a_closed_period_stands_on_the_page_with_a_later_date_and_refuses(cast):
    close_days(cast)
    assignment = draft(cast, due_on=date(2031, 6, 10), at=NOW)
    client = cast.client(cast.office)
    page = client.get(f"/tasks/assignments/{assignment.pk}/").content.decode()
    assert "麦收 (2031-06-01 to 2031-06-14)" in page
    assert "A date that no period blocks: 2031-06-16" in page
    response = client.post(f"/tasks/assignments/{assignment.pk}/issue/")
    assert response.status_code == 422
    assert "Choose a later date" in response.content.decode()
    assignment.refresh_from_db()
    assert assignment.status == "draft"


def test_what_is_refused_is_not_booked(cast):
    close_days(cast)
    assignment = draft(cast, due_on=date(2031, 6, 10))
    with pytest.raises(InvalidInput, match="麦收"):
        commands.issue(actor=cast.office, assignment_id=assignment.pk, at=AT)
    assert not Demand.objects.exists()


def test_a_village_objects_to_what_its_township_passed_down_and_the_township_answers(cast):
    village = cast.tree.villages[0]
    township = next(unit for unit in cast.tree.townships if village.path.startswith(unit.path))
    assignment = draft(cast, target="unit", target_rule={"unit": township.pk}, due_on=date(2036, 6, 2), at=NOW)
    commands.issue(actor=cast.office, assignment_id=assignment.pk, at=NOW)
    recorder = actor_with(unit=township, role="township_recorder")
    commands.pass_down(
        actor=recorder,
        task_ids=[Task.objects.get(assignment=assignment).pk],
        given=Passing(target="below", rule={}),
        at=NOW,
    )
    row = DemandUnit.objects.get(unit=village, demand__asker=township)
    liaison = actor_with(unit=village, role="unit_liaison", reach=Reach.UNIT)
    objection = burden.object_to(actor=liaison, row_id=row.pk, reason="formalism", at=NOW)
    own, office = cast.client(recorder), cast.client(cast.office)
    assert "/burden/need-not/" in own.get("/").content.decode()
    assert "开展走访" not in office.get("/burden/need-not/").content.decode()
    assert "开展走访" in own.get("/burden/need-not/").content.decode()
    assert own.post(f"/burden/need-not/{objection.pk}/keep/", {"answer": "县里要汇总"}).status_code == 302
    assert "县里要汇总" in cast.client(liaison).get(f"/burden/units/{village.pk}/").content.decode()
    # It asks nothing of its own: a data request stays with offices.
    assert own.get("/burden/requests/new/").status_code == 403


def test_drafts_are_issued_together_only_after_their_cost_was_shown(cast):
    # Each fits the caps by itself; the three of them fill the week of the villages that they share.
    villages = cast.tree.villages
    drafts = [
        draft(cast, target="listed", target_rule={"units": [unit.pk for unit in units]}, minutes=20, at=NOW)
        for units in (villages[:4], villages[:2], villages[1:4])
    ]
    set_cap(cast, requests=2)
    client, ids = cast.client(cast.office), [one.pk for one in drafts]
    page = client.post("/tasks/assignments/issue/", {"ids": ids}).content.decode()
    assert "4 units are asked, 9 items in all: 3.0 hours of work." in page
    assert "1 units (Village) above their cap: requests 1" in page
    assert not Demand.objects.exists()
    # The fragment follows what is ticked.
    fragment = client.get("/tasks/cost/", {"ids": ids[:2]}).content.decode()
    assert "4 units are asked, 6 items in all: 2.0 hours of work." in fragment
    assert "above their cap" not in fragment
    page = client.post("/tasks/assignments/issue/", {"ids": ids, "weighed": "1"}).content.decode()
    assert Demand.objects.count() == 3, page


def test_words_of_a_form_say_their_cost_while_it_is_filled_in(cast):
    client, number = cast.client(cast.office), len(cast.tree.villages)
    page = client.get("/tasks/cost/", {"owner": "各村", "due": "2036年6月2日"}).content.decode()
    assert f"{number} units are asked, about 30 minutes each" in page
    assert "stands here as soon as they are chosen" in client.get("/tasks/cost/", {"owner": "某"}).content.decode()
    elsewhere = {"owner": "各村", "assigner": cast.tree.counties[0].pk}
    county = client.get("/tasks/cost/", elsewhere).content.decode()
    assert f"{number} units" not in county


def test_of_another_office_nothing_is_told(cast):
    assignment = draft(cast, at=NOW)
    client = cast.client(actor_with(unit=cast.tree.counties[0], role="county_office"))
    answer = client.get("/tasks/cost/", {"ids": [assignment.pk]})
    assert "units are asked" not in answer.content.decode()
    village = cast.tree.villages[0]
    assert client.get("/tasks/cost/", {"owner": "各村", "assigner": cast.tree.city.pk}).status_code == 404
    assert "asked" not in client.get("/tasks/cost/", {"share": f"{assignment.pk}-{village.pk}"}).content.decode()
    assert client.get("/tasks/cost/", {"ids": "x"}).status_code == 422


def test_minutes_beyond_reason_are_refused(cast):
    with pytest.raises(InvalidInput, match="from 0 to 10,000"):
        draft(cast, minutes=10_001)
