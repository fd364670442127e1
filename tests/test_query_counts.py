"""Each page asks the database a fixed number of questions, however many rows there are."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from duban.accounts.models import User
from duban.config import factories
from duban.config.query_counts import QueryCounts
from tests.matrix import ADDRESSES, Row, World, argument, build_world, read_table, value

# The first of these roles that may open a page is the one whose questions are counted.
TRIED = ("office_head", "county_office", "unit_liaison", "system_admin", "security_admin", "audit_admin")


def _role(row: Row) -> str | None:
    return next((role for role in TRIED if row.status(side="own", role=role) == 200), None)


PAGES = [row for row in read_table().values() if row.method == "GET" and _role(row) is not None]
NAMESPACES = sorted({row.name.rpartition(":")[0] for row in PAGES})


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_page_asks_a_fixed_number_of_questions(namespace: str, db: None, query_counts: QueryCounts) -> None:
    world = build_world()
    _add_rows(world)
    rows = [row for row in PAGES if row.name.rpartition(":")[0] == namespace]
    users = {_label(row): _user(world, row) for row in rows}
    clients = {user: Client() for user in users.values()}
    for user, client in clients.items():
        client.force_login(user)
    opened = [(_label(row), clients[users[_label(row)]], _address(world, row), _data(world, row)) for row in rows]
    for name, client, address, data in opened:
        # The first request fills what a process keeps.
        _open(client, address, data)
        with query_counts(name):
            _open(client, address, data)
    _add_rows(world)
    for name, client, address, data in opened:
        # The same number again: no question per row.
        with query_counts(name):
            _open(client, address, data)


def _label(row: Row) -> str:
    """Return the name of the page, with what tells two ways of opening it apart."""
    return row.key.split(" ", 1)[1]


def _user(world: World, row: Row) -> User:
    role = _role(row)
    assert role is not None
    return (world.at_top if role in row.at_top else world.accounts)[role].user


def _address(world: World, row: Row) -> str:
    return reverse(row.name, kwargs={name: argument(world, row, "own", name) for name in ADDRESSES[row.name].arguments})


def _data(world: World, row: Row) -> dict[str, Any]:
    return {name: value(world, "own", each) for name, each in row.data.items()}


def _open(client: Client, address: str, data: dict[str, Any]) -> None:
    response = client.get(address, data)
    assert response.status_code == 200
    # A streamed answer asks while it is read.
    response.getvalue()


def _add_rows(world: World) -> None:
    campaign, county = world.things["own"]["campaign"], world.things["own"]["county"]
    villages = [unit for unit in world.tree.below(county) if unit in world.tree.villages]
    for start in range(0, 40, 4):
        factories.make_work(campaign=campaign, assigner=county, units=villages[start : start + 5])
        factories.make_person_with_account(unit=villages[start], role="member")
