from datetime import date

import pytest

from duban.audit.models import AuditEvent
from duban.config.factories import actor_with, build_tree
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.organisation import commands, queries
from duban.organisation.models import Person, Post, Unit
from duban.organisation.tests.material import LATER, LONG_AGO, NOW, SYSTEM, TODAY, child, top

pytestmark = pytest.mark.django_db
IN_JUNE = date(2026, 6, 1)


@pytest.fixture
def office():
    return child(top(), "市甲局", rank="division")


def appoint(unit: Unit, person: Person, kind: str = "principal", starts_on: date = LONG_AGO, **given) -> Post:
    return commands.appoint(
        actor=SYSTEM, unit_id=unit.pk, person_id=person.pk, kind=kind, starts_on=starts_on, at=NOW, **given
    )


def person(name: str) -> Person:
    return commands.add_person(actor=SYSTEM, name=name, at=NOW)


class TestAppoint:
    def test_a_new_principal_ends_the_former_on_that_day(self, office):
        former = appoint(office, person("甲某"))
        appoint(office, person("乙某"), starts_on=TODAY)

        former.refresh_from_db()
        assert former.ends_on == TODAY
        names = {
            day: [post.person.name for post in queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=day)]
            for day in (date(2026, 3, 1), TODAY)
        }
        assert names == {date(2026, 3, 1): ["甲某"], TODAY: ["乙某"]}

    def test_refuses_a_second_principal_where_one_of_a_later_day_is_entered(self, office):
        appoint(office, person("甲某"), starts_on=IN_JUNE)

        with pytest.raises(InvalidInput, match="later day is entered already"):
            appoint(office, person("乙某"), starts_on=TODAY)

        assert Post.objects.count() == 1

    def test_corrects_a_principal_entered_on_the_same_day(self, office):
        appoint(office, person("笔误"), starts_on=TODAY)
        appoint(office, person("乙某"), starts_on=TODAY)

        assert [post.person.name for post in Post.objects.all()] == ["乙某"]
        assert AuditEvent.objects.filter(verb="post.correct").exists()

    def test_keeps_a_deputy_with_the_field_in_charge_beside_the_principal(self, office):
        appoint(office, person("甲某"))
        appoint(office, person("丙某"), kind="deputy", field_in_charge="意识形态")

        posts = queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=TODAY)

        assert [(post.kind, post.field_in_charge) for post in posts] == [("principal", ""), ("deputy", "意识形态")]
        chain = queries.chain_of_responsibility(actor=SYSTEM, unit_id=office.pk, on=TODAY)
        assert chain[-1].principal is not None
        assert chain[-1].principal.person.name == "甲某"

    def test_refuses_the_principal_as_own_deputy(self, office):
        somebody = person("甲某")
        appoint(office, somebody)

        with pytest.raises(InvalidInput, match="own deputy"):
            appoint(office, somebody, kind="deputy")

    def test_a_deputy_who_becomes_principal_is_deputy_no_longer(self, office):
        somebody = person("甲某")
        deputy = appoint(office, somebody, kind="deputy")
        appoint(office, somebody, starts_on=TODAY)

        deputy.refresh_from_db()
        assert deputy.ends_on == TODAY

    def test_refuses_a_day_before_the_unit_exists(self, office):
        with pytest.raises(InvalidInput, match="does not exist"):
            appoint(office, person("甲某"), starts_on=date(2019, 12, 31))

    def test_by_name_finds_who_holds_a_post_in_the_unit_and_otherwise_enters_somebody_new(self, office):
        for unit_id, kind in ((office.pk, "deputy"), (office.pk, "liaison"), (office.parent_id, "liaison")):
            commands.appoint_by_name(actor=SYSTEM, unit_id=unit_id, name="丙某", kind=kind, starts_on=LONG_AGO, at=NOW)

        assert Person.objects.filter(name="丙某").count() == 2

    def test_writes_no_name_into_the_record(self, office):
        commands.appoint_by_name(
            actor=SYSTEM, unit_id=office.pk, name="丁某某", kind="liaison", starts_on=LONG_AGO, at=NOW
        )

        assert not [event for event in AuditEvent.objects.all() if "丁某某" in event.payload]

    def test_a_county_cannot_appoint_somebody_it_does_not_know(self):
        tree = build_tree(counties=2, townships=1, villages=1, departments=1)
        somebody, newcomer = person("甲某"), person("乙某")
        appoint(tree.counties[1], somebody)
        actor = actor_with(unit=tree.counties[0], role="county_office")

        with pytest.raises(NotFound):
            queries.get_person(actor=actor, person_id=somebody.pk)
        assert queries.get_person(actor=actor, person_id=newcomer.pk) == newcomer


class TestEndPost:
    def test_ends_a_liaison(self, office):
        post = appoint(office, person("甲某"), kind="liaison")

        commands.end_post(actor=SYSTEM, post_id=post.pk, ends_on=TODAY, at=LATER)

        assert queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=TODAY) == []

    def test_refuses_to_leave_a_unit_without_a_principal(self, office):
        post = appoint(office, person("甲某"))

        with pytest.raises(InvalidInput, match="always has a principal"):
            commands.end_post(actor=SYSTEM, post_id=post.pk, ends_on=TODAY, at=LATER)

    def test_refuses_somebody_of_another_county(self):
        tree = build_tree(counties=2, townships=1, villages=1, departments=1)
        post = appoint(tree.counties[0], person("甲某"), kind="liaison")
        actor = actor_with(unit=tree.city, role="leading_group_member")

        with pytest.raises(NotAllowed):
            commands.end_post(actor=actor, post_id=post.pk, ends_on=TODAY, at=LATER)


def test_numbers_count_organisations_members_and_leaders_for_scope_and_day(office):
    city = Unit.objects.get(pk=office.parent_id)
    commands.set_member_count(actor=SYSTEM, unit_id=office.pk, count=46, at=NOW)
    child(city, "市委班子", kind="leadership_team", rank="division")
    appoint(office, person("甲某"))
    appoint(office, person("丙某"), kind="deputy", rank="division", starts_on=TODAY)
    appoint(office, person("丁某"), kind="deputy")

    on_the_day = queries.count_organisations(actor=SYSTEM, on=TODAY, unit_id=city.pk)
    the_day_before = queries.count_organisations(actor=SYSTEM, on=date(2026, 3, 1), unit_id=city.pk)

    assert (on_the_day.units, on_the_day.organisations, on_the_day.members, on_the_day.leaders) == (3, 1, 46, 2)
    assert the_day_before.leaders == 1
