"""Scopes of several grants become one."""

from duban.kernel.authority import Scope, merge_scopes


def test_a_single_unit_that_heads_a_subtree_is_part_of_it() -> None:
    county, village = 12, 40
    merged = merge_scopes([Scope(paths=("1/12/",)), Scope(unit_ids=frozenset({county, village}))])
    assert merged == Scope(paths=("1/12/",), unit_ids=frozenset({village}))


def test_a_path_inside_another_is_dropped() -> None:
    assert merge_scopes([Scope(paths=("1/12/7/",)), Scope(paths=("1/12/",)), Scope()]) == Scope(paths=("1/12/",))
