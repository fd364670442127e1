from datetime import date

import pytest

from duban.audit.models import AuditEvent
from duban.config.factories import actor_with, build_tree
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound, Stale
from duban.organisation import commands, queries
from duban.organisation.models import Closure, Unit, UnitName
from duban.organisation.tests.material import LATER, LONG_AGO, NOW, SYSTEM, TODAY, child, top

pytestmark = pytest.mark.django_db


class TestCreateUnit:
    def test_places_the_unit_last_among_its_sisters_with_path_order_and_closure(self):
        city = top()
        first = child(city, "市甲局")
        second = child(city, "市乙局")

        assert second.path == f"{city.pk}/{second.pk}/"
        assert second.order_path == "000001/000002/"
        assert first.order_path < second.order_path
        assert set(Closure.objects.filter(descendant=second).values_list("ancestor_id", "depth")) == {
            (second.pk, 0),
            (city.pk, 1),
        }
        assert queries.check_tree(actor=SYSTEM) == []

    def test_refuses_a_second_root(self):
        top()

        with pytest.raises(InvalidInput, match="first unit already"):
            top(name="另一市")

    def test_refuses_a_root_from_a_person(self):
        with pytest.raises(NotAllowed):
            commands.create_unit(
                actor=Actor(user_id=1, name="x"),
                parent_id=None,
                name="试验市",
                level="city",
                field="organ",
                kind="top",
                valid_from=LONG_AGO,
                at=NOW,
            )

    def test_refuses_an_unknown_class_and_names_the_field(self):
        city = top()

        with pytest.raises(InvalidInput) as refusal:
            child(city, "市甲局", level="galaxy")

        assert set(refusal.value.fields) == {"level"}

    def test_refuses_the_name_of_a_sister(self):
        city = top()
        child(city, "市甲局")

        with pytest.raises(InvalidInput, match="same place already"):
            child(city, "市甲局")

    def test_is_recorded(self):
        city = top()

        event = AuditEvent.objects.get(verb="unit.create")

        assert (event.object_kind, event.object_id, event.unit_id) == ("unit", city.pk, city.pk)


class TestRenameUnit:
    def test_keeps_the_earlier_name_with_its_days(self):
        city = top()

        commands.rename_unit(actor=SYSTEM, unit_id=city.pk, name="新试验市", on=TODAY, at=NOW)

        assert list(UnitName.objects.order_by("valid_from").values_list("name", "valid_from", "valid_until")) == [
            ("试验市", LONG_AGO, TODAY),
            ("新试验市", TODAY, None),
        ]

    def test_corrects_a_name_given_on_the_same_day(self):
        city = top()
        commands.rename_unit(actor=SYSTEM, unit_id=city.pk, name="笔误市", on=TODAY, at=NOW)

        commands.rename_unit(actor=SYSTEM, unit_id=city.pk, name="新试验市", on=TODAY, at=NOW)

        assert set(UnitName.objects.values_list("name", flat=True)) == {"试验市", "新试验市"}

    def test_refuses_a_form_opened_before_another_change(self):
        city = top()
        commands.set_member_count(actor=SYSTEM, unit_id=city.pk, count=3, at=NOW)

        with pytest.raises(Stale):
            commands.rename_unit(actor=SYSTEM, unit_id=city.pk, name="新试验市", on=TODAY, at=NOW, version=1)


class TestMoveUnit:
    def test_takes_the_whole_subtree_and_keeps_its_order(self):
        tree = build_tree(counties=2, townships=2, villages=3, branches=1, departments=1)
        county, other = tree.counties
        before = [unit.name for unit in tree.below(county)]

        commands.move_unit(actor=SYSTEM, unit_id=county.pk, new_parent_id=other.pk, at=NOW)

        county.refresh_from_db()
        moved = Unit.objects.filter(path__startswith=county.path).exclude(pk=county.pk).order_by("order_path")
        assert [unit.name for unit in moved] == before
        assert county.path.startswith(other.path)
        assert queries.check_tree(actor=SYSTEM) == []

    def test_refuses_a_place_below_the_unit_itself(self):
        tree = build_tree(counties=1, townships=1, villages=1, departments=1)

        for target in (tree.counties[0], tree.villages[0]):
            with pytest.raises(InvalidInput, match="below itself"):
                commands.move_unit(actor=SYSTEM, unit_id=tree.counties[0].pk, new_parent_id=target.pk, at=NOW)

    def test_refuses_to_move_the_root(self):
        tree = build_tree(counties=1, townships=1, villages=1, departments=1)

        with pytest.raises(InvalidInput):
            commands.move_unit(actor=SYSTEM, unit_id=tree.city.pk, new_parent_id=tree.counties[0].pk, at=NOW)

    def test_refuses_a_target_outside_the_actors_scope(self):
        tree = build_tree(counties=2, townships=2, villages=2, departments=1)
        actor = actor_with(unit=tree.counties[0], role="county_office")

        with pytest.raises(NotFound):
            commands.move_unit(actor=actor, unit_id=tree.townships[0].pk, new_parent_id=tree.counties[1].pk, at=NOW)

    def test_refuses_whoever_only_reads(self):
        tree = build_tree(counties=2, townships=2, villages=2, departments=1)
        actor = actor_with(unit=tree.city, role="leading_group_member")

        with pytest.raises(NotAllowed):
            commands.move_unit(actor=actor, unit_id=tree.townships[0].pk, new_parent_id=tree.counties[1].pk, at=NOW)


