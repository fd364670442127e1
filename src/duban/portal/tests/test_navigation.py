"""The menu: every entry opens for those to whom it shows."""

import pytest
from django.test import Client
from django.urls import reverse

from duban.access.words import ROLE_WORDS
from duban.config import factories
from duban.kernel.authority import Actor
from duban.portal import navigation

pytestmark = pytest.mark.django_db


def test_every_address_of_the_table_exists() -> None:
    entries = [below for entry in navigation.MENU for below in (entry.below or (entry,))]
    for address in [entry.address for entry in entries] + list(navigation.PLACES.values()):
        assert reverse(address)


@pytest.mark.parametrize("role", list(ROLE_WORDS))
def test_what_the_menu_shows_is_open(role: str, client: Client, tree: factories.Tree) -> None:
    factories.make_campaign(root=tree.city)
    account = factories.make_person_with_account(unit=tree.city, role=role)
    client.force_login(account.user)
    shown = navigation.menu(actor=factories.actor_for(account=account), path="/")
    for entry in shown:
        for one in entry.entries or [entry]:
            assert client.get(one.href, follow=True).status_code == 200, one.href


def test_nobody_without_a_capability_sees_its_entry() -> None:
    nobody = Actor(user_id=1, name="")
    assert [entry.href for entry in navigation.menu(actor=nobody, path="/")] == ["/"]
    assert "search" not in navigation.places(actor=nobody)


def test_the_entry_of_the_page_is_marked_and_so_is_the_one_above_it(tree: factories.Tree) -> None:
    actor = factories.actor_with(unit=tree.city, role="security_admin")
    shown = navigation.menu(actor=actor, path="/access/new/")
    current = [entry for entry in shown if entry.is_current]
    assert len(current) == 1
    assert [below.href for below in current[0].entries if below.is_current] == ["/access/"]
