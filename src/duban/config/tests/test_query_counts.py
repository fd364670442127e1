"""The golden query counts and the shared fixtures."""

import json
from pathlib import Path

import pytest
from django.db import connection

from duban.access.states import Reach
from duban.config import factories, query_counts
from duban.config.fixtures import Noise
from duban.organisation.models import Closure, Unit
from duban.tasks.models import Task


def test_a_kept_number_passes_and_another_prints_every_query(tmp_path: Path) -> None:
    path = tmp_path / "query_counts.json"
    path.write_text(json.dumps({"a": 1}))
    query_counts._compare(path=path, key="a", asked=["SELECT 1"])
    with pytest.raises(pytest.fail.Exception, match=r"2 queries, 1 expected(.|\n)*1\. SELECT 1\n  2\. SELECT 2"):
        query_counts._compare(path=path, key="a", asked=["SELECT 1", "SELECT 2"])
    with pytest.raises(pytest.fail.Exception, match="no number is kept yet"):
        query_counts._compare(path=path, key="b", asked=[])


def test_a_new_number_is_written_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "query_counts.json"
    for key, count in (("b", 2), ("a", 1), ("b", 3)):
        query_counts._write(path=path, key=key, count=count)
    assert list(json.loads(path.read_text()).items()) == [("a", 1), ("b", 3)]


def test_the_tree_has_five_levels_and_its_closure(tree: factories.Tree) -> None:
    units = tree.units
    assert len(units) == Unit.objects.count() >= 500
    assert {unit.depth for unit in units} == {0, 1, 2, 3, 4}
    assert Closure.objects.count() == sum(unit.depth + 1 for unit in units)
    assert [unit.pk for unit in units] == list(Unit.objects.order_by("order_path").values_list("pk", flat=True))
    village = tree.villages[0]
    assert [unit.parent_id for unit in tree.below(village)] == [village.pk]


def test_an_actor_holds_the_role_there_and_nowhere_else(tree: factories.Tree) -> None:
    home, sibling, *_others = tree.counties
    actor = factories.actor_with(unit=home, role="county_office")
    assert actor.scope("task.assign").covers(home)
    assert not actor.scope("task.assign").covers(sibling)
    listed = factories.actor_with(unit=home, role="group_member", reach=Reach.LISTED, listed=tree.villages[:2])
    assert listed.scope("task.view").unit_ids == {unit.pk for unit in tree.villages[:2]}


def test_noise_stays_in_the_last_county(tree: factories.Tree, noise: Noise) -> None:
    county = tree.counties[-1]
    assert noise.work
    assert Task.objects.count() == Task.objects.filter(unit__path__startswith=county.path).count() > 0
    assert connection.in_atomic_block
