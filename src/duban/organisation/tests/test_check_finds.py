"""`duban check` names each way in which units in motion, posts and members can disagree: each is broken here on purpose."""

import psycopg
import pytest
from django.db import connection

from duban.config.factories import build_tree
from duban.config.testing import Database
from duban.organisation import commands, queries
from duban.organisation.models import Person, Post
from duban.organisation.tests.material import LONG_AGO, NOW, SYSTEM, TODAY

# The unit that ended, its heir, and a branch with a member and a principal.
DAMAGE = [
    ("UPDATE organisation_unit SET valid_until = '2026-01-01' WHERE id = %(village)s", "ended without a successor"),
    ("UPDATE organisation_unit SET valid_until = NULL WHERE id = %(gone)s", "have a successor and have not ended"),
    (
        (
            "WITH ended AS (UPDATE organisation_unit SET valid_until = '2026-01-01' WHERE id = %(heir)s)"
            " INSERT INTO organisation_unitsuccession (unit_id, successor_id, kind, is_heir, from_day, reason)"
            " VALUES (%(heir)s, %(gone)s, 'ended', true, '2026-01-01', '')"
        ),
        "nobody in force has their work",
    ),
    ("UPDATE organisation_unit SET parent_id = %(gone)s WHERE id = %(branch)s", "go on below a unit that has ended"),
    (
        (
            "INSERT INTO organisation_unitname (unit_id, name, valid_from) VALUES"
            " (%(branch)s, 'a', '2020-02-01'), (%(branch)s, 'b', '2020-03-01')"
        ),
        "names whose days overlap",
    ),
    ("UPDATE organisation_post SET starts_on = '1990-01-01'", "posts lie outside the days"),
    ("UPDATE organisation_membership SET starts_on = '1990-01-01'", "memberships lie outside the days"),
    ("UPDATE organisation_membership SET kind = 'floating'", "belong to no branch"),
    ("UPDATE organisation_unit SET member_count = 7 WHERE id = %(branch)s", "another number of members"),
]
# What no connection of the application can do: the constraint has to be taken away first.
HELD = [
    (
        "organisation_membership",
        "membership_one_branch_at_a_time",
        (
            "INSERT INTO organisation_membership (person_id, unit_id, kind, category, participation, starts_on)"
            " SELECT person_id, %(village)s, kind, category, participation, starts_on FROM organisation_membership"
        ),
        "belong to several branches at once",
    ),
    (
        "organisation_post",
        "post_one_principal_at_a_time",
        (
            "INSERT INTO organisation_post (unit_id, person_id, kind, title, field_in_charge, rank, starts_on)"
            " SELECT unit_id, person_id, kind, title, field_in_charge, rank, starts_on FROM organisation_post"
        ),
        "two principals on one day",
    ),
]


def places() -> dict[str, int]:
    tree = build_tree(counties=1, townships=1, villages=3, departments=2)
    branch, gone, heir = tree.branches[0], tree.branches[1], tree.branches[2]
    commands.enter_member(
        actor=SYSTEM, unit_id=branch.pk, name="甲某", external_id="M1", category="farmer", starts_on=LONG_AGO, at=NOW
    )
    Post.objects.create(unit=branch, person=Person.objects.create(name="严守一"), kind="principal", starts_on=LONG_AGO)
    commands.merge_units(actor=SYSTEM, unit_ids=[gone.pk], into_id=heir.pk, on=TODAY, reason="并入", at=NOW)
    assert found() == []
    return {"branch": branch.pk, "gone": gone.pk, "heir": heir.pk, "village": tree.villages[0].pk}


def found() -> list[str]:
    return [*queries.check_tree(actor=SYSTEM), *queries.check_owners(actor=SYSTEM, on=TODAY)]


@pytest.mark.django_db
@pytest.mark.parametrize("damage, sentence", DAMAGE)
def test_damage_to_what_moved_is_named(damage: str, sentence: str) -> None:
    given = places()
    with connection.cursor() as cursor:
        cursor.execute(damage, given)
    assert any(sentence in line for line in found()), found()


@pytest.mark.parametrize("table, constraint, damage, sentence", HELD)
def test_damage_that_a_constraint_would_refuse_is_named_too(
    own_database: Database, table: str, constraint: str, damage: str, sentence: str
) -> None:
    given = places()
    with pytest.raises(Exception, match=constraint), connection.cursor() as cursor:
        cursor.execute(damage, given)
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        owner.execute(damage, given)

    assert any(sentence in line for line in found()), found()
