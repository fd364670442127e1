"""The people of the journeys, each with a password."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from duban.access.states import Reach
from duban.campaigns.models import Campaign
from duban.config import factories
from duban.config.factories import Tree
from duban.config.testing import Database
from duban.organisation.models import Unit
from duban.organisation.states import PostKind
from tests.journeys.visiting import Visitor

PASSWORD = "tongxing-qu-shishi"


@dataclass
class City:
    """A tree of 532 units with one campaign that runs today."""

    tree: Tree
    campaign: Campaign

    def visitor(self, *, unit: Unit, role: str, over: Unit | None = None) -> Visitor:
        """Give somebody a post in the unit and a role over it (or over another unit); sign them in through the form."""
        account = factories.make_person_with_account(unit=unit, role=role, password=PASSWORD)
        if over is not None:
            account.grant.unit = over
            account.grant.save(update_fields=["unit"])
        return Visitor(name=account.user.sign_in_name, password=PASSWORD)

    def liaison(self, unit: Unit) -> Visitor:
        """Sign in somebody who answers for one unit."""
        account = factories.make_person_with_account(
            unit=unit, role="unit_liaison", reach=Reach.UNIT, post_kind=PostKind.LIAISON, password=PASSWORD
        )
        return Visitor(name=account.user.sign_in_name, password=PASSWORD)


def build_city() -> City:
    """Build the tree and its campaign in the database at hand."""
    tree = factories.build_tree()
    today = timezone.localdate()
    campaign = factories.make_campaign(
        root=tree.city, starts_on=today - timedelta(days=60), planned_end_on=today + timedelta(days=120)
    )
    return City(tree=tree, campaign=campaign)


@pytest.fixture
def city(own_database: Database) -> City:
    """A city in a database where every request commits, as in life: the record of changes is verified at the end."""
    return build_city()
