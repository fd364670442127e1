"""Grants over HTTP: effective on the very next request."""

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.models import Grant
from duban.accounts.models import User
from duban.config import factories
from duban.config.query_counts import QueryCounts
from duban.organisation.models import Person, Post

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


class TestOpeningAnAccount:
    def given(self, person: Person, **changes: str) -> dict[str, str]:
        return {
            "unit": "试验市第2局",
            "person_name": person.name,
            "sign_in_name": "newcomer",
            "password": "a long enough sentence",
        } | changes

    @pytest.fixture
    def person(self, tree: factories.Tree) -> Person:
        person = Person.objects.create(name="柳新来")
        Post.objects.create(unit=tree.departments[1], person=person, kind="liaison", starts_on=factories.LONG_AGO)
        return person

    def test_gives_somebody_in_a_post_their_sign_in(self, admin: Client, person: Person) -> None:
        answer = admin.post("/access/accounts/new/", self.given(person))
        assert answer["Location"] == "/access/new/?account=newcomer"
        theirs = Client()
        theirs.post("/sign-in/", {"sign_in_name": "newcomer", "password": "a long enough sentence"})
        page = theirs.get("/password/").content.decode()
        assert "柳新来" in page

    @pytest.mark.parametrize(
        "changes",
        [{"person_name": "没有此人"}, {"unit": "Atlantis"}, {"password": "short"}, {"sign_in_name": "two words"}],
    )
    def test_leaves_nothing_when_something_is_wrong(
        self, admin: Client, person: Person, changes: dict[str, str]
    ) -> None:
        assert admin.post("/access/accounts/new/", self.given(person, **changes)).status_code == 422
        person.refresh_from_db()
        assert person.user_id is None
        assert not User.objects.filter(sign_in_name="newcomer").exists()

    def test_gives_nobody_a_second_one(self, admin: Client, person: Person) -> None:
        admin.post("/access/accounts/new/", self.given(person))
        assert admin.post("/access/accounts/new/", self.given(person, sign_in_name="again")).status_code == 422
        assert not User.objects.filter(sign_in_name="again").exists()

    def test_stays_in_the_subtree(self, client: Client, person: Person, tree: factories.Tree) -> None:
        client.force_login(factories.make_person_with_account(unit=tree.counties[0], role="security_admin").user)
        assert client.post("/access/accounts/new/", self.given(person)).status_code == 422
        Post.objects.create(unit=tree.counties[0], person=person, kind="member", starts_on=factories.LONG_AGO)
        there = self.given(person, unit=tree.counties[0].name)
        assert client.post("/access/accounts/new/", there).status_code == 403
        assert not User.objects.filter(sign_in_name="newcomer").exists()

    def test_is_closed_to_everybody_else(self, client: Client, tree: factories.Tree) -> None:
        client.force_login(factories.make_person_with_account(unit=tree.city, role="system_admin").user)
        assert client.get("/access/accounts/new/").status_code == 403
