from datetime import date

import pytest

from duban.config.factories import actor_with, build_tree
from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation import commands, queries
from duban.organisation.models import Unit
from duban.organisation.queries import UnitFilters
from duban.organisation.tests.material import NOW, SYSTEM, TODAY

pytestmark = pytest.mark.django_db


def names(page) -> list[str]:
    return [row.unit.name for row in page.rows]


class TestScope:
    def test_a_county_sees_its_own_subtree_of_a_large_tree_and_nothing_else(self):
        tree = build_tree()
        assert len(tree.units) > 500
        assert max(unit.depth for unit in tree.units) >= 4
        county = tree.counties[1]
        actor = actor_with(unit=county, role="county_office")
        own = [county.pk, *(unit.pk for unit in tree.below(county))]

        seen, after = [], ""
        while True:
            page = queries.unit_list(actor=actor, filters=UnitFilters(), on=TODAY, after=after)
            seen += [row.unit.pk for row in page.rows]
            after = page.after
            if not after:
                break

        assert seen == own
        assert queries.count_units(actor=actor, filters=UnitFilters(), on=TODAY) == len(own)
        assert queries.count_organisations(actor=actor, on=TODAY).units == len(own)
        assert [row.unit.pk for row in queries.exported_rows(actor=actor, filters=UnitFilters(), on=TODAY)] == own
        with pytest.raises(NotFound):
            queries.unit_sheet(actor=actor, unit_id=tree.city.pk, on=TODAY)
        with pytest.raises(NotFound):
            queries.unit_list(actor=actor, filters=UnitFilters(below=tree.counties[0].pk), on=TODAY)

    def test_the_chain_of_responsibility_reaches_above_the_scope(self):
        tree = build_tree()
        village = tree.villages[20]
        commands.appoint_by_name(
            actor=SYSTEM, unit_id=tree.city.pk, name="甲某", kind="principal", starts_on=TODAY, at=NOW
        )
        actor = actor_with(unit=village, role="branch_secretary")

        chain = queries.chain_of_responsibility(actor=actor, unit_id=village.pk, on=TODAY)

        assert [link.unit.depth for link in chain] == [0, 1, 2, 3]
        assert chain[0].principal is not None
        assert chain[0].principal.person.name == "甲某"

    def test_a_group_with_listed_units_sees_those_only(self):
        tree = build_tree()
        listed = [tree.villages[3], tree.townships[7]]
        actor = actor_with(unit=tree.office, role="group_member", reach="listed", listed=listed)

        page = queries.unit_list(actor=actor, filters=UnitFilters(), on=TODAY)

        assert {row.unit.pk for row in page.rows} == {unit.pk for unit in listed}
        assert all(row.children == 0 for row in page.rows)


class TestFilters:
    def test_lists_are_narrowed_by_level_field_kind_and_rank(self):
        tree = build_tree(counties=2, townships=2, villages=2, departments=3)

        def found(**given) -> set[int]:
            return set(
                queries.filtered_units(actor=SYSTEM, filters=UnitFilters(**given), on=TODAY).values_list(
                    "pk", flat=True
                )
            )

        assert found(level="county") == {unit.pk for unit in tree.counties}
        assert found(kind="township") == {unit.pk for unit in tree.townships}
        assert found(field="rural", kind="village") == {unit.pk for unit in tree.villages}
        assert found(rank="division") == {unit.pk for unit in [*tree.counties, *tree.departments]}
        assert found(rank="none", level="city") == {tree.city.pk}
        with pytest.raises(InvalidInput):
            found(level="galaxy")

    def test_units_are_found_by_two_characters_of_their_name_and_by_their_code(self):
        tree = build_tree(counties=1, townships=1, villages=3, departments=1)
        commands.set_external_id(actor=SYSTEM, unit_id=tree.villages[1].pk, scheme="名册", value="0012", at=NOW)

        assert queries.search_units(actor=SYSTEM, words="0012", on=TODAY) == [tree.villages[1]]
        assert queries.search_units(actor=SYSTEM, words="２村", on=TODAY)[0] == tree.villages[1]
        assert queries.search_units(actor=SYSTEM, words="没有", on=TODAY) == []

    def test_a_list_of_a_past_day_shows_the_units_of_that_day(self):
        tree = build_tree(counties=2, townships=0, villages=0, departments=1)
        commands.end_unit(actor=SYSTEM, unit_id=tree.counties[0].pk, valid_until=TODAY, reason="合并", at=NOW)

        then = queries.unit_list(actor=SYSTEM, filters=UnitFilters(level="county"), on=date(2026, 3, 1))
        now = queries.unit_list(actor=SYSTEM, filters=UnitFilters(level="county"), on=TODAY)

        assert (len(then.rows), len(now.rows)) == (2, 1)

    def test_pages_follow_one_another_without_gap_or_repetition(self):
        tree = build_tree(counties=2, townships=2, villages=3, departments=2)
        seen, after = [], ""
        while True:
            page = queries.unit_list(actor=SYSTEM, filters=UnitFilters(), on=TODAY, after=after, size=7)
            seen += names(page)
            after = page.after
            if not after:
                break

        assert seen == [unit.name for unit in Unit.objects.order_by("order_path")]
        assert len(seen) == len(tree.units)


def test_a_unit_meant_by_a_name_must_be_one():
    tree = build_tree(counties=1, townships=1, villages=1, departments=1)

    found = queries.unit_named(actor=SYSTEM, text=tree.townships[0].name, on=TODAY)

    assert found == tree.townships[0]
    with pytest.raises(InvalidInput, match="No unit"):
        queries.unit_named(actor=SYSTEM, text="无此镇", on=TODAY)
