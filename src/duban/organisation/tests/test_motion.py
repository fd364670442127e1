"""Units end, merge and divide: what they held has an owner, and what was stays."""

from datetime import date

import pytest

from duban.config.factories import actor_with, build_tree
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound, Stale
from duban.organisation import commands, queries
from duban.organisation.models import Line, Membership, Post, Unit, UnitSuccession
from duban.organisation.tests.material import LONG_AGO, NOW, SYSTEM, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return build_tree(counties=2, townships=3, villages=3, departments=2)


def merge(into: Unit, *units: Unit, on: date = TODAY, actor=SYSTEM) -> list[Unit]:
    return commands.merge_units(
        actor=actor, unit_ids=[unit.pk for unit in units], into_id=into.pk, on=on, reason="并入", at=NOW
    )


def whole() -> list[str]:
    return [*queries.check_tree(actor=SYSTEM), *queries.check_owners(actor=SYSTEM, on=TODAY)]


def children(unit: Unit) -> list[str]:
    return [child.name for child in queries.children_in_force(actor=SYSTEM, unit_id=unit.pk)]


class TestMerge:
    def test_units_below_move_behind_those_of_the_successor_and_keep_their_order(self, small):
        ended, into = small.townships[0], small.townships[1]
        before, moving = children(into), children(ended)

        merge(into, ended)

        assert children(into) == [*before, *moving]
        assert children(ended) == []
        assert whole() == []

    def test_the_old_unit_stays_with_its_days_and_its_successor(self, small):
        ended, into = small.townships[:2]

        merge(into, ended)

        ended.refresh_from_db()
        assert ended.valid_until == TODAY
        [succession] = queries.successions_of(actor=SYSTEM, unit_id=ended.pk)
        assert (succession.successor_id, succession.kind, succession.is_heir) == (into.pk, "merged", True)
        day_before = date(2026, 3, 1)
        listed = queries.children_of(actor=SYSTEM, unit_id=ended.parent_id, on=day_before)
        assert ended.pk in [row.unit.pk for row in listed]

    def test_posts_end_lines_and_committees_go_on(self, small):
        ended, into, other = small.townships[:3]
        commands.appoint_by_name(
            actor=SYSTEM, unit_id=ended.pk, name="甲某", kind="principal", starts_on=LONG_AGO, at=NOW
        )
        line = commands.add_line(actor=SYSTEM, name="水务系统", at=NOW)
        commands.set_line_lead(actor=SYSTEM, line_id=line.pk, unit_id=ended.pk, at=NOW)
        commands.set_committee(actor=SYSTEM, unit_id=other.pk, committee_id=ended.pk, at=NOW)

        merge(into, ended)

        assert Post.objects.get(unit=ended).ends_on == TODAY
        assert Line.objects.get(pk=line.pk).lead_unit_id == into.pk
        other.refresh_from_db()
        assert other.party_parent_id == into.pk
        assert whole() == []

    def test_several_merge_at_once_and_a_chain_of_mergers_has_one_heir(self, small):
        first, second, third = small.townships[:3]

        merge(third, first, second)
        merge(small.townships[3], third)

        heirs = queries.heirs(actor=SYSTEM)
        assert set(heirs.values()) == {small.townships[3].pk}
        assert set(heirs) == {first.pk, second.pk, third.pk}
        assert whole() == []

    def test_units_of_one_name_are_told_before_anything_moves(self, small):
        ended, into = small.townships[:2]
        village = Unit.objects.filter(parent=ended).first()
        twin = Unit.objects.filter(parent=into).first()
        assert village is not None
        assert twin is not None
        Unit.objects.filter(pk=village.pk).update(name=twin.name)

        with pytest.raises(InvalidInput, match=twin.name):
            merge(into, ended)

        assert not UnitSuccession.objects.exists()

    @pytest.mark.parametrize("which", ["itself", "below", "ended"])
    def test_the_successor_stands_elsewhere_and_exists(self, small, which):
        ended, other = small.townships[:2]
        merge(small.townships[2], other)
        into = {"itself": ended, "below": small.villages[0], "ended": other}[which]

        with pytest.raises(InvalidInput):
            merge(into, ended)

    def test_a_day_to_come_is_refused(self, small):
        with pytest.raises(InvalidInput, match="on its day"):
            merge(small.townships[1], small.townships[0], on=date(2026, 4, 1))

    def test_both_must_be_in_the_actors_part(self, small):
        office = actor_with(unit=small.counties[0], role="county_office")
        reader = actor_with(unit=small.city, role="leading_group_member")

        with pytest.raises(NotFound):
            merge(small.townships[3], small.townships[0], actor=office)
        with pytest.raises(NotAllowed):
            merge(small.townships[1], small.townships[0], actor=reader)

    def test_declared_numbers_of_members_add_up(self, small):
        ended, into = small.townships[:2]
        commands.set_member_count(actor=SYSTEM, unit_id=ended.pk, count=30, at=NOW)
        commands.set_member_count(actor=SYSTEM, unit_id=into.pk, count=12, at=NOW)

        merge(into, ended)

        into.refresh_from_db()
        assert into.member_count == 42


