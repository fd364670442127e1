"""Panels beside papers and meetings: what became of the requirements, where nothing but forwarding was."""

import io
from dataclasses import dataclass
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from duban.access.states import Reach
from duban.campaigns.models import Campaign
from duban.config.factories import (
    SOME_DAY,
    SOME_MOMENT,
    Account,
    Tree,
    Work,
    actor_for,
    actor_with,
    build_tree,
    make_campaign,
    make_person_with_account,
    make_work,
)
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.directives import commands as directives
from duban.directives.models import Document, Meeting, Passing, UnitPassing
from duban.directives.states import RequirementStatus
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation.models import Unit
from duban.portal import queries
from duban.tasks.models import Assignment, Task
from duban.tasks.states import TaskStatus

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    tree: Tree
    campaign: Campaign
    account: Account

    @property
    def clerk(self) -> Actor:
        return actor_for(account=self.account)

    def meeting(self, *works: Work) -> Meeting:
        found = directives.register_meeting(
            actor=self.clerk,
            campaign_id=self.campaign.pk,
            unit_id=self.tree.city.pk,
            facts=directives.MeetingFacts(title="推进会", held_on=SOME_DAY, convener="市委"),
            at=SOME_MOMENT,
        )
        for work in works:
            directives.add_speech(actor=self.clerk, meeting_id=found.pk, document_id=work.document.pk, at=SOME_MOMENT)
        return found

    def work(
        self, units: list[Unit], status: str = TaskStatus.TO_SIGN, due_on: date | None = date(2026, 6, 30)
    ) -> Work:
        return make_work(campaign=self.campaign, assigner=self.tree.city, units=units, status=status, due_on=due_on)

    def passing(self, document: Document) -> Passing:
        return directives.require_passing(
            actor=self.clerk, unit_id=self.tree.city.pk, document_id=document.pk, at=SOME_MOMENT
        )

    def record(self, passing: Passing, units: list[Unit], manner: str) -> None:
        directives.record_passing(
            actor=self.clerk,
            passing_id=passing.pk,
            unit_ids=[unit.pk for unit in units],
            passed_on=SOME_DAY,
            manner=manner,
            at=SOME_MOMENT,
        )


def place_in(tree: Tree) -> Place:
    return Place(tree, make_campaign(root=tree.city), make_person_with_account(unit=tree.city, role="office_clerk"))


@pytest.fixture
def place() -> Place:
    return place_in(build_tree(counties=2, townships=1, villages=1, branches=0, departments=4))


def names(rows: list[UnitPassing]) -> list[str]:
    return [row.unit.name for row in rows]


def test_the_requirements_of_all_speeches_of_a_meeting_are_followed_together(place: Place) -> None:
    late, done = (
        place.work(place.tree.departments[:3], TaskStatus.IN_HAND, date(2026, 2, 1)),
        place.work(place.tree.counties, TaskStatus.DONE),
    )
    place.work(place.tree.departments)
    meeting = place.meeting(late, done)

    found = queries.followed_meeting(actor=place.clerk, meeting_id=meeting.pk, today=SOME_DAY)

    lines = [
        (line.speech, line.following.assignments, line.following.owed, line.following.done, line.following.overdue)
        for line in found.lines
    ]
    assert lines == [(1, 1, 3, 0, 3), (2, 1, 2, 2, 0)]
    assert (found.total.assignments, found.total.owed, found.total.done, found.total.overdue) == (2, 5, 2, 3)


def test_what_is_set_aside_is_counted_and_what_waits_is_said(place: Place) -> None:
    first, second = place.work([]), place.work([])
    for work, status in ((first, RequirementStatus.NOT_DECOMPOSED), (second, RequirementStatus.PROPOSED)):
        work.assignment.delete()
        work.requirement.status = status
        work.requirement.save()
    found = queries.followed_meeting(actor=place.clerk, meeting_id=place.meeting(first, second).pk, today=SOME_DAY)

    assert [line.requirement.pk for line in found.lines] == [second.requirement.pk]
    assert found.decided[RequirementStatus.NOT_DECOMPOSED] == 1
    assert found.waiting == 1


def test_a_unit_that_only_forwarded_is_named_until_something_is_derived(place: Place) -> None:
    upper, other = place.work([place.tree.departments[3]]), place.work([])
    passing = place.passing(upper.document)
    first, second, third, fourth = place.tree.departments
    place.record(passing, [first, fourth], "circular")
    place.record(passing, [second], "reading")
    place.record(passing, [third], "meeting")

    # The third held a meeting about it, the fourth has a task made of it.
    assert names(queries.only_forwarded(actor=place.clerk, passing_id=passing.pk)) == [first.name, second.name]

    clerk = actor_with(unit=first, role="county_office")
    own = directives.take_in_document(
        actor=clerk, campaign_id=place.campaign.pk, unit_id=first.pk, text="各科室要于6月底前完成学习。", at=SOME_MOMENT
    )
    directives.name_upper(actor=clerk, document_id=own.pk, upper_document_id=upper.document.pk, at=SOME_MOMENT)
    assert names(queries.only_forwarded(actor=place.clerk, passing_id=passing.pk)) == [second.name]
    # A task of a local paper that carries out the upper one is derived from it too.
    directives.name_upper(
        actor=place.clerk, document_id=other.document.pk, upper_document_id=upper.document.pk, at=SOME_MOMENT
    )
    other.assignment.delete()
    make_work_of(place, other, second)
    assert queries.only_forwarded(actor=place.clerk, passing_id=passing.pk) == []


