"""Fixtures that every test may use: the tree, rows that concern nobody, golden query counts."""

from dataclasses import dataclass

import pytest

from duban.access.states import Reach
from duban.campaigns.models import Campaign
from duban.config import factories
from duban.config.query_counts import query_counts
from duban.organisation.states import PostKind
from duban.tasks.states import TaskStatus

__all__ = ["Noise", "noise", "query_counts", "tree"]


@dataclass(frozen=True)
class Noise:
    """What the fixture `noise` put into the database."""

    campaigns: list[Campaign]
    work: list[factories.Work]


@pytest.fixture
def tree(db: None) -> factories.Tree:
    """A tree of five levels and 532 units."""
    return factories.build_tree()


@pytest.fixture
def noise(tree: factories.Tree) -> Noise:
    """
    Rows that no test asks for: people, grants, a second and an ended campaign, work in the last county.

    A query that forgets its filter by campaign, unit or actor counts them and fails.
    """
    elsewhere = tree.counties[-1]
    villages = [unit for unit in tree.below(elsewhere) if unit in tree.villages][:4]
    campaigns = [
        factories.make_campaign(root=elsewhere, name="另一场教育整顿"),
        factories.make_campaign(root=tree.city, name="往年的教育整顿", status="ended"),
    ]
    work = [
        factories.make_work(campaign=campaign, assigner=elsewhere, units=villages, status=status)
        for campaign in campaigns
        for status in (TaskStatus.TO_SIGN, TaskStatus.IN_HAND, TaskStatus.ASKED_DONE, TaskStatus.DONE)
    ]
    factories.make_person_with_account(unit=elsewhere, role="county_office")
    for village in villages:
        factories.make_person_with_account(
            unit=village, role="unit_liaison", reach=Reach.UNIT, post_kind=PostKind.LIAISON
        )
    return Noise(campaigns=campaigns, work=work)
