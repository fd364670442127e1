"""Handing over: all open items of a person pass to the successor in one step, and what was theirs alone ends."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from duban.access.models import Grant
from duban.access.queries import actor_of
from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT, actor_with, make_work
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation import commands as organisation
from duban.organisation.models import Post
from duban.organisation.states import PostKind
from duban.tasks import commands, queries
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Assignment, Confirmation, ConfirmationLink, HandOver, Task, TaskEntry
from duban.tasks.tests.test_own_word import tap

AT = SOME_MOMENT
LATER = SOME_DAY + timedelta(days=200)


@pytest.fixture
def unit(cast):
    return cast.tree.departments[1]


@pytest.fixture
def former(unit):
    return actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL)


@pytest.fixture
def waiting(cast, unit, former):
    work = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[unit], status="in_hand")
    work.assignment.is_principals_own = True
    work.assignment.save()
    return commands.put_before_principal(
        actor=cast.owner, task_id=work.tasks[0].pk, act="ask_done", text="三处已改", at=AT
    )


@pytest.fixture
def successor(cast, unit, former, waiting):
    """The principal changed yesterday; the former one is entered with the day on which the post ended."""
    found = actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.DEPUTY)
    organisation.appoint(
        actor=cast.office,
        unit_id=unit.pk,
        person_id=found.person_id or 0,
        kind=PostKind.PRINCIPAL,
        starts_on=SOME_DAY,
        at=AT,
    )
    return found


def hand_over(cast, former, successor, unit, actor=None):
    return commands.hand_over(
        actor=actor or cast.office,
        unit_id=unit.pk,
        from_person_id=former.person_id,
        to_person_id=successor.person_id,
        note="当面交接",
        at=AT,
    )


def test_what_waited_for_the_former_principal_waits_for_the_successor(cast, unit, former, waiting, successor):
    made = hand_over(cast, former, successor, unit)
    waiting.refresh_from_db()
    fresh = Confirmation.objects.get(status="waiting")
    assert waiting.status == "ended"
    assert (fresh.text, fresh.post.person_id) == ("三处已改", successor.person_id)
    assert [item["kind"] for item in made.items] == ["confirmation", "role"]
    commands.decide_confirmation(actor=successor, confirmation_id=fresh.pk, step_name="agree", at=AT)


def test_links_of_the_former_principal_end(cast, unit, former, waiting):
    token = commands.make_link(actor=cast.owner, confirmation_id=waiting.pk, at=AT)[1]
    found = actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.DEPUTY)
    organisation.appoint(
        actor=cast.office,
        unit_id=unit.pk,
        person_id=found.person_id or 0,
        kind=PostKind.PRINCIPAL,
        starts_on=SOME_DAY,
        at=AT,
    )
    hand_over(cast, former, found, unit)
    assert ConfirmationLink.objects.get().ended_at is not None
    with pytest.raises(IllegalStep):
        tap(token)


def test_entrusted_items_and_drafts_pass_on_with_a_line_in_the_thread(cast, unit):
    leaving = actor_with(unit=unit, role="office_clerk")
    staying = actor_with(unit=unit, role="office_clerk")
    task = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[unit], status="in_hand").tasks[0]
    Task.objects.filter(pk=task.pk).update(in_charge=leaving.person_id)
    text = AssignmentText(
        wording="核对名册", target="unit", target_rule={"unit": unit.pk}, due_on=SOME_DAY + timedelta(days=9)
    )
    draft = commands.create_assignment(
        actor=leaving, campaign_id=cast.campaign.pk, assigner_id=unit.pk, text=text, at=AT
    )
    made = hand_over(cast, leaving, staying, unit, actor=leaving)
    task.refresh_from_db()
    draft.refresh_from_db()
    assert task.in_charge_id == staying.person_id
    assert draft.created_by == staying.user_id
    assert [item["kind"] for item in made.items] == ["task", "draft"]
    entry = TaskEntry.objects.get(task=task, kind="hand_over")
    assert staying.name in entry.text
    assert AuditEvent.objects.get(verb="hand_over.make").object_id == made.pk


def test_the_successor_sees_it_and_a_stranger_does_not(cast, unit, former, waiting, successor):
    made = hand_over(cast, former, successor, unit)
    assert queries.taken_over_by(actor=successor) == [made]
    assert cast.client(successor).get(f"/tasks/hand-over/{made.pk}/").status_code == 200
    assert f"/tasks/hand-over/{made.pk}/" in cast.client(successor).get("/").content.decode()
    with pytest.raises(NotFound):
        queries.get_hand_over(actor=cast.stranger, hand_over_id=made.pk)


def test_is_made_by_the_person_or_by_whoever_keeps_the_register(cast, unit, former, waiting, successor):
    for actor in (cast.owner, successor):
        with pytest.raises((NotAllowed, NotFound)):
            hand_over(cast, former, successor, unit, actor=actor)
    assert hand_over(cast, former, successor, unit, actor=former).items


def test_the_successor_holds_a_post_there_and_something_is_open(cast, unit, former, waiting, successor):
    with pytest.raises(InvalidInput, match="holds a post"):
        hand_over(cast, former, cast.stranger, unit)
    hand_over(cast, former, successor, unit)
    with pytest.raises(InvalidInput, match="Nothing is open"):
        hand_over(cast, former, successor, unit)
    assert HandOver.objects.count() == 1


def test_whoever_keeps_registers_without_seeing_the_work_hands_nothing_over_but_their_own(
    cast, unit, former, waiting, successor
):
    admin = actor_with(unit=cast.tree.city, role="system_admin")
    with pytest.raises(NotAllowed):
        queries.hand_over_page(actor=admin, unit_id=unit.pk, from_person_id=former.person_id, on=SOME_DAY)
    with pytest.raises(NotAllowed):
        hand_over(cast, former, successor, unit, actor=admin)
    made = hand_over(cast, former, successor, unit)
    with pytest.raises(NotFound):
        queries.get_hand_over(actor=admin, hand_over_id=made.pk)


def test_a_head_does_not_consent_to_what_they_wrote_and_handed_over(cast):
    commands.set_limits(actor=cast.head, campaign_id=cast.campaign.pk, answers_per_checker=1000, consent_above=1, at=AT)
    seat = cast.tree.departments[0]
    text = AssignmentText(wording="核对名册", target="class", target_rule={"kinds": ["department"]}, due_on=LATER)
    draft = commands.create_assignment(
        actor=cast.head, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )
    made = hand_over(cast, cast.head, cast.second, seat)
    assert [(item["kind"], item["id"]) for item in made.items if item["kind"] == "draft"] == [("draft", draft.pk)]
    assert commands.issue(actor=cast.second, assignment_id=draft.pk, at=AT).status == "to_approve"
    with pytest.raises(NotAllowed, match="Another head"):
        commands.consent(actor=cast.head, assignment_id=draft.pk, at=AT)
    assert not queries.assignment_page(actor=cast.head, assignment_id=draft.pk, at=AT).may_consent


def test_who_handed_a_draft_over_is_found_without_reading_every_hand_over(cast, former, successor):
    items = [{"kind": "task", "id": number, "words": "已办事项"} for number in range(40)]
    HandOver.objects.bulk_create(
        HandOver(
            unit=cast.tree.departments[1],
            from_person_id=former.person_id,
            to_person_id=successor.person_id,
            items=[*items, {"kind": "draft", "id": number, "words": ""}],
            made_words="某某",
            made_at=AT,
        )
        for number in range(1, 3001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_handover")
    assignment = Assignment(pk=1500)
    with CaptureQueriesContext(connection) as asked:
        assert queries.handed_over_by(actor=cast.office, assignment=assignment) == {former.person_id}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        assert "hand_over_items" in str(cursor.fetchall())


class TestRolesOfWhoeverLeft:
    @pytest.fixture
    def leaving(self, cast):
        """A clerk of the city's office, whose post ended a week ago; the role over the city has no end."""
        found = actor_with(unit=cast.tree.office, role="office_clerk")
        Grant.objects.filter(user_id=found.user_id or 0).update(unit=cast.tree.city)
        Post.objects.filter(person_id=found.person_id or 0).update(ends_on=SOME_DAY - timedelta(days=7))
        return found

    @pytest.fixture
    def staying(self, cast):
        return actor_with(unit=cast.tree.office, role="unit_liaison", reach=Reach.UNIT)

    def test_end_with_the_hand_over_and_pass_to_nobody(self, cast, leaving, staying):
        made = hand_over(cast, leaving, staying, cast.tree.office)
        assert [item["kind"] for item in made.items] == ["role"]
        grant = Grant.objects.get(user_id=leaving.user_id)
        assert (grant.ends_at, grant.ended_by) == (AT, cast.office.user_id)
        assert actor_of(user_id=leaving.user_id, post_id=None, at=AT).scopes == {}
        assert list(Grant.objects.filter(user_id=staying.user_id).values_list("role", flat=True)) == ["unit_liaison"]
        assert AuditEvent.objects.filter(verb="grant.end", object_id=grant.pk).count() == 1
        with pytest.raises(InvalidInput, match="Nothing is open"):
            hand_over(cast, leaving, staying, cast.tree.office)

    def test_end_on_the_day_on_which_the_post_will(self, cast, leaving, staying):
        last = SOME_DAY + timedelta(days=10)
        Post.objects.filter(person_id=leaving.person_id).update(ends_on=last)
        hand_over(cast, leaving, staying, cast.tree.office)
        ends_at = Grant.objects.get(user_id=leaving.user_id).ends_at
        assert timezone.localtime(ends_at).date() == last
        assert actor_of(user_id=leaving.user_id, post_id=None, at=AT).scopes, "until then they hold"

    def test_stay_while_a_post_there_has_no_end(self, cast, leaving, staying):
        Post.objects.create(unit=cast.tree.office, person_id=leaving.person_id, kind="clerk", starts_on=SOME_DAY)
        with pytest.raises(InvalidInput, match="Nothing is open"):
            hand_over(cast, leaving, staying, cast.tree.office)
        assert Grant.objects.get(user_id=leaving.user_id).ends_at is None

    def test_of_the_new_post_elsewhere_stay(self, cast, leaving, staying):
        county = cast.tree.counties[0]
        Post.objects.create(unit=county, person_id=leaving.person_id, kind="clerk", starts_on=SOME_DAY)
        new = Grant.objects.create(
            user_id=leaving.user_id or 0, role="county_office", reach="subtree", unit=county, starts_at=AT
        )
        hand_over(cast, leaving, staying, cast.tree.office)
        assert list(Grant.objects.filter(user_id=leaving.user_id, ends_at__isnull=True)) == [new]

    def test_of_administrators_are_left_to_their_own_procedure(self, cast, leaving, staying):
        admin = Grant.objects.create(
            user_id=leaving.user_id or 0, role="audit_admin", reach="subtree", unit=cast.tree.city, starts_at=AT
        )
        hand_over(cast, leaving, staying, cast.tree.office)
        assert list(Grant.objects.filter(user_id=leaving.user_id, ends_at__isnull=True)) == [admin]

    def test_stand_on_the_page_before_it_is_confirmed(self, cast, leaving, staying):
        today = timezone.localdate()
        Post.objects.filter(person_id=leaving.person_id).update(ends_on=today)
        page = cast.client(cast.office).get(
            "/tasks/hand-over/", {"unit": cast.tree.office.pk, "from": leaving.person_id}
        )
        assert "Roles that end" in page.content.decode()
        assert cast.tree.city.name in page.content.decode()


def test_from_the_page(cast, unit, former, waiting, successor):
    office = cast.client(cast.office)
    page = office.get("/tasks/hand-over/", {"unit": unit.pk, "from": former.person_id}).content.decode()
    assert waiting.task.assignment.wording[:20] in page
    answer = office.post(
        "/tasks/hand-over/", {"unit": unit.pk, "from": former.person_id, "to": successor.person_id, "note": ""}
    )
    assert answer.status_code == 302
    assert Post.objects.filter(person_id=former.person_id).exists(), "the history of posts stays"