class TestReorder:
    def test_orders_sisters_with_everything_below_them(self):
        tree = build_tree(counties=3, townships=2, villages=1, departments=0)
        wanted = [unit.pk for unit in reversed(tree.counties)]

        commands.reorder(actor=SYSTEM, parent_id=tree.city.pk, unit_ids=wanted, at=NOW)

        rows = queries.children_of(actor=SYSTEM, unit_id=tree.city.pk, on=TODAY)
        assert [row.unit.pk for row in rows] == wanted
        listed = queries.unit_list(actor=SYSTEM, filters=queries.UnitFilters(kind="township"), on=TODAY).rows
        assert [row.unit.parent_id for row in listed] == [pk for pk in wanted for _twice in range(2)]
        assert queries.check_tree(actor=SYSTEM) == []

    def test_the_order_is_kept_when_the_parent_moves(self):
        tree = build_tree(counties=2, townships=3, villages=1, departments=0)
        sisters = [unit for unit in tree.townships if unit.parent_id == tree.counties[0].pk]
        wanted = [sisters[2].pk, sisters[0].pk, sisters[1].pk]
        commands.reorder(actor=SYSTEM, parent_id=tree.counties[0].pk, unit_ids=wanted, at=NOW)

        commands.move_unit(actor=SYSTEM, unit_id=tree.counties[0].pk, new_parent_id=tree.counties[1].pk, at=NOW)

        rows = queries.children_of(actor=SYSTEM, unit_id=tree.counties[0].pk, on=TODAY)
        assert [row.unit.pk for row in rows] == wanted

    def test_refuses_when_a_sister_was_added_meanwhile(self):
        tree = build_tree(counties=3, townships=1, villages=1, departments=0)

        with pytest.raises(Stale):
            commands.reorder(actor=SYSTEM, parent_id=tree.city.pk, unit_ids=[tree.counties[0].pk], at=NOW)


class TestEndUnit:
    def test_ends_its_posts_and_leaves_lists_from_that_day_on(self):
        city = top()
        office = child(city, "市甲局")
        commands.appoint_by_name(
            actor=SYSTEM, unit_id=office.pk, name="甲某", kind="principal", starts_on=LONG_AGO, at=NOW
        )

        commands.end_unit(actor=SYSTEM, unit_id=office.pk, valid_until=TODAY, reason="合并", at=NOW)

        assert queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=TODAY) == []
        assert queries.children_of(actor=SYSTEM, unit_id=city.pk, on=TODAY) == []
        day_before = date(2026, 3, 1)
        assert [row.unit.pk for row in queries.children_of(actor=SYSTEM, unit_id=city.pk, on=day_before)] == [office.pk]

    def test_refuses_without_a_reason(self):
        office = child(top(), "市甲局")

        with pytest.raises(InvalidInput, match="reason"):
            commands.end_unit(actor=SYSTEM, unit_id=office.pk, valid_until=TODAY, reason=" ", at=NOW)


class TestDescribe:
    def test_a_unit_states_its_own_special_conditions(self):
        office = child(top(), "市甲局")
        own = Scope(unit_ids=frozenset({office.pk}))
        actor = Actor(user_id=1, name="x", scopes={"unit.view": own, "unit.describe": own})

        commands.set_special_conditions(actor=actor, unit_id=office.pk, text="汛期值守", at=NOW)

        assert queries.unit_sheet(actor=actor, unit_id=office.pk, on=TODAY).unit.special_conditions == "汛期值守"
        with pytest.raises(NotAllowed):
            commands.rename_unit(actor=actor, unit_id=office.pk, name="市乙局", on=TODAY, at=NOW)

    def test_the_class_is_level_field_and_kind_with_rank_and_line(self):
        office = child(top(), "市甲局")
        line = commands.add_line(actor=SYSTEM, name="教育系统", at=NOW)
        commands.set_line_lead(actor=SYSTEM, line_id=line.pk, unit_id=office.pk, at=NOW)

        unit = commands.set_class(
            actor=SYSTEM,
            unit_id=office.pk,
            level="county",
            field="education",
            kind="affiliated",
            rank="division",
            line_id=line.pk,
            at=NOW,
        )

        assert (unit.level, unit.field, unit.kind, unit.rank, unit.line_id) == (
            "county",
            "education",
            "affiliated",
            "division",
            line.pk,
        )
        assert queries.lines(actor=SYSTEM)[0].lead_unit_id == office.pk

    def test_the_responsible_committee_may_differ_from_the_unit_above(self):
        city = top()
        office, committee = child(city, "市甲局"), child(city, "市直机关工委")
        assert queries.unit_sheet(actor=SYSTEM, unit_id=office.pk, on=TODAY).committee == city

        commands.set_committee(actor=SYSTEM, unit_id=office.pk, committee_id=committee.pk, at=NOW)

        assert queries.unit_sheet(actor=SYSTEM, unit_id=office.pk, on=TODAY).committee == committee

    def test_a_code_names_one_unit_only(self):
        city = top()
        office, other = child(city, "市甲局"), child(city, "市乙局")
        commands.set_external_id(actor=SYSTEM, unit_id=office.pk, scheme="名册", value="0012", at=NOW)

        with pytest.raises(InvalidInput, match="Another unit"):
            commands.set_external_id(actor=SYSTEM, unit_id=other.pk, scheme="名册", value="0012", at=LATER)
