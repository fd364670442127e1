"""
Every address × every role × {own, sibling}: who gets which status.

The tables are permission_matrix/*.toml. `UPDATE_PERMISSION_MATRIX=1` writes down what happens; each line is then read by a
person before it is kept.
"""

import json
import os
from collections.abc import Mapping
from copy import copy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from duban.config.roles import ROLES
from tests.matrix import (
    ADDRESSES,
    METHODS,
    SEATS,
    STRANGER,
    Row,
    World,
    argument,
    build_world,
    grouped,
    read_table,
    value,
)

IS_UPDATE = os.environ.get("UPDATE_PERMISSION_MATRIX") == "1"
NAMESPACES = sorted({name.rpartition(":")[0] for name in ADDRESSES})
# The audit administrator sits at the top and has no siblings.
SEES_ALL = {"audit_admin"}
# Of a campaign that one has no part in they are empty, as of a campaign that does not exist.
EMPTY_LISTS = {"GET api-1:list_documents", "GET api-1:list_tasks", "GET api-1:wanted", "GET api-1:list_matters"}
# The description of the REST interface comes with its library, which answers any method with the same text.
ONLY_READ = {"api-1:openapi-json", "api-1:api-root"}


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    """One browser for each role, signed in, and one for a stranger."""
    found = {STRANGER: Client(raise_request_exception=False)}
    for role, account in world.accounts.items():
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(account.user)
    return found


def test_the_trial_knows_every_role() -> None:
    assert set(SEATS) == set(ROLES)


def test_every_address_has_a_row() -> None:
    named = {row.name for row in read_table().values()}
    assert named - set(ADDRESSES) == set(), "a row without an address"
    # The REST interface has two names for one route that can be read and posted to.
    routes = {ADDRESSES[name].route for name in named}
    assert {name for name, address in ADDRESSES.items() if address.route not in routes} == set(), "no row for it"


def test_the_tree_is_deep_and_wide(world: World) -> None:
    assert len({unit.depth for unit in world.tree.units}) >= 5
    assert len(world.tree.units) >= 500


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_role_gets_exactly_its_due(namespace: str, world: World, clients: dict[str, Client]) -> None:
    table = read_table()
    surprises = []
    for row in table.values():
        if row.name.rpartition(":")[0] != namespace:
            continue
        seen = {side: _try(world, clients, row, side) for side in row.expected}
        if IS_UPDATE:
            _keep(row, seen)
            continue
        surprises += [
            f"{row.key}, {side}: {role} gets {status}, expected {row.status(side=side, role=role)}"
            for side, statuses in seen.items()
            for role, status in statuses.items()
            if status != row.status(side=side, role=role) or status >= 500
        ]
    assert not surprises, "\n".join(surprises)


@pytest.mark.parametrize("method", METHODS)
def test_what_has_no_row_does_not_answer(method: str, world: World, clients: dict[str, Client]) -> None:
    table = read_table()
    listed = {(row.method, ADDRESSES[row.name].route) for row in table.values()}
    answering = []
    for name, address in ADDRESSES.items():
        if (method, address.route) in listed or name in ONLY_READ:
            continue
        known = next((row.arguments for row in table.values() if row.name == name), {})
        row = Row(key=f"{method} {name}", arguments=known, data={}, expected={})
        statuses = _try(world, {role: clients[role] for role in ("office_head",)}, row, "own")
        answering += [f"{row.key} answers {status}" for status in statuses.values() if status != 405]
    assert not answering, "\n".join(answering)


def test_nobody_reaches_a_sibling() -> None:
    """Nothing outside one's own units answers, and no refusal tells that it exists."""
    reached = [
        f"{row.key}: {roles} get {status}"
        for row in read_table().values()
        for status, roles in row.expected.get("sibling", {}).items()
        if status != "404" and set(roles) - {STRANGER, *SEES_ALL} and row.key not in EMPTY_LISTS
    ]
    assert not reached, "\n".join(reached)


def _try(world: World, clients: Mapping[str, Client], row: Row, side: str) -> dict[str, int]:
    arguments = ADDRESSES[row.name].arguments
    address = reverse(row.name, kwargs={name: argument(world, row, side, name) for name in arguments})
    # All that belongs to the siblings bears the name of their county.
    hidden = world.things["sibling"]["county"].name.encode()
    seen = {}
    for role, client in clients.items():
        # The values are made afresh for each: a file is read only once.
        data = {name: value(world, side, each) for name, each in row.data.items()}
        if role in row.at_top:
            client = Client(raise_request_exception=False)
            client.force_login(world.at_top[role].user)
        status, body = _ask(client, row.method, address, data)
        assert role in SEES_ALL or hidden not in body, f"{row.key}, {side}: {role} reads of the siblings"
        seen[role] = status
    return seen


def _ask(client: Client, method: str, address: str, data: dict[str, Any]) -> tuple[int, bytes]:
    # Nothing remains, not even a changed cookie: the next row must find the same state.
    cookies = copy(client.cookies)
    with transaction.atomic():
        if method == "GET":
            response = client.get(address, data)
        elif method == "POST" and not address.startswith("/api/"):
            response = client.post(address, data)
        else:
            response = client.generic(method, address, json.dumps(data), content_type="application/json")
        # Files are sent, and closed, while the answer is read.
        body = response.getvalue()
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, body


def _keep(row: Row, seen: Mapping[str, Mapping[str, int]]) -> None:
    """Rewrite the lines of one row in place; the order and the comments of the file stay."""
    lines, inside, kept = row.file.read_text().splitlines(), False, []
    for line in lines:
        if line.startswith("["):
            inside = line == f'["{row.key}"]'
        side = line.split(" = ")[0]
        if inside and side in seen:
            cells = ", ".join(f"{status} = {roles}" for status, roles in grouped(seen[side]).items())
            line = f"{side} = {{ {cells} }}".replace("'", '"')
        kept.append(line)
    row.file.write_text("\n".join(kept) + "\n")
