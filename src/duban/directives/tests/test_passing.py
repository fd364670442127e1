"""Relaying what comes from above: who must, when and how each unit did, and the days it took."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.access.states import Reach
from duban.audit.models import AuditEvent
from duban.burden.models import Cap, Demand, DemandUnit
from duban.config.factories import Tree, actor_for, actor_with, make_campaign, make_person_with_account
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.directives import commands, queries
from duban.directives.commands import MeetingFacts
from duban.directives.models import Passing, UnitPassing
from duban.directives.tests.material import AT, Office, make_office
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation.models import Unit

pytestmark = pytest.mark.django_db

# A Friday; AT is Monday 2 March 2026.
DATED = date(2026, 2, 13)
TODAY = date(2026, 3, 2)


@pytest.fixture
def office() -> Office:
    return make_office()


def upper_paper(office: Office, matter: str = "各地要认真学习，结合实际抓好落实。") -> int:
    return commands.register_incoming(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        kind="paper",
        giver="省委教育办",
        matter=matter,
        origin_level="provincial",
        dated_on=DATED,
        at=AT,
    ).document.pk


def ask(office: Office, **changed: object) -> Passing:
    given: dict[str, object] = {"limit_days": 7, "document_id": None} | changed
    if given["document_id"] is None and "meeting_id" not in given:
        given["document_id"] = upper_paper(office)
    return commands.require_passing(
        actor=office.clerk,
        unit_id=office.tree.city.pk,
        at=AT,
        **given,  # type: ignore[arg-type]
    )


def record(actor: Actor, passing: Passing, units: list[Unit], day: date, manner: str = "meeting") -> int:
    return commands.record_passing(
        actor=actor, passing_id=passing.pk, unit_ids=[unit.pk for unit in units], passed_on=day, manner=manner, at=AT
    )


def liaison(unit: Unit) -> Actor:
    return actor_with(unit=unit, role="unit_liaison", reach=Reach.UNIT)


def test_every_unit_below_or_of_a_class_has_to_pass_it_on(office: Office) -> None:
    everybody = ask(office)
    departments = ask(office, document_id=upper_paper(office, "第二份"), choice=UnitChoice(kinds=("department",)))

    assert everybody.unit_count == len(office.tree.units) - 1
    table = queries.passing_table(actor=office.clerk, passing_id=departments.pk, on=TODAY)
    assert [row.row.unit.kind for row in table.rows] == ["department"]
    assert [event.verb for event in AuditEvent.objects.filter(verb__startswith="passing")] == ["passing.require"] * 2


def test_a_unit_enters_its_own_line_and_the_days_are_counted(office: Office) -> None:
    passing = ask(office)
    department = office.tree.departments[1]

    record(liaison(department), passing, [department], date(2026, 2, 27), "study")

    table = queries.passing_table(actor=office.clerk, passing_id=passing.pk, on=TODAY, state="recorded")
    (line,) = table.rows
    assert (line.row.unit_id, line.row.passed_on, line.row.manner) == (department.pk, date(2026, 2, 27), "study")
    # Spring Festival 2026 lies between: 15 to 23 February are free, 14 and 28 February are worked.
    assert (line.days, line.workdays, line.is_over) == (14, 5, True)


def test_the_limit_counts_calendar_or_working_days_and_late_units_are_flagged(office: Office) -> None:
    department, county = office.tree.departments[1], office.tree.counties[0]
    calendar_days = ask(office, limit_days=5)
    working_days = ask(office, limit_days=5, is_workdays=True, document_id=upper_paper(office, "第二份"))
    assert calendar_days.limit_until == date(2026, 2, 18)
    assert working_days.limit_until > date(2026, 2, 24)
    for passing in (calendar_days, working_days):
        record(office.clerk, passing, [department], date(2026, 2, 16))
        record(office.clerk, passing, [county], date(2026, 2, 24))

    def late(passing: Passing) -> list[int]:
        table = queries.passing_table(actor=office.clerk, passing_id=passing.pk, on=TODAY, state="over")
        return [line.row.unit_id for line in table.rows]

    assert late(calendar_days) == [county.pk]
    assert late(working_days) == []


def test_an_office_enters_for_many_and_what_units_entered_stays(office: Office) -> None:
    passing = ask(office)
    departments = office.tree.departments
    record(liaison(departments[1]), passing, [departments[1]], date(2026, 2, 20), "study")

    assert record(office.clerk, passing, departments, date(2026, 2, 26), "circular") == len(departments) - 1

    own = UnitPassing.objects.get(passing=passing, unit=departments[1])
    assert (own.passed_on, own.manner) == (date(2026, 2, 20), "study")
    other = UnitPassing.objects.get(passing=passing, unit=departments[0])
    assert (other.entered_by, other.entered_unit_id) == (office.clerk.user_id, office.tree.city.pk)
    record(liaison(departments[1]), passing, [departments[1]], date(2026, 2, 21), "study")
    own.refresh_from_db()
    assert own.passed_on == date(2026, 2, 21)


def test_nobody_enters_for_units_of_others(office: Office) -> None:
    passing = ask(office)
    first, second = office.tree.departments[1:3]
    with pytest.raises(NotAllowed):
        record(liaison(first), passing, [second], date(2026, 2, 20))
    reader = actor_with(unit=office.tree.city, role="leading_group_member")
    with pytest.raises(NotAllowed):
        record(reader, passing, [first], date(2026, 2, 20))
    county = office.tree.counties[0]
    clerk = actor_with(unit=county, role="county_office")
    below = office.tree.below(county)
    assert record(clerk, passing, below, date(2026, 2, 20)) == len(below)
    with pytest.raises(NotAllowed):
        record(clerk, passing, [first], date(2026, 2, 20))
    assert not UnitPassing.objects.filter(unit__in=[first, second], passed_on__isnull=False).exists()


def test_a_unit_sees_its_own_line_and_nothing_of_others(office: Office) -> None:
    passing = ask(office)
    department = office.tree.departments[1]
    actor = liaison(department)

    owed = queries.owed_passings(actor=actor, campaign_id=office.campaign.pk, on=TODAY)
    assert [(line.row.unit_id, line.may_enter) for line in owed] == [(department.pk, True)]
    table = queries.passing_table(actor=actor, passing_id=passing.pk, on=TODAY)
    assert [line.row.unit_id for line in table.rows] == [department.pk]
    assert table.line.units == 1
    assert not table.may_open
    stranger = actor_with(unit=office.tree.city, role="member", reach=Reach.UNIT)
    with pytest.raises(NotFound):
        queries.passing_table(actor=stranger, passing_id=passing.pk, on=TODAY)


@pytest.mark.parametrize(
    ("day", "manner"),
    [(date(2026, 2, 12), "meeting"), (date(2026, 3, 3), "meeting"), (date(2026, 2, 20), "pigeon")],
    ids=["before it was said", "tomorrow", "no such manner"],
)
def test_a_line_that_cannot_be_is_refused(office: Office, day: date, manner: str) -> None:
    passing = ask(office)
    with pytest.raises(InvalidInput):
        record(office.clerk, passing, [office.tree.departments[1]], day, manner)


def test_it_is_asked_for_once_and_no_longer_after_the_end(office: Office) -> None:
    passing = ask(office)
    with pytest.raises(InvalidInput) as refusal:
        ask(office, document_id=passing.document_id)
    assert refusal.value.context["passing_id"] == passing.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Passing.objects.create(
            campaign=passing.campaign,
            unit=passing.unit,
            document=passing.document,
            title="again",
            dated_on=DATED,
            limit_days=1,
            limit_until=DATED,
            created_by=0,
            created_at=AT,
        )
    commands.end_passing(actor=office.clerk, passing_id=passing.pk, reason="另行通知", at=AT)
    with pytest.raises(IllegalStep):
        record(office.clerk, passing, [office.tree.departments[1]], date(2026, 2, 20))
    assert ask(office, document_id=passing.document_id).pk != passing.pk


def test_a_meeting_of_an_upper_level_is_passed_on_as_well(office: Office) -> None:
    meeting = commands.register_meeting(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        facts=MeetingFacts(title="全省推进会", held_on=DATED, convener="省委", level="provincial"),
        at=AT,
    )
    passing = ask(office, meeting_id=meeting.pk)

    assert (passing.dated_on, passing.title) == (DATED, "全省推进会")
    with pytest.raises(InvalidInput):
        ask(office, meeting_id=meeting.pk, document_id=upper_paper(office, "第三份"))


def test_rows_stand_in_protocol_order_and_are_paged_by_key(office: Office) -> None:
    passing = ask(office)
    expected = [unit.pk for unit in office.tree.units if unit.pk != office.tree.city.pk]
    seen: list[int] = []
    after = ""
    while True:
        table = queries.passing_table(actor=office.clerk, passing_id=passing.pk, on=TODAY, after=after, size=3)
        seen += [line.row.unit_id for line in table.rows]
        after = table.after
        if not after:
            break
    assert seen == expected


def test_only_the_unit_and_its_office_see_that_nothing_is_recorded(office: Office) -> None:
    passing = ask(office)
    late = date(2026, 4, 1)

    def silent(actor: Actor) -> tuple[int, int]:
        def table(state: str) -> queries.PassingTable:
            return queries.passing_table(actor=actor, passing_id=passing.pk, on=late, state=state)

        return sum(line.is_silent for line in table("").rows), len(table("unrecorded").rows)

    units = passing.unit_count
    assert silent(office.clerk) == (units, units)
    assert silent(liaison(office.tree.departments[1])) == (1, 1)
    assert silent(actor_with(unit=office.tree.city, role="leading_group_member")) == (0, 0)
    assert silent(actor_with(unit=office.tree.city, role="group_head")) == (0, 0)


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.force_login(office.account.user)
    return client


def test_the_file_has_the_rows_of_the_page_without_hints_of_absence(office: Office, clerk: Client) -> None:
    passing = ask(office, choice=UnitChoice(levels=("county",)))
    record(office.clerk, passing, [office.tree.counties[0]], date(2026, 2, 24))
    page = clerk.get(reverse("directives:passing", args=[passing.pk])).content.decode()
    content = clerk.get(reverse("directives:passing-file", args=[passing.pk, "excel"])).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)

    for unit in office.tree.counties:
        assert unit.name in text
        assert unit.name in page
    assert "系统内无记录" in page
    assert "系统内无记录" not in text
    assert clerk.get(reverse("directives:passing-file", args=[passing.pk, "word"])).status_code == 200
    silent = {"state": "unrecorded"}
    assert clerk.get(reverse("directives:passing", args=[passing.pk]), silent).status_code == 200
    assert clerk.get(reverse("directives:passing-file", args=[passing.pk, "excel"]), silent).status_code == 422


def reminder_of(client: Client, passing: Passing) -> list[str]:
    page = client.get(reverse("directives:passing", args=[passing.pk])).content.decode()
    text = page.partition('id="urge-text"')[2].partition(">")[2].partition("</textarea>")[0]
    return text.splitlines()


def test_the_table_gives_a_text_with_numbers_that_names_no_silent_unit_and_no_person(
    office: Office, clerk: Client
) -> None:
    clerk.cookies["language"] = "en"
    document = upper_paper(office, "王小满同志的讲话")
    passing = ask(office, document_id=document, choice=UnitChoice(levels=("county", "township")))
    first, *others = (
        row.row.unit for row in queries.passing_table(actor=office.clerk, passing_id=passing.pk, on=TODAY).rows
    )
    record(office.clerk, passing, [first], date(2026, 2, 20))
    head, numbers, link = reminder_of(clerk, passing)
    assert head.startswith("Relaying of what is dated 13 Feb, to be done by 20 Feb (as of ")
    assert numbers.startswith(f"Recorded by 1 of {len(others) + 1} units;")
    assert link == "Record it here: http://testserver/directives/passing/"
    # Neither a person nor which units are silent (design rule 9).
    assert not [unit for unit in others if unit.shown_name in head + numbers]
    assert "王小满" not in head + numbers
    # A unit has its own line to enter, and nobody to remind; who only reads sees no list of silent units.
    for role, unit in (("unit_liaison", others[0]), ("group_member", office.tree.city)):
        account = make_person_with_account(
            unit=unit, role=role, reach=Reach.UNIT if role == "unit_liaison" else Reach.SUBTREE
        )
        reader = Client()
        reader.force_login(account.user)
        assert reminder_of(reader, passing) == []
    record(office.clerk, passing, others, date(2026, 2, 20))
    assert reminder_of(clerk, passing) == []


def test_the_pages_lead_from_the_paper_to_the_line_of_a_unit(office: Office, clerk: Client) -> None:
    paper = upper_paper(office)
    assert "下发传达" in clerk.get(reverse("directives:speech", args=[paper])).content.decode()
    page = clerk.get(f"{reverse('directives:new-passing')}?document={paper}&kind=village")
    assert page.status_code == 200
    assert f"{len(office.tree.villages)} 个单位，每家约 10 分钟" in page.content.decode()
    given = {"unit": office.tree.city.pk, "document": paper, "limit_days": 7, "kind": "department"}
    response = clerk.post(reverse("directives:new-passing"), given)
    passing = Passing.objects.get()
    assert response["Location"] == reverse("directives:passing", args=[passing.pk])
    department = office.tree.departments[1]
    account = make_person_with_account(unit=department, role="unit_liaison", reach=Reach.UNIT)
    unit = Client()
    unit.force_login(account.user)
    assert passing.title in unit.get(reverse("directives:passings")).content.decode()
    line = {"unit": department.pk, "passed_on": "2026-02-20", "manner": "circular", "back": "list"}
    response = unit.post(reverse("directives:record-passing", args=[passing.pk]), line)
    assert response["Location"] == reverse("directives:passings")
    assert "转发文件" in unit.get(reverse("directives:passings")).content.decode()
    ended = clerk.post(reverse("directives:end-passing", args=[passing.pk]), {"reason": "已办"})
    assert ended.status_code == 302


def test_the_table_asks_a_fixed_number_of_questions(tree: Tree, noise: Noise, query_counts: QueryCounts) -> None:
    office = Office(tree, make_campaign(root=tree.city), make_person_with_account(unit=tree.city, role="office_clerk"))
    passing = ask(office)
    county = tree.counties[0]
    clerk = actor_for(account=make_person_with_account(unit=county, role="county_office"))
    for wanted in (20, 200):
        with query_counts():
            table = queries.passing_table(actor=clerk, passing_id=passing.pk, on=timezone.localdate(AT), size=wanted)
        assert len(table.rows) == min(wanted, len(tree.below(county)) + 1)


def test_what_is_to_be_relayed_is_a_document_in_the_ledger_of_each_unit(office: Office) -> None:
    asked = ask(office, choice=UnitChoice(kinds=("village",)))
    demand = Demand.objects.get()
    assert (demand.kind, demand.what, demand.asker_id) == ("document", asked.title, office.tree.city.pk)
    # The days allowed were over when it was asked for.
    assert (asked.limit_until < TODAY, demand.due_on) == (True, None)
    rows = DemandUnit.objects.filter(demand=demand)
    assert sorted(rows.values_list("unit_id", flat=True)) == sorted(unit.pk for unit in office.tree.villages)
    village = office.tree.villages[0]
    browser = Client()
    account = make_person_with_account(unit=village, role="unit_liaison", reach=Reach.UNIT)
    browser.force_login(account.user)
    assert browser.get(f"{demand.path}?unit={village.pk}").status_code == 200


def test_above_a_cap_that_refuses_nothing_is_relayed(office: Office) -> None:
    Cap.objects.filter(unit_kind="village").update(documents=0, effect="refuse")
    with pytest.raises(InvalidInput, match="超过上限：文件"):
        ask(office, choice=UnitChoice(kinds=("village",)))
    assert not Passing.objects.exists()
