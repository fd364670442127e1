"""A short speech of our own and what a test needs around it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from duban.campaigns.models import Campaign
from duban.config.factories import Account, Tree, actor_for, build_tree, make_campaign, make_person_with_account
from duban.directives.commands import take_in_document
from duban.directives.models import Document, Requirement
from duban.kernel.authority import Actor

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

# Invented; one sentence with body and date, one with a rhythm, one said twice, two without any of these.
SPEECH = """在全市节水工作推进会上的讲话
（2026年3月2日）
同志们：
今天召开节水工作推进会，下面我讲两点意见。
一、前期工作开局良好
前期各单位先后开展管网排查，共整治漏点42处，取得明显成效。
二、下一步重点任务
一是抓紧排查管网。市水务集团要在3月20日前完成老旧管网排查，形成漏点清单。各部门要把节水摆上重要位置，带头反对浪费，营造人人节水的浓厚氛围，推动形成良好风尚。
二是健全工作机制。各县每月25日前报送进展情况。必须坚持实事求是，切实改进作风。
三是加强宣传引导。各部门要把节水摆上重要位置，带头反对浪费，营造人人节水的浓厚氛围，推动形成良好风尚。
同志们，我们要坚定信心，确保各项任务落到实处。
"""


@dataclass
class Office:
    """A small city with a campaign and the clerk of its office."""

    tree: Tree
    campaign: Campaign
    account: Account

    @property
    def clerk(self) -> Actor:
        return actor_for(account=self.account)

    def take_in(self, text: str = SPEECH) -> Document:
        """Take in a text by the real command."""
        return take_in_document(
            actor=self.clerk, campaign_id=self.campaign.pk, unit_id=self.tree.city.pk, text=text, at=AT
        )


def make_office() -> Office:
    """Build the city, its campaign and its clerk."""
    tree = build_tree(counties=2, townships=1, villages=1, branches=0, departments=3)
    campaign = make_campaign(root=tree.city)
    return Office(tree=tree, campaign=campaign, account=make_person_with_account(unit=tree.city, role="office_clerk"))


def requirement_with(document: Document, words: str) -> Requirement:
    """Return the first requirement of the text that holds the words."""
    found = document.requirements.filter(sentence__contains=words).order_by("start").first()
    assert found is not None, words
    return found
