"""What two people do at once, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from duban.config.factories import build_tree
from duban.kernel.errors import IllegalStep, InvalidInput, Refused
from duban.organisation import commands, queries
from duban.organisation.models import Membership, Post, Unit
from duban.organisation.tests.material import CITY, LONG_AGO, NOW, SYSTEM, TODAY, as_csv


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each in a connection of its own; return results and refusals."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            with transaction.atomic():
                return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_moves_at_once_never_make_a_cycle(own_database):
    tree = build_tree(counties=2, townships=2, villages=2, departments=1)
    first, second = tree.counties

    for _round in range(5):
        results = at_once(
            lambda: commands.move_unit(actor=SYSTEM, unit_id=first.pk, new_parent_id=second.pk, at=NOW),
            lambda: commands.move_unit(actor=SYSTEM, unit_id=second.pk, new_parent_id=first.pk, at=NOW),
        )

        assert sum(isinstance(result, InvalidInput) for result in results) == 1
        assert queries.check_tree(actor=SYSTEM) == []
        moved = Unit.objects.get(pk__in=[first.pk, second.pk], depth=2)
        commands.move_unit(actor=SYSTEM, unit_id=moved.pk, new_parent_id=tree.city.pk, at=NOW)


def test_units_entered_below_a_unit_that_moves_move_with_it(own_database):
    tree = build_tree(counties=2, townships=2, villages=2, departments=1)
    first, second = tree.counties

    at_once(
        lambda: commands.move_unit(actor=SYSTEM, unit_id=first.pk, new_parent_id=second.pk, at=NOW),
        *(
            lambda number=number: commands.create_unit(
                actor=SYSTEM,
                parent_id=tree.townships[0].pk,
                name=f"新村{number}",
                level="village",
                field="rural",
                kind="village",
                valid_from=TODAY,
                at=NOW,
            )
            for number in range(3)
        ),
    )

    assert Unit.objects.filter(name__startswith="新村").count() == 3
    assert queries.check_tree(actor=SYSTEM) == []


def test_two_principals_at_once_become_one(own_database):
    tree = build_tree(counties=1, townships=1, villages=1, departments=1)
    people = [commands.add_person(actor=SYSTEM, name=name, at=NOW) for name in ("甲某", "乙某", "丙某")]

    at_once(
        *(
            lambda person=person: commands.appoint(
                actor=SYSTEM,
                unit_id=tree.office.pk,
                person_id=person.pk,
                kind="principal",
                starts_on=TODAY,
                at=NOW,
            )
            for person in people
        )
    )

    assert Post.objects.filter(unit=tree.office, kind="principal").count() == 1


def test_a_table_taken_over_twice_at_once_is_taken_over_once(own_database):
    tree = build_tree(counties=1, townships=1, villages=1, departments=1)
    found = commands.receive_import(
        actor=SYSTEM, root_id=tree.city.pk, file_name="units.csv", content=as_csv(CITY[1:2]), at=NOW
    )

    results = at_once(
        *(lambda: commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW) for _twice in range(2))
    )

    assert sum(isinstance(result, IllegalStep) for result in results) == 1
    assert Unit.objects.filter(name=CITY[1][1]).count() == 1
    assert queries.check_tree(actor=SYSTEM) == []


def test_two_people_who_merge_two_units_into_each_other_make_one(own_database):
    tree = build_tree(counties=2, townships=2, villages=2, departments=2)
    first, second = tree.townships[:2]

    results = at_once(*[lambda: _merge(first, second), lambda: _merge(second, first)] * 2)

    assert sum(isinstance(result, list) for result in results) == 1
    assert Unit.objects.filter(pk__in=[first.pk, second.pk], valid_until__isnull=True).count() == 1
    assert [*queries.check_tree(actor=SYSTEM), *queries.check_owners(actor=SYSTEM, on=TODAY)] == []


def test_a_unit_that_moves_or_takes_somebody_in_while_its_parent_ends_is_not_lost(own_database):
    tree = build_tree(counties=2, townships=3, villages=2, departments=2)
    ended, into, other = tree.townships[:3]
    village = Unit.objects.filter(parent=other).order_by("pk").first()
    assert village is not None
    person = commands.add_person(actor=SYSTEM, name="甲某", at=NOW)

    at_once(
        lambda: _merge(ended, into),
        lambda: commands.move_unit(actor=SYSTEM, unit_id=village.pk, new_parent_id=ended.pk, at=NOW),
        lambda: commands.appoint(
            actor=SYSTEM, unit_id=ended.pk, person_id=person.pk, kind="liaison", starts_on=LONG_AGO, at=NOW
        ),
        lambda: commands.enter_member(
            actor=SYSTEM,
            unit_id=ended.pk,
            name="乙某",
            external_id="M1",
            category="farmer",
            starts_on=LONG_AGO,
            at=NOW,
        ),
    )

    assert [*queries.check_tree(actor=SYSTEM), *queries.check_owners(actor=SYSTEM, on=TODAY)] == []


def test_a_member_who_is_moved_twice_at_once_is_in_one_branch(own_database):
    tree = build_tree(counties=2, townships=2, villages=2, departments=2)
    member = commands.enter_member(
        actor=SYSTEM,
        unit_id=tree.branches[0].pk,
        name="甲某",
        external_id="M1",
        category="farmer",
        starts_on=LONG_AGO,
        at=NOW,
    )

    results = at_once(
        *(
            lambda branch=branch: commands.transfer_member(
                actor=SYSTEM, membership_id=member.pk, unit_id=branch.pk, on=TODAY, at=NOW
            )
            for branch in tree.branches[1:4]
        )
    )

    assert sum(isinstance(result, Membership) for result in results) == 1
    assert Membership.objects.filter(person=member.person, ends_on__isnull=True).count() == 1


def _merge(one: Unit, other: Unit) -> list[Unit]:
    return commands.merge_units(actor=SYSTEM, unit_ids=[one.pk], into_id=other.pk, on=TODAY, reason="合并", at=NOW)
