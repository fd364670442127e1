"""Grants over HTTP: effective on the very next request."""

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.models import Grant
from duban.config import factories
from duban.config.query_counts import QueryCounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, tree: factories.Tree) -> Client:
    client.force_login(factories.make_person_with_account(unit=tree.city, role="security_admin").user)
    return client


@pytest.fixture
def account(tree: factories.Tree) -> factories.Account:
    return factories.make_person_with_account(unit=tree.departments[1], role="member")


def fill(account: factories.Account, unit: str, **changes: str) -> dict[str, str]:
    return {
        "sign_in_name": account.user.sign_in_name,
        "role": "audit_admin",
        "unit": unit,
        "reach": "subtree",
    } | changes


def test_a_grant_holds_on_the_next_request_and_its_end_too(
    admin: Client, account: factories.Account, tree: factories.Tree
) -> None:
    theirs = Client()
    theirs.force_login(account.user)
    assert theirs.get("/audit/").status_code == 403
    assert admin.post("/access/new/", fill(account, tree.city.name)).status_code == 302
    assert theirs.get("/audit/").status_code == 200
    grant = Grant.objects.get(user=account.user, role="audit_admin")
    assert admin.post(f"/access/{grant.pk}/end/", {"reason": "moved on"}).status_code == 302
    assert theirs.get("/audit/").status_code == 403


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_written(
    admin: Client, account: factories.Account, tree: factories.Tree
) -> None:
    answer = admin.post("/access/new/", fill(account, "Atlantis", sign_in_name="nobody"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("field-error") == 2
    assert 'value="Atlantis"' in page
    answer = admin.post("/access/new/", fill(account, tree.city.name, starts_on="2026-05-02", ends_on="2026-05-01"))
    assert answer.status_code == 422


def test_a_form_sent_twice_grants_once(admin: Client, account: factories.Account, tree: factories.Tree) -> None:
    given = fill(account, tree.city.name, request_id="7f3a1fd6-64e1-4a39-a7c1-6a7d5d4f7a01")
    first, second = admin.post("/access/new/", given), admin.post("/access/new/", given)
    assert first.status_code == second.status_code == 302
    assert Grant.objects.filter(user=account.user, role="audit_admin").count() == 1


def test_a_refused_form_may_be_sent_again_with_its_id(
    admin: Client, account: factories.Account, tree: factories.Tree
) -> None:
    given = fill(account, "Atlantis", request_id="7f3a1fd6-64e1-4a39-a7c1-6a7d5d4f7a02")
    assert admin.post("/access/new/", given).status_code == 422
    assert admin.post("/access/new/", given | {"unit": tree.city.name}).status_code == 302


def test_ending_asks_for_a_reason_and_names_the_effect(
    admin: Client, account: factories.Account, tree: factories.Tree
) -> None:
    page = admin.get(f"/access/{account.grant.pk}/end/").content.decode()
    assert account.person.name in page
    assert admin.post(f"/access/{account.grant.pk}/end/", {"reason": " "}).status_code == 422
    assert Grant.objects.get(pk=account.grant.pk).ends_at is None


def test_people_without_the_capability_are_refused(client: Client, tree: factories.Tree) -> None:
    client.force_login(factories.make_person_with_account(unit=tree.city, role="office_head").user)
    assert client.get("/access/").status_code == 403
    assert client.get("/access/new/").status_code == 403
    assert client.post("/access/new/", {}).status_code == 403


def test_another_subtrees_grant_does_not_exist(
    client: Client, account: factories.Account, tree: factories.Tree
) -> None:
    client.force_login(factories.make_person_with_account(unit=tree.counties[0], role="security_admin").user)
    assert client.get(f"/access/{account.grant.pk}/end/").status_code == 404
    assert client.get("/access/units/", {"unit": tree.departments[1].name}).content.decode().count("<option") == 0
    assert client.get("/access/units/", {"unit": tree.counties[0].name}).content.decode().count("<option") > 0


def test_a_damaged_page_address_is_answered_with_a_sentence(admin: Client) -> None:
    assert admin.get("/access/?after=rubbish").status_code == 422
    assert admin.get("/access/?after=WyJhIiwiYiJd").status_code == 422


def test_the_list_asks_as_many_questions_for_many_grants_as_for_few(
    admin: Client, tree: factories.Tree, query_counts: QueryCounts
) -> None:
    for unit in tree.villages[:40]:
        factories.make_person_with_account(unit=unit, role="unit_liaison")
    with query_counts():
        assert admin.get("/access/").status_code == 200


def test_signing_in_as_somebody_whose_grants_all_ended_opens_nothing(
    client: Client, account: factories.Account
) -> None:
    Grant.objects.filter(user=account.user).update(ends_at=timezone.now())
    client.force_login(account.user)
    for address in ("/access/", "/audit/"):
        assert client.get(address).status_code == 403
