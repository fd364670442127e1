"""What no form can prevent: damaged page addresses, characters and numbers that a database cannot keep."""

import base64
import json

import pytest
from django.test import Client
from django.urls import reverse

from duban.config.factories import build_tree, make_campaign, make_person_with_account


@pytest.fixture
def clerk(db):
    tree = build_tree()
    make_campaign(root=tree.city)
    account = make_person_with_account(unit=tree.city, role="office_clerk")
    client = Client()
    client.force_login(account.user, backend="duban.accounts.backends.Sessions")
    return client


def key(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after", ["x", "%00", key(), key(1, 2), key(True, "no day", 1), key(None, None, None), key([], {}, ""), "A" * 5000]
)
@pytest.mark.parametrize(
    "address",
    [
        "portal:work-list",
        "portal:units",
        "tasks:to-check",
        "tasks:assignments",
        "directives:documents",
        "organisation:units",
    ],
)
def test_a_damaged_page_address_is_refused_in_a_sentence(clerk, address, after):
    assert clerk.get(reverse(address), {"after": after}).status_code == 422


def test_a_nul_in_a_rest_call_is_refused_and_nothing_is_kept(clerk):
    answer = clerk.post(
        "/api/documents",
        json.dumps({"campaign_id": 1, "unit_id": 1, "text": "要抓好\x00学习。"}),
        content_type="application/json",
    )
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("number", ["9" * 18, "9" * 40])
def test_a_number_beyond_all_rows_is_not_found(clerk, number):
    assert clerk.get(f"/tasks/{number}/").status_code in {404, 422}
    assert clerk.get(f"/api/tasks/{number}").status_code in {404, 422}


def test_an_address_that_is_none_is_not_found_under_rest_too(clerk):
    assert clerk.get("/api/").status_code == 404
    assert clerk.get("/api/nothing").status_code == 404
