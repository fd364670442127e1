"""
Every address × every role × {own, sibling}: who gets which status.

The table is permission_matrix.toml. `UPDATE_PERMISSION_MATRIX=1` writes down what happens; each line is then read by a
person before it is kept.
"""

import os
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from duban.config.roles import ROLES
from tests.matrix import METHODS, SEATS, STRANGER, TABLE, Row, World, addresses, build_world, grouped, read_table

IS_UPDATE = os.environ.get("UPDATE_PERMISSION_MATRIX") == "1"
ADDRESSES = addresses()
NAMESPACES = sorted({name.rpartition(":")[0] for name in ADDRESSES})

# What an address' argument names, where its name alone does not say so ("task_id" names the thing "task").
ARGUMENTS = {"scheme": "external_id_scheme"}


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
    assert set(ADDRESSES) - named == set(), "no row in permission_matrix.toml"
    assert named - set(ADDRESSES) == set(), "a row without an address"


def test_the_tree_is_deep_and_wide(world: World) -> None:
    assert len({unit.depth for unit in world.tree.units}) >= 5
    assert len(world.tree.units) >= 500


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_role_gets_exactly_its_due(namespace: str, world: World, clients: dict[str, Client]) -> None:
    table = read_table()
    surprises = []
    for name, arguments in ADDRESSES.items():
        if name.rpartition(":")[0] != namespace:
            continue
        for method in METHODS:
            row = table.get(f"{method} {name}")
            if row is None:
                surprises += _answers_though_no_row_says_so(world, clients, method, name, arguments)
                continue
            seen = {side: _try(world, clients, row, side, arguments) for side in row.expected}
            if IS_UPDATE:
                _keep(row.key, seen)
                continue
            surprises += [
                f"{row.key}, {side}: {role} gets {status}, expected {row.status(side=side, role=role)}"
                for side, statuses in seen.items()
                for role, status in statuses.items()
                if status != row.status(side=side, role=role)
            ]
    assert not surprises, "\n".join(surprises)


def test_nobody_reaches_a_sibling() -> None:
    """Nothing outside one's own units answers, and no refusal tells that it exists."""
    reached = [
        f"{row.key}: {roles} get {status}"
        for row in read_table().values()
        for status, roles in row.expected.get("sibling", {}).items()
        if status not in {"404", "405"} and roles != [STRANGER]
    ]
    assert not reached, "\n".join(reached)


def _try(
    world: World, clients: Mapping[str, Client], row: Row, side: str, arguments: tuple[str, ...]
) -> dict[str, int]:
    address = reverse(row.name, kwargs={name: _argument(world, row, side, name) for name in arguments})
    data = {name: _value(world, side, value) for name, value in row.data.items()}
    return {role: _ask(client, row.method, address, data) for role, client in clients.items()}


def _ask(client: Client, method: str, address: str, data: dict[str, Any]) -> int:
    # Nothing remains: the next role must find the same state.
    with transaction.atomic():
        if address.startswith("/api/") and method == "POST":
            status = client.post(address, data=data, content_type="application/json").status_code
        else:
            status = client.generic(method, address).status_code if not data else _sent(client, method, address, data)
        transaction.set_rollback(True)
    assert status < 500, f"{method} {address} fails with {status}"
    return status


def _sent(client: Client, method: str, address: str, data: dict[str, Any]) -> int:
    return (client.post if method == "POST" else client.get)(address, data).status_code


def _answers_though_no_row_says_so(
    world: World, clients: Mapping[str, Client], method: str, name: str, arguments: tuple[str, ...]
) -> list[str]:
    row = Row(key=f"{method} {name}", arguments=_known_arguments(name), data={}, expected={"own": {}})
    statuses = _try(world, {role: clients[role] for role in ("office_head",)}, row, "own", arguments)
    return [f"{method} {name} answers {status} and has no row" for status in statuses.values() if status != 405]


def _known_arguments(name: str) -> Mapping[str, object]:
    return next((row.arguments for row in read_table().values() if row.name == name), {})


def _argument(world: World, row: Row, side: str, name: str) -> object:
    if name in row.arguments:
        return _value(world, side, row.arguments[name])
    thing = world.things[side][ARGUMENTS.get(name, name.removesuffix("_id").removesuffix("_uuid"))]
    return thing.uuid if name.endswith("uuid") else thing.pk


def _value(world: World, side: str, value: object) -> object:
    """Return a value of the table; "@task" is the id of that thing on this side."""
    if isinstance(value, list):
        return [_value(world, side, each) for each in value]
    if not (isinstance(value, str) and value.startswith("@")):
        return value
    thing, _, attribute = value[1:].partition(".")
    return getattr(world.things[side][thing], attribute or "pk")


def _keep(key: str, seen: Mapping[str, Mapping[str, int]]) -> None:
    """Rewrite the lines of one row in place; the order and the comments of the file stay."""
    lines, inside, kept = TABLE.read_text().splitlines(), False, []
    for line in lines:
        if line.startswith("["):
            inside = line == f'["{key}"]'
        side = line.split(" = ")[0]
        if inside and side in seen:
            cells = ", ".join(f"{status} = {roles}" for status, roles in grouped(seen[side]).items())
            line = f"{side} = {{ {cells} }}".replace("'", '"')
        kept.append(line)
    TABLE.write_text("\n".join(kept) + "\n")