def make_work_of(place: Place, work: Work, unit: Unit) -> None:
    assignment = Assignment.objects.create(
        campaign=place.campaign,
        assigner=place.tree.city,
        requirement=work.requirement,
        status="issued",
        wording="学习",
        due_on=date(2026, 6, 30),
        target="unit",
        target_rule={"unit": unit.pk},
        created_at=SOME_MOMENT,
    )
    Task.objects.create(
        campaign=place.campaign,
        assignment=assignment,
        unit=unit,
        checker_unit=place.tree.city,
        status="to_sign",
        issued_at=SOME_MOMENT,
    )


def test_the_hint_is_seen_by_the_office_and_the_unit_and_says_what_it_is_not(place: Place) -> None:
    passing = place.passing(place.work([]).document)
    first, second = place.tree.departments[:2]
    place.record(passing, [first, second], "circular")

    def page_of(account: Account, address: str) -> str:
        client = Client()
        client.force_login(account.user)
        response = client.get(address)
        assert response.status_code == 200
        return response.content.decode()

    office = page_of(place.account, reverse("portal:only-forwarded", args=[passing.pk]))
    assert first.name in office
    assert second.name in office
    assert "系统内无记录（不等于没有开展）" in office
    unit = make_person_with_account(unit=first, role="unit_liaison", reach=Reach.UNIT)
    assert passing.title in page_of(unit, reverse("portal:only-forwarded-here"))
    own = page_of(unit, reverse("portal:only-forwarded", args=[passing.pk]))
    assert first.name in own
    assert second.name not in own
    reader = actor_with(unit=place.tree.city, role="leading_group_member")
    assert queries.only_forwarded(actor=reader, passing_id=passing.pk) == []
    stranger = actor_with(unit=place.tree.counties[0], role="member", reach=Reach.UNIT)
    with pytest.raises(NotFound):
        queries.only_forwarded(actor=stranger, passing_id=passing.pk)


def test_the_assignments_that_an_upper_requirement_touches_are_shown(place: Place) -> None:
    upper, local = place.work([]), place.work(place.tree.counties)
    directives.name_upper(
        actor=place.clerk,
        document_id=local.document.pk,
        requirement_id=local.requirement.pk,
        upper_document_id=upper.document.pk,
        kind="changed_by",
        at=SOME_MOMENT,
    )

    (found,) = queries.touched_assignments(actor=place.clerk, document_id=upper.document.pk, today=SOME_DAY)

    assert found.assignment.pk == local.assignment.pk
    assert found.following.owed == 2


def test_the_panel_is_a_page_of_its_own_and_its_files_have_the_same_lines(place: Place, client: Client) -> None:
    client.force_login(place.account.user)
    work = place.work(place.tree.counties)
    meeting = place.meeting(work)
    assert (
        reverse("portal:follow-up", args=[meeting.pk])
        in client.get(reverse("directives:meeting", args=[meeting.pk])).content.decode()
    )
    address = reverse("portal:follow-up", args=[meeting.pk])
    assert work.requirement.sentence in client.get(address).content.decode()
    assert client.get(address, headers={"HX-Request": "true"}).content.decode().count("<html") == 0
    content = client.get(reverse("portal:follow-up-file", args=[meeting.pk, "excel"]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(content.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    assert any(work.requirement.sentence in row for row in sheet.iter_rows(values_only=True))
    assert client.get(reverse("portal:follow-up-file", args=[meeting.pk, "word"])).status_code == 200
    assert client.get(reverse("portal:touched", args=[work.document.pk])).status_code == 200


def test_the_panels_ask_a_fixed_number_of_questions(tree: Tree, noise: Noise, query_counts: QueryCounts) -> None:
    place = place_in(tree)
    # The first question fills what a process keeps.
    queries.followed_meeting(actor=place.clerk, meeting_id=place.meeting().pk, today=SOME_DAY)
    for round_number in range(2):
        works = [place.work(tree.villages[:20]) for _number in range(3)]
        meeting = directives.register_meeting(
            actor=place.clerk,
            campaign_id=place.campaign.pk,
            unit_id=tree.city.pk,
            facts=directives.MeetingFacts(title=f"推进会{round_number}", held_on=SOME_DAY, convener="市委"),
            at=SOME_MOMENT,
        )
        for work in works:
            directives.add_speech(
                actor=place.clerk, meeting_id=meeting.pk, document_id=work.document.pk, at=SOME_MOMENT
            )
        passing = place.passing(works[0].document)
        place.record(passing, tree.townships[: 5 * (round_number + 1)], "circular")
        with query_counts("follow-up"):
            queries.followed_meeting(actor=place.clerk, meeting_id=meeting.pk, today=SOME_DAY)
        with query_counts("forwarded"):
            queries.only_forwarded(actor=place.clerk, passing_id=passing.pk)
