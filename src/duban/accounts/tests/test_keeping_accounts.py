"""The page on which a security administrator of the whole tree keeps accounts."""

import pytest
from django.test import Client
from django.urls import reverse

from duban.accounts.models import User
from duban.config.factories import build_tree, make_person_with_account

NEW_PASSWORD = "ein-langes-neues-wort"


@pytest.fixture
def keeper(db):
    tree = build_tree()
    keeper = make_person_with_account(unit=tree.city, role="security_admin")
    other = make_person_with_account(unit=tree.counties[0], role="county_office")
    client = Client()
    client.force_login(keeper.user, backend="duban.accounts.backends.Sessions")
    return client, other.user


class TestKeepingAccounts:
    def test_lists_accounts_and_finds_one_by_its_name(self, keeper):
        client, other = keeper
        page = client.get(reverse("accounts:list"), {"name": other.sign_in_name})
        assert other.sign_in_name in page.content.decode()

    def test_sets_a_password_with_which_its_owner_signs_in(self, keeper):
        client, other = keeper
        assert client.post(reverse("accounts:account", args=[other.pk]), {"password": NEW_PASSWORD}).status_code == 302
        answer = Client().post(
            reverse("accounts:sign-in"), {"sign_in_name": other.sign_in_name, "password": NEW_PASSWORD}
        )
        assert answer.status_code == 302

    def test_refuses_an_easy_password_beside_its_field(self, keeper):
        client, other = keeper
        answer = client.post(reverse("accounts:account", args=[other.pk]), {"password": "12345678"})
        assert answer.status_code == 422

    def test_ends_an_account_whose_next_request_is_refused(self, keeper):
        client, other = keeper
        guest = Client()
        guest.force_login(other, backend="duban.accounts.backends.Sessions")
        assert guest.get("/").status_code == 200
        client.post(reverse("accounts:end", args=[other.pk]), {"reason": "离任"})
        assert not User.objects.get(pk=other.pk).is_active
        assert guest.get("/").status_code == 302

    def test_is_closed_to_an_administrator_of_a_part(self, keeper):
        _client, other = keeper
        guest = Client()
        guest.force_login(other, backend="duban.accounts.backends.Sessions")
        assert guest.get(reverse("accounts:list")).status_code == 403
