"""However a tree is changed, parent, path, order, depth and closure keep saying the same."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.kernel.errors import InvalidInput
from duban.organisation import commands, queries
from duban.organisation.models import Closure, Unit
from duban.organisation.tests.material import NOW, SYSTEM, TODAY, child, top

pytestmark = pytest.mark.django_db

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "create", "move", "rename", "reorder"]), st.integers(0, 99), st.integers(0, 99)
    ),
    min_size=1,
    max_size=14,
)


def step(kind: str, first: int, second: int) -> None:
    units = list(Unit.objects.order_by("id"))
    one, other = units[first % len(units)], units[second % len(units)]
    try:
        if kind == "create":
            child(one, f"单位{len(units)}")
        elif kind == "move":
            commands.move_unit(actor=SYSTEM, unit_id=one.pk, new_parent_id=other.pk, at=NOW)
        elif kind == "rename":
            commands.rename_unit(actor=SYSTEM, unit_id=one.pk, name=f"改名{first}之{second}", on=TODAY, at=NOW)
        else:
            sisters = list(Unit.objects.filter(parent=one).order_by("place").values_list("pk", flat=True))
            turn = second % (len(sisters) or 1)
            commands.reorder(
                actor=SYSTEM, parent_id=one.pk, unit_ids=[*sisters[turn:], *reversed(sisters[:turn])], at=NOW
            )
    except InvalidInput:
        assert kind in {"move", "rename"}


def by_parents() -> set[tuple[int, int, int]]:
    """Every (ancestor, descendant, depth) by walking up the parents."""
    parents: dict[int, Any] = dict(Unit.objects.values_list("pk", "parent_id"))
    found = set()
    for unit in parents:
        above, depth = unit, 0
        while above is not None:
            found.add((above, unit, depth))
            above, depth = parents[above], depth + 1
            assert depth <= len(parents), "a cycle"
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_changes_keeps_parent_path_and_closure_the_same(steps):
    with transaction.atomic():
        child(top(), "第一单位")
        for one in steps:
            step(*one)

        assert queries.check_tree(actor=SYSTEM) == []
        assert set(Closure.objects.values_list("ancestor_id", "descendant_id", "depth")) == by_parents()
        by_path = {
            (int(above), unit.pk, unit.depth - depth)
            for unit in Unit.objects.all()
            for depth, above in enumerate(unit.path.split("/")[:-1])
        }
        assert by_path == by_parents()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "damage, sentence",
    [
        ("UPDATE organisation_unit SET path = 'x' || path WHERE depth = 1", "have a path"),
        ("UPDATE organisation_unit SET order_path = '000009/' WHERE depth = 1", "order path"),
        ("UPDATE organisation_unit SET depth = 7 WHERE depth = 1", "wrong depth"),
        ("DELETE FROM organisation_closure WHERE depth = 1", "lack ancestors"),
        (
            "INSERT INTO organisation_closure (ancestor_id, descendant_id, depth) SELECT max(id), min(id), 1 FROM organisation_unit",
            "that are none",
        ),
        ("UPDATE organisation_unit SET place = 1 WHERE depth = 1", "share their place"),
        ("UPDATE organisation_unit SET parent_id = (SELECT max(id) FROM organisation_unit) WHERE parent_id IS NULL",
         "cannot be reached"),
    ],
)  # fmt: skip
def test_check_names_each_kind_of_damage(damage, sentence):
    city = top()
    child(city, "市甲局")
    child(city, "市乙局")
    with connection.cursor() as cursor:
        cursor.execute(damage)

    found = queries.check_tree(actor=SYSTEM)

    assert any(sentence in line for line in found), found
