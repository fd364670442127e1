"""Whoever looks at the record itself leaves a row in it (R-734)."""

import pytest
from django.test import Client
from django.urls import reverse

from duban.audit.models import AuditEvent
from duban.config.factories import build_tree, make_person_with_account


@pytest.mark.parametrize(
    ("role", "address", "verb"),
    [
        ("audit_admin", "audit:record", "record.read"),
        ("security_admin", "accounts:list", "account.read"),
        ("security_admin", "access:list", "grant.read"),
    ],
)
def test_looking_at_sensitive_lists_is_recorded(db, role, address, verb):
    account = make_person_with_account(unit=build_tree().city, role=role)
    client = Client()
    client.force_login(account.user, backend="duban.accounts.backends.Sessions")
    assert client.get(reverse(address)).status_code == 200
    event = AuditEvent.objects.get(verb=verb)
    assert event.actor_user == account.user.pk


def test_a_refused_look_shows_nothing_and_is_no_reading(db):
    account = make_person_with_account(unit=build_tree().city, role="member")
    client = Client()
    client.force_login(account.user, backend="duban.accounts.backends.Sessions")
    assert client.get(reverse("audit:record")).status_code == 403
    assert not AuditEvent.objects.filter(verb="record.read").exists()
