"""The calendar in the database: what it starts with, who may change it, what a change does."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from duban.audit.models import AuditEvent
from duban.config import factories
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.workdays import commands, queries
from duban.workdays.models import Workday

SYSTEM = Actor.system("test")
AT = factories.SOME_MOMENT


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    """A change that the test's transaction takes back must not stay in the process."""
    queries.forget(actor=SYSTEM)
    yield
    queries.forget(actor=SYSTEM)


def set_day(actor: Actor, day: date, *, is_workday: bool, name: str = "春节", source: str = "") -> Workday | None:
    return commands.set_workday(actor=actor, day=day, is_workday=is_workday, name=name, source=source, at=AT)


@pytest.mark.django_db
def test_the_database_starts_with_the_published_years() -> None:
    assert Workday.objects.count() == 557
    calendar = queries.calendar(actor=SYSTEM)
    assert calendar.known_until == date(2026, 12, 31)
    assert not calendar.is_workday(date(2026, 10, 1))
    assert queries.calendar_year(actor=SYSTEM, year=2026).is_published
    assert not queries.calendar_year(actor=SYSTEM, year=2027).is_published


@pytest.mark.django_db
def test_the_calendar_is_read_once_in_a_minute(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert queries.calendar(actor=SYSTEM) is queries.calendar(actor=SYSTEM)


@pytest.mark.django_db
def test_a_year_becomes_published_when_its_notice_is_entered() -> None:
    for day in range(4, 11):
        set_day(SYSTEM, date(2027, 1, day), is_workday=date(2027, 1, day).weekday() >= 5)
    assert queries.calendar(actor=SYSTEM).known_until == date(2027, 12, 31)


@pytest.mark.django_db
def test_one_day_of_a_new_year_does_not_publish_it() -> None:
    set_day(SYSTEM, date(2027, 1, 1), is_workday=False, name="元旦")
    calendar = queries.calendar(actor=SYSTEM)
    assert calendar.known_until == date(2026, 12, 31)
    assert not calendar.is_workday(date(2027, 1, 1))


def test_a_day_is_changed_by_the_administrator_of_the_top_unit_and_recorded(tree: factories.Tree) -> None:
    actor = factories.actor_with(unit=tree.city, role="system_admin")
    row = set_day(actor, date(2026, 12, 31), is_workday=False, name="元旦", source="补充通知")
    assert row is not None
    assert not queries.calendar(actor=actor).is_workday(date(2026, 12, 31))
    event = AuditEvent.objects.get(verb="workday.set")
    assert (event.object_kind, event.object_id, event.actor_user) == ("workday", row.pk, actor.user_id)


def test_a_day_that_follows_its_weekday_again_leaves_the_calendar(tree: factories.Tree) -> None:
    actor = factories.actor_with(unit=tree.city, role="system_admin")
    assert set_day(actor, date(2026, 10, 1), is_workday=True, name="") is None
    assert not Workday.objects.filter(day=date(2026, 10, 1)).exists()
    assert queries.calendar(actor=actor).is_workday(date(2026, 10, 1))


@pytest.mark.parametrize("role", ["office_head", "security_admin", "unit_liaison"])
def test_nobody_else_changes_the_calendar(tree: factories.Tree, role: str) -> None:
    actor = factories.actor_with(unit=tree.city, role=role)
    with pytest.raises(NotAllowed):
        set_day(actor, date(2026, 12, 31), is_workday=False)


def test_the_administrator_of_a_county_does_not_change_the_calendar_of_all(tree: factories.Tree) -> None:
    actor = factories.actor_with(unit=tree.counties[0], role="system_admin")
    with pytest.raises(NotAllowed):
        set_day(actor, date(2026, 12, 31), is_workday=False)
    assert not queries.may_change(actor=actor)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "name"), [(date(2026, 12, 31), " "), (date(1999, 1, 1), "元旦"), (date(2101, 1, 3), "元旦")]
)
def test_a_day_without_a_name_or_far_away_is_refused(day: date, name: str) -> None:
    with pytest.raises(InvalidInput):
        set_day(SYSTEM, day, is_workday=False, name=name)


def test_the_page_shows_a_year_to_everybody_and_the_form_to_its_administrator(tree: factories.Tree) -> None:
    liaison, administrator = Client(), Client()
    liaison.force_login(factories.make_person_with_account(unit=tree.villages[0], role="unit_liaison").user)
    administrator.force_login(factories.make_person_with_account(unit=tree.city, role="system_admin").user)
    address = reverse("workdays:calendar")
    seen = liaison.get(address, {"year": "2026"}).content.decode()
    assert "国庆节" in seen
    assert 'name="day"' not in seen
    assert 'name="day"' in administrator.get(address).content.decode()
    assert liaison.get(address, {"year": "９999"}).status_code == 200


def test_the_form_changes_a_day_and_shows_its_year(tree: factories.Tree) -> None:
    client = Client()
    client.force_login(factories.make_person_with_account(unit=tree.city, role="system_admin").user)
    address = reverse("workdays:calendar")
    answer = client.post(address, {"day": "2027-01-01", "worked": "free", "name": "元旦", "source": "通知"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{address}?year=2027"
    assert Workday.objects.get(day=date(2027, 1, 1)).name == "元旦"


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(tree: factories.Tree) -> None:
    client = Client()
    client.force_login(factories.make_person_with_account(unit=tree.city, role="system_admin").user)
    answer = client.post(reverse("workdays:calendar"), {"day": "2027-01-01", "worked": "free", "source": "某通知"})
    assert answer.status_code == 422
    assert "某通知" in answer.content.decode()
    assert "field-error" in answer.content.decode()
