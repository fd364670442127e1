"""Registering instructions, minutes, papers and calls by what they ask for."""

from datetime import date

import pytest
from django.test import Client

from duban.audit.models import AuditEvent
from duban.config.factories import actor_with
from duban.directives import commands, queries
from duban.directives.models import Document
from duban.directives.states import DocumentStatus, RequirementStatus
from duban.directives.tests.material import AT, Office, make_office
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

MATTER = "请于3月10日前报送低温天气供暖保障情况。"


@pytest.fixture
def office() -> Office:
    return make_office()


def register(office: Office, **changed: object) -> commands.Incoming:
    given: dict[str, object] = {
        "kind": "call",
        "giver": "省教育办值班室",
        "matter": MATTER,
        "deadline": "3月10日前",
        "origin_level": "provincial",
    } | changed
    return commands.register_incoming(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        at=AT,
        **given,  # type: ignore[arg-type]
    )


def test_a_call_is_one_requirement_ready_to_be_assigned(office: Office) -> None:
    registered = register(office)

    document, requirement = registered.document, registered.requirement
    assert document.status == DocumentStatus.CONFIRMED
    assert document.received_on == date(2026, 3, 2)
    assert document.taken_in_by == office.clerk.user_id
    assert requirement.status == RequirementStatus.TO_ASSIGN
    assert requirement.sentence == MATTER
    assert requirement.due["end"] == "2026-03-10"
    assert "省教育办值班室" in queries.cite(actor=office.clerk, requirement=requirement)
    assert [event.verb for event in AuditEvent.objects.all()] == ["document.register_incoming"]


@pytest.mark.parametrize("kind", ["comment", "minutes", "paper", "call"])
def test_each_kind_says_who_and_on_what_in_its_title(office: Office, kind: str) -> None:
    document = register(office, kind=kind, concerns="供暖保障专报").document

    assert "省教育办值班室" in document.title
    assert "供暖保障专报" in document.title


def test_a_relative_deadline_counts_from_the_day_of_the_paper(office: Office) -> None:
    registered = register(office, kind="paper", deadline="3日内", dated_on=date(2026, 2, 26))

    assert registered.document.dated_on == date(2026, 2, 26)
    assert registered.requirement.due["end"] == "2026-03-01"


def test_the_same_call_twice_is_refused_and_another_body_may_ask_the_same(office: Office) -> None:
    first = register(office)

    with pytest.raises(InvalidInput) as refusal:
        register(office)

    assert refusal.value.context["document_id"] == first.document.pk
    assert register(office, giver="省信访局").document.pk != first.document.pk


@pytest.mark.parametrize(
    "changed",
    [
        {"giver": " "},
        {"matter": ""},
        {"matter": "要" * 2001},
        {"matter": "机密★1年\n请阅。"},
        {"kind": "speech"},
        {"origin_level": "galactic"},
        {"dated_on": date(2026, 3, 3)},
    ],
    ids=["nobody", "nothing", "too long", "secret", "a speech", "no such level", "dated later"],
)
def test_what_cannot_be_registered_is_refused_and_nothing_is_kept(office: Office, changed: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        register(office, **changed)

    assert not Document.objects.exists()


def test_only_the_office_of_the_unit_registers(office: Office) -> None:
    county = office.tree.counties[0]
    for role, refusal in (("line_clerk", NotAllowed), ("unit_liaison", NotAllowed), ("county_office", NotFound)):
        actor = actor_with(unit=county, role=role)
        unit = office.tree.counties[1] if role == "county_office" else county
        with pytest.raises(refusal):
            commands.register_incoming(
                actor=actor,
                campaign_id=office.campaign.pk,
                unit_id=unit.pk,
                kind="call",
                giver="省办",
                matter="请报送。",
                at=AT,
            )
    assert not Document.objects.exists()


def test_its_page_shows_from_whom_and_when_it_was_received(office: Office, client: Client) -> None:
    client.force_login(office.account.user)
    page = client.get(f"/directives/{register(office).document.pk}/").content.decode()

    assert "省教育办值班室" in page
    assert MATTER in page
    assert "2026-03-02" in page or "3月2日" in page