class TestEndWithoutASuccessorNamed:
    def test_the_unit_above_takes_over(self, small):
        ended = small.townships[0]
        moving = children(ended)

        commands.end_unit(actor=SYSTEM, unit_id=ended.pk, valid_until=TODAY, reason="撤销", at=NOW)

        assert set(moving) <= set(children(small.counties[0]))
        assert queries.heirs(actor=SYSTEM) == {ended.pk: small.counties[0].pk}
        assert whole() == []

    def test_a_unit_ends_once(self, small):
        ended = small.townships[0]
        commands.end_unit(actor=SYSTEM, unit_id=ended.pk, valid_until=TODAY, reason="撤销", at=NOW)

        with pytest.raises(InvalidInput, match="ended already"):
            merge(small.townships[1], ended)


class TestSplit:
    def test_each_unit_below_goes_where_it_is_named(self, small):
        divided = small.townships[0]
        below = queries.children_in_force(actor=SYSTEM, unit_id=divided.pk)

        north, south = commands.split_unit(
            actor=SYSTEM,
            unit_id=divided.pk,
            parts=[
                commands.Part(name="北镇", child_ids=(below[0].pk,)),
                commands.Part(name="南镇", child_ids=(below[1].pk, below[2].pk)),
            ],
            on=TODAY,
            reason="分设",
            at=NOW,
        )

        assert children(north) == [below[0].name]
        assert children(south) == [below[1].name, below[2].name]
        assert (north.kind, north.level) == (divided.kind, divided.level)
        assert queries.heirs(actor=SYSTEM) == {divided.pk: north.pk}
        assert whole() == []

    def test_a_unit_added_below_meanwhile_is_not_forgotten(self, small):
        divided = small.townships[0]
        below = queries.children_in_force(actor=SYSTEM, unit_id=divided.pk)

        with pytest.raises(Stale):
            commands.split_unit(
                actor=SYSTEM,
                unit_id=divided.pk,
                parts=[commands.Part(name="北镇", child_ids=(below[0].pk,)), commands.Part(name="南镇")],
                on=TODAY,
                reason="分设",
                at=NOW,
            )


class TestCheckFinds:
    """What is broken on purpose is told."""

    def test_an_end_without_a_successor(self, small):
        Unit.objects.filter(pk=small.branches[0].pk).update(valid_until=TODAY)

        assert any("without a successor" in fault for fault in whole())

    def test_a_post_left_open_in_a_unit_that_ended(self, small):
        ended, into = small.townships[:2]
        merge(into, ended)
        person = commands.add_person(actor=SYSTEM, name="甲某", at=NOW)
        Post.objects.create(unit=ended, person=person, kind="liaison", starts_on=LONG_AGO)

        assert any("(posts)" in fault for fault in whole())
        assert any("outside the days" in fault for fault in whole())

    def test_a_member_left_in_a_unit_that_ended(self, small):
        ended, into = small.townships[:2]
        merge(into, ended)
        person = commands.add_person(actor=SYSTEM, name="甲某", at=NOW)
        Membership.objects.create(unit=ended, person=person, starts_on=LONG_AGO)

        assert any("(members)" in fault for fault in whole())


def test_the_preview_counts_what_goes_where(small):
    ended = small.townships[0]
    commands.appoint_by_name(actor=SYSTEM, unit_id=ended.pk, name="甲某", kind="principal", starts_on=LONG_AGO, at=NOW)

    held = {one.holding.name: one.count for one in queries.holdings_of(actor=SYSTEM, unit_id=ended.pk, on=TODAY)}

    assert (held["units_below"], held["posts"], held["members"]) == (3, 1, 0)
