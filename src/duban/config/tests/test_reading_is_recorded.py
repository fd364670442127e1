"""Whoever reads a list of people leaves a row in the record (R-734)."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from duban.audit import commands
from duban.audit.models import AuditEvent
from duban.audit.named_lists import Reading, named_list, readings
from duban.config.factories import LONG_AGO, SOME_MOMENT, actor_with, build_tree, make_person_with_account
from duban.kernel.authority import Actor
from duban.organisation.models import Membership, Person, Post
from duban.organisation.states import PostKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    cache.clear()
    return build_tree(counties=1, townships=1, villages=2, departments=2)


@pytest.fixture
def branch(small):
    """A branch with two members and a principal."""
    unit = small.branches[0]
    for number in range(2):
        person = Person.objects.create(name=f"党员{number}", external_id=f"M{number}")
        Membership.objects.create(person=person, unit=unit, starts_on=LONG_AGO)
    Post.objects.create(
        unit=unit, person=Person.objects.create(name="严守一"), kind=PostKind.PRINCIPAL, starts_on=LONG_AGO
    )
    return unit


def signed_in(unit, role):
    account = make_person_with_account(unit=unit, role=role)
    client = Client()
    client.force_login(account.user, backend="duban.accounts.backends.Sessions")
    return client, account


def rows():
    return AuditEvent.objects.filter(object_kind="named_list").order_by("id")


# (role, address, verb, people, of which unit)
LISTS = [
    ("audit_admin", "/audit/", "record.read", None, False),
    ("security_admin", "/accounts/", "account.read", 1, False),
    ("security_admin", "/access/", "grant.read", 1, False),
    ("delegated_admin", "/access/below/{village}/", "account.read", 3, True),
    ("office_clerk", "/units/", "post.read", 1, False),
    ("office_clerk", "/units/export/?level=village", "post.read", 1, False),
    ("office_clerk", "/units/{branch}/", "post.read", 1, True),
    ("office_clerk", "/units/{branch}/members/", "member.read", 2, True),
    ("office_clerk", "/api/units/{branch}/members", "member.read", 2, True),
    ("office_clerk", "/api/units/{branch}/posts", "post.read", 1, True),
    ("office_clerk", "/tasks/hand-over/?unit={branch}", "hand_over.read", 2, True),
]


@pytest.mark.parametrize("role, address, verb, people, of_unit", LISTS)
def test_reading_a_list_of_people_is_recorded(small, branch, role, address, verb, people, of_unit):
    village = small.villages[0]
    if "below" in address:
        for name in ("甲", "乙"):
            Post.objects.create(
                unit=village, person=Person.objects.create(name=name), kind=PostKind.CLERK, starts_on=LONG_AGO
            )
    client, account = signed_in(small.townships[0] if "below" in address else small.city, role)
    if role == "audit_admin":
        commands.record(actor=Actor.system("test"), verb="x", object_kind="y", object_id=1, at=SOME_MOMENT)
    path = address.format(village=village.pk, branch=branch.pk)

    assert client.get(path).status_code == 200

    row = rows().get()
    said = json.loads(row.payload)
    assert (row.verb, row.actor_user, row.actor_post) == (verb, account.user.pk, account.post.pk)
    assert said["address"] == quote(path.partition("?")[0])
    assert people is None or said["people"] == people
    assert row.unit_id == ((village if "below" in address else branch).pk if of_unit else None)
    assert row.request_id


def test_the_filter_is_recorded(small, branch):
    client, _account = signed_in(small.city, "office_clerk")
    client.get(f"/units/{branch.pk}/members/?category=farmer&q=党员1")
    assert not rows().exists(), "nobody was named"
    client.get(f"/units/{branch.pk}/members/?q=党员1")
    client.get(f"/units/{branch.pk}/members/?q=党员0")
    said = [json.loads(row.payload)["filter"] for row in rows()]
    assert [set(one) for one in said] == [{"words"}, {"words"}]
    assert said[0] != said[1], "two searches are two readings"
    assert not any("党员" in row.payload for row in rows())


def test_a_name_typed_or_turned_to_is_not_kept_and_a_closed_choice_is(small):
    administrator, account = signed_in(small.city, "security_admin")
    administrator.get("/access/", {"role": "security_admin", "name": account.user.sign_in_name})
    administrator.get("/accounts/", {"name": account.user.sign_in_name})
    told = [json.loads(row.payload)["filter"] for row in rows()]
    assert told[0]["role"] == "security_admin"
    assert [set(one) for one in told] == [{"role", "name"}, {"searched"}]
    assert account.user.sign_in_name not in {value for one in told for value in (one.get("name"), one.get("searched"))}


def test_a_refused_look_is_no_reading(small, branch):
    client, _account = signed_in(small.villages[1], "member")
    assert client.get(f"/units/{branch.pk}/members/").status_code in {403, 404}
    assert client.get("/audit/").status_code == 403
    assert not rows().exists()


def test_units_without_names_are_no_reading(small, branch):
    client, _account = signed_in(small.city, "office_clerk")
    answer = client.get("/api/units")
    assert answer.status_code == 200
    assert "严守一" not in answer.content.decode()
    assert not rows().exists()


def test_loading_again_is_the_same_reading_and_a_further_page_is_another(small):
    actor = actor_with(unit=small.city, role="office_clerk")
    other = actor_with(unit=small.city, role="office_clerk")

    def read(by=actor, minutes=0, people=50, unit=small.city, **filters):
        commands.record_readings(
            actor=by,
            readings=[Reading("member", unit.pk, filters, people)],
            address="/units/1/members/",
            at=SOME_MOMENT + timedelta(minutes=minutes),
        )
        return rows().count()

    assert read() == 1
    assert read(minutes=9) == 1
    assert read(minutes=9, after="WzFd") == 2
    assert read(minutes=9, people=49) == 3
    assert read(minutes=9, unit=small.counties[0]) == 4
    assert read(by=other, minutes=9) == 5
    assert read(minutes=11) == 6


def test_what_the_system_reads_is_no_reading(small):
    commands.record_readings(
        actor=Actor.system("job"), readings=[Reading("member", 1, {}, 3)], address="", at=SOME_MOMENT
    )
    assert not rows().exists()


def test_the_auditor_sees_the_readings_alone(small, branch):
    clerk, account = signed_in(small.city, "office_clerk")
    clerk.get(f"/units/{branch.pk}/members/")
    auditor, _account = signed_in(small.city, "audit_admin")
    auditor.cookies["language"] = "en"

    page = auditor.get("/audit/?kind=named_list").content.decode()

    assert "members looked at" in page
    assert account.user.sign_in_name in page
    assert f"/units/{branch.pk}/members/" in page
    assert "grant given" not in page


class TestTheMark:
    def test_a_list_inside_a_list_is_a_part_of_it(self):
        @named_list("inner", people=len)
        def inner(**asked):
            return [1, 2]

        @named_list("outer", people=len)
        def outer(**asked):
            return [*inner(), 3]

        with readings() as found:
            outer(unit_id=5, words="", after="x", on=None)

        assert [(one.what, one.unit_id, one.people, set(one.filters)) for one in found] == [("outer", 5, 3, {"after"})]

    def test_rows_handed_out_one_by_one_are_counted_as_they_go(self):
        @named_list("row", people=int)
        def export(**asked):
            yield from (1, 0, 1)

        with readings() as found:
            list(export())

        assert [one.people for one in found] == [2]

    def test_outside_a_request_nothing_is_noted(self):
        @named_list("row", people=len)
        def export(**asked):
            return [1]

        assert export() == [1]
