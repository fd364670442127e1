"""The cast of these tests: a city office, a department that owes, another that helps, a county office, a clerk."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import translation

from duban.access.models import Grant
from duban.access.states import Reach
from duban.accounts.models import User
from duban.campaigns.models import Campaign
from duban.config.factories import Tree, actor_for, actor_with, build_tree, make_campaign, make_person_with_account
from duban.kernel.authority import Actor


@dataclass(frozen=True)
class Cast:
    tree: Tree
    campaign: Campaign
    office: Actor
    second: Actor
    head: Actor
    owner: Actor
    helper: Actor
    stranger: Actor

    def client(self, actor: Actor) -> Client:
        """Return a browser in which this actor is signed in."""
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(User.objects.get(pk=actor.user_id or 0))
        return client


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    tree = build_tree()
    office, owner, helper, stranger = tree.departments[:4]
    return Cast(
        tree=tree,
        campaign=make_campaign(root=tree.city),
        office=_office(tree, office),
        second=_office(tree, office),
        head=_office(tree, office, role="office_head"),
        owner=actor_with(unit=owner, role="unit_liaison", reach=Reach.UNIT),
        helper=actor_with(unit=helper, role="unit_liaison", reach=Reach.UNIT),
        stranger=actor_with(unit=stranger, role="unit_liaison", reach=Reach.UNIT),
    )


def _office(tree: Tree, seat, role: str = "office_clerk") -> Actor:
    """Somebody who sits in the office and holds the city's whole subtree."""
    account = make_person_with_account(unit=seat, role=role, reach=Reach.SUBTREE)
    Grant.objects.filter(pk=account.grant.pk).update(unit=tree.city)
    return actor_for(account=account)
