"""A city whose office has assigned work to departments and villages, with every state somewhere."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.test import Client

from duban.access.models import Grant
from duban.access.states import Reach
from duban.campaigns.models import Campaign
from duban.config.factories import (
    SOME_DAY,
    SOME_MOMENT,
    Account,
    Tree,
    actor_for,
    build_tree,
    make_campaign,
    make_person_with_account,
)
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task


@dataclass(frozen=True)
class Office:
    tree: Tree
    campaign: Campaign
    clerk: Account
    second: Account

    @property
    def actor(self) -> Actor:
        return actor_for(account=self.clerk)

    def assign(
        self,
        *,
        units: list[Unit],
        wording: str,
        due_on: date = SOME_DAY + timedelta(days=60),
        helpers: tuple[Unit, ...] = (),
        closing_mode: str = "check",
    ) -> list[Task]:
        text = AssignmentText(
            wording=wording,
            target="listed",
            target_rule={"units": [unit.pk for unit in units]},
            due_on=due_on,
            helper_ids=tuple(unit.pk for unit in helpers),
            source_sentence=f"要{wording}。",
            closing_mode=closing_mode,
        )
        draft = commands.create_assignment(
            actor=self.actor, campaign_id=self.campaign.pk, assigner_id=self.tree.city.pk, text=text, at=SOME_MOMENT
        )
        commands.issue(actor=self.actor, assignment_id=draft.pk, at=SOME_MOMENT)
        return list(Task.objects.filter(assignment=draft).order_by("pk"))

    def recount(self) -> None:
        figures.recount_all(actor=Actor.system("test"), campaign_id=self.campaign.pk, at=SOME_MOMENT)


def make_office(tree: Tree) -> Office:
    def clerk() -> Account:
        account = make_person_with_account(unit=tree.office, role="office_clerk")
        Grant.objects.filter(pk=account.grant.pk).update(unit=tree.city)
        return account

    return Office(tree=tree, campaign=make_campaign(root=tree.city), clerk=clerk(), second=clerk())


@pytest.fixture
def office(db: None) -> Office:
    return make_office(build_tree())


@pytest.fixture
def busy(office: Office) -> Office:
    """Departments and one county's villages owe items in every state, some of them late or near."""
    tree = office.tree
    county = tree.counties[0]
    villages = [unit for unit in tree.below(county) if unit in tree.villages][:6]
    late, near = SOME_DAY - timedelta(days=3), SOME_DAY + timedelta(days=3)
    first = office.assign(units=villages, wording="走访困难党员", due_on=late)
    second = office.assign(units=[*tree.departments[1:4], *villages[:3]], wording="组织一次专题学习", due_on=near)
    office.assign(units=[county, *tree.departments[1:3]], wording="核对党员名册", helpers=(tree.departments[3],))
    for task, status in zip(
        [*first, *second], ["in_hand", "asked_done", "done", "declined", "withdrawn"], strict=False
    ):
        Task.objects.filter(pk=task.pk).update(
            status=status,
            asked_at=SOME_MOMENT if status == "asked_done" else None,
            finished_on=SOME_DAY if status == "done" else None,
        )
    office.recount()
    return office


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.cookies["language"] = "en"
    client.force_login(office.clerk.user)
    return client


def client_of(account: Account) -> Client:
    client = Client()
    client.cookies["language"] = "en"
    client.force_login(account.user)
    return client


def liaison(unit: Unit) -> Account:
    return make_person_with_account(unit=unit, role="unit_liaison", reach=Reach.UNIT)
