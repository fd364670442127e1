"""The cast of these tests: the city's office with its head, a department, a village and its people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from django.test import Client
from django.utils import translation

from duban.access.models import Grant
from duban.access.states import Reach
from duban.accounts.models import User
from duban.burden import commands
from duban.burden.commands import DemandText
from duban.burden.models import Demand
from duban.campaigns.models import Campaign
from duban.config.factories import (
    SOME_MOMENT,
    Tree,
    actor_for,
    actor_with,
    build_tree,
    make_campaign,
    make_person_with_account,
)
from duban.kernel.authority import Actor
from duban.organisation.models import Unit

AT = SOME_MOMENT


@dataclass(frozen=True)
class Cast:
    tree: Tree
    campaign: Campaign
    head: Actor
    clerk: Actor
    # Sits in a department of the city and may ask the first county's villages.
    department: Actor
    village: Unit
    liaison: Actor

    def client(self, actor: Actor) -> Client:
        """Return a browser in which this actor is signed in."""
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(User.objects.get(pk=actor.user_id or 0))
        return client

    def book(
        self,
        units: Sequence[Unit],
        *,
        source: str = "",
        kind: str = "task",
        minutes: int | None = None,
        due_on: date | None = None,
        rhythm: str = "once",
        asker: Unit | None = None,
        at: datetime = AT,
        days_earlier: int = 0,
        is_earlier: bool = False,
    ) -> Demand:
        return commands.book(
            actor=self.clerk,
            text=DemandText(
                source=source or f"test {Demand.objects.count()}",
                kind=kind,
                asker_id=(asker or self.tree.city).pk,
                what="开展走访",
                campaign_id=self.campaign.pk,
                due_on=due_on,
                minutes=minutes,
                rhythm=rhythm,
                days_earlier=days_earlier,
                is_earlier=is_earlier,
            ),
            units=Unit.objects.filter(pk__in=[unit.pk for unit in units]),
            at=at,
        )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    tree = build_tree()
    village = tree.villages[0]
    return Cast(
        tree=tree,
        campaign=make_campaign(root=tree.city),
        head=_office(tree, "office_head"),
        clerk=_office(tree, "office_clerk"),
        department=actor_with(
            unit=tree.departments[1],
            role="line_clerk",
            reach=Reach.LISTED,
            listed=[unit for unit in tree.villages if unit.path.startswith(tree.counties[0].path)],
        ),
        village=village,
        liaison=actor_with(unit=village, role="unit_liaison", reach=Reach.UNIT),
    )


def _office(tree: Tree, role: str) -> Actor:
    account = make_person_with_account(unit=tree.office, role=role, reach=Reach.SUBTREE)
    Grant.objects.filter(pk=account.grant.pk).update(unit=tree.city)
    return actor_for(account=account)
