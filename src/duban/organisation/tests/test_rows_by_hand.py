"""Rows of statements written by hand."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from duban.config.factories import Tree
from duban.kernel.rows import Part, columns_of, cut_up
from duban.organisation.models import Unit

pytestmark = pytest.mark.django_db


def test_a_row_is_cut_up_into_its_tables(tree: Tree, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    unit, parent = Part(Unit, "unit"), Part(Unit, "parent", "id", "name")
    assert (len(unit), len(parent)) == (len(columns_of(Unit)), 2)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {unit.sql}, {parent.sql} FROM organisation_unit AS unit"
            " LEFT JOIN organisation_unit AS parent ON parent.id = unit.parent_id"
            " WHERE unit.id = ANY(%s) ORDER BY unit.depth",
            [[tree.city.pk, tree.counties[0].pk]],
        )
        (city, nobody), (county, above) = [cut_up(row, unit, parent) for row in cursor.fetchall()]
    assert nobody is None
    with django_assert_num_queries(0):
        assert (city, county, above) == (tree.city, tree.counties[0], tree.city)
        assert (county.path, above.name) == (tree.counties[0].path, tree.city.name)
    with django_assert_num_queries(1):
        assert above.path == tree.city.path, "what was left out is read when somebody asks for it"
