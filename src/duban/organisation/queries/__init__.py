"""Reading units, people and posts."""

from duban.organisation.queries.consistency import check_tree
from duban.organisation.queries.imports import faults_of_import, get_import, register_below, visible_imports
from duban.organisation.queries.lists import (
    UnitFilters,
    UnitRow,
    children_of,
    filter_words,
    filtered_units,
    search_units,
    unit_list,
)
from duban.organisation.queries.numbers import Numbers, count_organisations
from duban.organisation.queries.people import (
    get_person,
    get_post,
    person_of_user,
    posts_of_person,
    posts_of_unit,
    posts_on,
    principals_of,
    units_of_people,
)
from duban.organisation.queries.sheets import Link, UnitSheet, chain_of_responsibility, unit_sheet
from duban.organisation.queries.units import (
    ancestors,
    get_line,
    get_unit,
    in_force,
    lines,
    scope_filter,
    top_unit,
    units_where,
    visible_units,
)

__all__ = [
    "Link",
    "Numbers",
    "UnitFilters",
    "UnitRow",
    "UnitSheet",
    "ancestors",
    "chain_of_responsibility",
    "check_tree",
    "children_of",
    "count_organisations",
    "faults_of_import",
    "filter_words",
    "filtered_units",
    "get_import",
    "get_line",
    "get_person",
    "get_post",
    "get_unit",
    "in_force",
    "lines",
    "person_of_user",
    "posts_of_person",
    "posts_of_unit",
    "posts_on",
    "principals_of",
    "register_below",
    "scope_filter",
    "search_units",
    "top_unit",
    "unit_list",
    "unit_sheet",
    "units_of_people",
    "units_where",
    "visible_imports",
    "visible_units",
]
