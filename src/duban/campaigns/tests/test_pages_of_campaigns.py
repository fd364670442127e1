"""Campaigns over HTTP: which there are, in which one works, entering, starting, ending."""

import pytest
from django.test import Client

from duban.campaigns.models import Campaign
from duban.campaigns.states import CampaignStatus
from duban.config import factories
from duban.config.query_counts import QueryCounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(client: Client, tree: factories.Tree) -> Client:
    """The head of the city's campaign office."""
    client.force_login(factories.make_person_with_account(unit=tree.city, role="office_head").user)
    return client


def fill(tree: factories.Tree, **changes: object) -> dict[str, object]:
    return {
        "name": "试验教育",
        "kind": "education",
        "root": tree.city.pk,
        "starts_on": "2026-03-01",
        "planned_end_on": "2026-09-01",
    } | changes


def test_a_campaign_is_entered_started_and_ended(head: Client, tree: factories.Tree) -> None:
    assert head.post("/campaigns/new/", fill(tree)).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign.status == CampaignStatus.PREPARING
    assert head.post(f"/campaigns/{campaign.pk}/start/").status_code == 302
    assert head.post(f"/campaigns/{campaign.pk}/end/", {"reason": ""}).status_code == 422
    assert head.post(f"/campaigns/{campaign.pk}/end/", {"reason": "finished"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.ENDED
    assert head.post(f"/campaigns/{campaign.pk}/start/").status_code == 409


@pytest.mark.parametrize(
    "changes", [{"name": " "}, {"planned_end_on": "2026-02-01"}, {"root": 0}, {"starts_on": "soon"}, {"kind": "feast"}]
)
def test_what_cannot_be_used_is_said_beside_the_form(
    head: Client, tree: factories.Tree, changes: dict[str, object]
) -> None:
    assert head.post("/campaigns/new/", fill(tree, **changes)).status_code == 422
    assert Campaign.objects.count() == 0


def test_the_chosen_campaign_stays_until_another_is_chosen(head: Client, tree: factories.Tree) -> None:
    newer = factories.make_campaign(root=tree.city, name="较新的教育")
    older = factories.make_campaign(root=tree.city, name="往年的教育", starts_on=factories.LONG_AGO, status="ended")

    def shown() -> str:
        return head.get("/password/").content.decode()

    assert newer.name in shown()
    head.post(f"/campaigns/{older.pk}/choose/")
    assert older.name in shown()
    assert newer.name not in shown()
    head.post(f"/campaigns/{newer.pk}/choose/")
    assert newer.name in shown()


def test_anothers_campaign_is_neither_seen_nor_chosen(client: Client, tree: factories.Tree) -> None:
    elsewhere = factories.make_campaign(root=tree.counties[1], name="别处的教育")
    client.force_login(factories.make_person_with_account(unit=tree.counties[0], role="county_office").user)
    assert elsewhere.name not in client.get("/campaigns/").content.decode()
    assert client.post(f"/campaigns/{elsewhere.pk}/choose/").status_code == 404


def test_a_clerk_sees_the_list_and_changes_nothing(client: Client, tree: factories.Tree) -> None:
    campaign = factories.make_campaign(root=tree.city, status="preparing")
    client.force_login(factories.make_person_with_account(unit=tree.city, role="office_clerk").user)
    page = client.get("/campaigns/").content.decode()
    assert campaign.name in page
    assert f"/campaigns/{campaign.pk}/start/" not in page
    assert client.get("/campaigns/new/").status_code == 403
    assert client.post(f"/campaigns/{campaign.pk}/start/").status_code == 403
    assert client.post(f"/campaigns/{campaign.pk}/end/", {"reason": "x"}).status_code == 403


def test_without_a_campaign_the_list_says_so(head: Client) -> None:
    assert "目前没有参加集中教育" in head.get("/campaigns/").content.decode()


def test_the_list_asks_as_many_questions_for_many_campaigns_as_for_few(
    head: Client, tree: factories.Tree, query_counts: QueryCounts
) -> None:
    for county in tree.counties:
        factories.make_campaign(root=county)
    with query_counts():
        assert head.get("/campaigns/").status_code == 200
