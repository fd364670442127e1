"""A member belongs to one branch on any day (R-025); names are for the branch and its office."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from duban.audit.models import AuditEvent
from duban.config.factories import actor_with, build_tree
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.organisation import commands, queries
from duban.organisation.models import Membership, Person
from duban.organisation.tests.material import LONG_AGO, NOW, SYSTEM, TODAY
from duban.organisation.tests.test_pages import signed_in

pytestmark = pytest.mark.django_db
SPRING = date(2026, 2, 1)
ALL = queries.MemberFilters()


@pytest.fixture
def small():
    return build_tree(counties=2, townships=2, villages=2, departments=2)


def enter(unit, number="M1", name="甲某", actor=SYSTEM, **given):
    values: dict[str, Any] = {"category": "farmer", "starts_on": LONG_AGO} | given
    return commands.enter_member(actor=actor, unit_id=unit.pk, name=name, external_id=number, at=NOW, **values)


def names(unit, on=TODAY, filters=ALL, actor=SYSTEM) -> list[str]:
    page = queries.member_list(actor=actor, unit_id=unit.pk, on=on, filters=filters)
    return [row.person.name for row in page.rows]


def test_a_second_branch_at_one_time_is_refused_with_the_way_out(small):
    enter(small.branches[0])

    with pytest.raises(InvalidInput, match="another branch"):
        enter(small.branches[1])


def test_a_member_of_elsewhere_is_not_named_by_guessing_the_number(small):
    member = enter(small.branches[0])
    own = actor_with(unit=small.counties[0], role="county_office")
    other = actor_with(unit=small.counties[1], role="county_office")
    keeper = actor_with(unit=small.city, role="system_admin")

    assert queries.get_person(actor=own, person_id=member.person_id).name == "甲某"
    for stranger in (other, keeper):
        with pytest.raises(NotFound):
            queries.get_person(actor=stranger, person_id=member.person_id)


def test_the_database_itself_keeps_one_branch_per_day(small):
    member = enter(small.branches[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(person_id=member.person_id, unit=small.branches[1], starts_on=TODAY)


def test_a_transfer_keeps_the_earlier_days(small):
    member = enter(small.branches[0])

    commands.transfer_member(actor=SYSTEM, membership_id=member.pk, unit_id=small.branches[1].pk, on=SPRING, at=NOW)

    assert names(small.branches[0], on=date(2026, 1, 31)) == ["甲某"]
    assert names(small.branches[0]) == []
    assert names(small.branches[1]) == ["甲某"]


def test_a_floating_member_stays_in_the_main_branch_and_has_no_place(small):
    member = enter(small.branches[0])

    commands.attach_member(
        actor=SYSTEM, membership_id=member.pk, unit_id=small.branches[3].pk, kind="floating", on=SPRING, at=NOW
    )

    assert names(small.branches[0]) == ["甲某"]
    assert names(small.branches[3], filters=queries.MemberFilters(kind="floating")) == ["甲某"]
    kept = {field.name for field in Membership._meta.get_fields()} | {field.name for field in Person._meta.get_fields()}
    assert kept == {
        *("id", "uuid", "name", "external_id", "user", "person", "unit", "kind", "category", "participation"),
        *("starts_on", "ends_on"),
    }
    with pytest.raises(InvalidInput, match="attached elsewhere"):
        commands.attach_member(
            actor=SYSTEM, membership_id=member.pk, unit_id=small.branches[2].pk, kind="temporary", on=SPRING, at=NOW
        )


def test_the_number_of_an_identity_card_is_not_taken_in(small):
    with pytest.raises(InvalidInput, match="identity card"):
        enter(small.branches[0], number="11010119900101123X")


def test_the_branch_chooses_a_form_and_the_record_does_not_say_which(small):
    member = enter(small.branches[0])

    commands.describe_member(actor=SYSTEM, membership_id=member.pk, category="retired", participation="home", at=NOW)

    member.refresh_from_db()
    assert (member.category, member.participation) == ("retired", "home")
    assert "home" not in str(AuditEvent.objects.get(verb="member.describe").payload)


def test_members_are_counted_from_the_register_where_there_is_one(small):
    branch, other = small.branches[:2]
    commands.set_member_count(actor=SYSTEM, unit_id=other.pk, count=9, at=NOW)
    member = enter(branch)
    enter(branch, number="M2", name="乙某", category="retired")

    def members(on):
        return queries.count_organisations(actor=SYSTEM, unit_id=small.city.pk, on=on).members

    assert members(date(2099, 1, 1)) == 11
    commands.end_membership(actor=SYSTEM, membership_id=member.pk, on=SPRING, at=NOW)
    assert members(date(2099, 1, 1)) == 10
    assert members(date(2026, 1, 1)) == 11


def test_categories_are_counted_for_everything_below(small):
    enter(small.branches[0])
    enter(small.branches[1], number="M2", name="乙某", category="retired")

    counts = queries.member_counts(actor=SYSTEM, unit_id=small.city.pk, on=TODAY)

    counted = {one.category.value: one.count for one in counts.categories if one.count}
    assert (counts.members, counted) == (2, {"farmer": 1, "retired": 1})


class TestWhoReadsNames:
    def test_the_branch_and_its_office_do_and_others_do_not(self, small):
        branch = small.branches[0]
        enter(branch)
        secretary = actor_with(unit=branch, role="branch_secretary", reach="unit")
        office = actor_with(unit=small.counties[0], role="county_office")
        group = actor_with(unit=small.city, role="group_head")
        stranger = actor_with(unit=small.counties[1], role="county_office")

        assert names(branch, actor=secretary) == names(branch, actor=office) == ["甲某"]
        with pytest.raises(NotAllowed):
            names(branch, actor=group)
        with pytest.raises(NotFound):
            names(branch, actor=stranger)

    def test_each_reading_is_recorded(self, small):
        branch = small.branches[0]
        enter(branch)
        client = signed_in(branch, "branch_secretary")

        page = client.get(f"/units/{branch.pk}/members/")

        assert page.status_code == 200
        assert AuditEvent.objects.filter(verb="member.read", unit_id=branch.pk).count() == 1
        rows = client.get(f"/api/units/{branch.pk}/members").json()["rows"]
        assert [row["name"] for row in rows] == ["甲某"]
        assert AuditEvent.objects.filter(verb="member.read", unit_id=branch.pk).count() == 2

    def test_a_branch_keeps_only_its_own_members(self, small):
        member = enter(small.branches[1])
        client = signed_in(small.branches[0], "branch_secretary")

        assert client.get(f"/units/members/{member.pk}/transfer/").status_code == 404
        with pytest.raises(NotAllowed):
            enter(
                small.villages[0],
                number="M9",
                actor=actor_with(unit=small.city, role="group_head"),
            )


class TestMotion:
    def test_members_of_a_unit_that_ends_belong_to_the_successor_from_that_day_on(self, small):
        ended, into = small.branches[:2]
        member = enter(ended)
        kept = enter(into, number="M2", name="乙某")
        commands.attach_member(
            actor=SYSTEM, membership_id=kept.pk, unit_id=ended.pk, kind="temporary", on=SPRING, at=NOW
        )

        commands.merge_units(actor=SYSTEM, unit_ids=[ended.pk], into_id=into.pk, on=TODAY, reason="并入", at=NOW)

        assert names(into) == ["乙某", "甲某"]
        assert names(ended, on=date(2026, 3, 1)) == ["甲某", "乙某"]
        member.refresh_from_db()
        assert member.ends_on == TODAY
        into.refresh_from_db()
        assert into.member_count == 2
        assert [
            *queries.check_tree(actor=SYSTEM),
            *queries.check_owners(actor=SYSTEM, on=TODAY),
        ] == []


def test_a_list_is_paged_by_key(small):
    for number in range(5):
        enter(small.branches[0], number=f"M{number}", name=f"人{number}")

    first = queries.member_list(actor=SYSTEM, unit_id=small.branches[0].pk, on=TODAY, filters=ALL, size=3)
    rest = queries.member_list(
        actor=SYSTEM, unit_id=small.branches[0].pk, on=TODAY, filters=ALL, size=3, after=first.after
    )

    assert [row.person.name for row in [*first.rows, *rest.rows]] == [f"人{number}" for number in range(5)]
    assert rest.after == ""
