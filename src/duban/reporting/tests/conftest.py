"""A city whose office has given work to departments and villages, with every state somewhere."""

from dataclasses import dataclass

import pytest
from django.test import Client

from duban.campaigns.models import Campaign
from duban.config import factories
from duban.config.factories import SOME_DAY, SOME_MOMENT, Account, Tree, Work
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.organisation.states import PostKind
from duban.tasks.models import TaskEntry
from duban.tasks.states import EntryKind, TaskStatus


@dataclass(frozen=True)
class Office:
    tree: Tree
    campaign: Campaign
    clerk: Account
    work: Work

    @property
    def actor(self) -> Actor:
        return factories.actor_for(account=self.clerk)

    def client(self, account: Account | None = None) -> Client:
        client = Client()
        client.cookies["language"] = "en"
        client.force_login((account or self.clerk).user)
        session = client.session
        session["campaign"] = self.campaign.pk
        session.save()
        return client


@pytest.fixture
def office(tree: Tree, noise: None, db: None) -> Office:
    campaign = factories.make_campaign(root=tree.city)
    clerk = factories.make_person_with_account(unit=tree.city, role="office_clerk")
    work = factories.make_work(
        campaign=campaign, assigner=tree.city, units=tree.departments[1:4], wording="走访困难群众", due_on=SOME_DAY
    )
    late = factories.make_work(
        campaign=campaign,
        assigner=tree.city,
        units=tree.villages[:6],
        wording="公开惠民资金",
        status=TaskStatus.IN_HAND,
        due_on=SOME_DAY.replace(day=1),
    )
    factories.make_work(
        campaign=campaign, assigner=tree.city, units=tree.villages[:3], wording="修好路灯", status=TaskStatus.DONE
    )
    TaskEntry.objects.bulk_create(
        [
            TaskEntry(task=late.tasks[0], kind=EntryKind.RETURN, by="某某", text="缺清单", made_at=SOME_MOMENT)
            for _time in range(2)
        ]
    )
    factories.make_person_with_account(unit=tree.villages[0], role="unit_principal", post_kind=PostKind.PRINCIPAL)
    system = Actor.system("test")
    figures.ensure_day(actor=system, campaign_id=campaign.pk, today=SOME_DAY)
    figures.recount_all(actor=system, campaign_id=campaign.pk, at=SOME_MOMENT)
    return Office(tree=tree, campaign=campaign, clerk=clerk, work=work)
