"""Two askers at once near a cap that refuses: the second one counts what the first one booked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation

from duban.burden import commands
from duban.burden.models import Demand, DemandUnit
from duban.burden.tests.conftest import AT, Cast, make_cast
from duban.kernel.errors import InvalidInput, Refused


@pytest.fixture
def cast(own_database: Any) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Start all acts at the same moment, each in a transaction on a connection of its own."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with translation.override("en"):
            try:
                ready.wait(timeout=20)
                with transaction.atomic():
                    return act()
            except Refused as refusal:
                return refusal
            finally:
                connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_four_fan_outs_at_once_as_many_pass_as_the_cap_bears(cast):
    commands.set_cap(
        actor=cast.head,
        unit_kind="village",
        limits={"requests": 2, "minutes": 1000, "documents": 2, "falling_due": 3},
        effect="refuse",
        at=AT,
    )
    answers = at_once(*[lambda n=number: cast.book(cast.tree.villages, source=f"s{n}") for number in range(4)])
    assert [type(answer) for answer in answers].count(Demand) == 2
    assert [type(answer) for answer in answers].count(InvalidInput) == 2
    assert DemandUnit.objects.filter(unit=cast.village).count() == 2


def test_the_same_thing_booked_twice_at_once_is_one_demand(cast):
    answers = at_once(*[lambda: cast.book(cast.tree.villages, source="the same") for _asker in range(3)])
    assert all(isinstance(answer, Demand) for answer in answers)
    assert Demand.objects.count() == 1
    assert DemandUnit.objects.count() == len(cast.tree.villages)
