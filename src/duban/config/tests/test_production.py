"""What a real installation refuses at start, each in one sentence."""

import pytest

from duban.accounts import commands as accounts
from duban.accounts.demonstration import PASSWORD
from duban.config.factories import SOME_MOMENT
from duban.config.production import refusals
from duban.kernel.authority import Actor


@pytest.fixture
def ready(db, settings, monkeypatch):
    """An installation that may start."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://duban_app@127.0.0.1/duban")
    settings.DEBUG = False
    settings.ORIGIN = ""
    return settings


def test_an_ordinary_installation_on_loopback_starts(ready):
    assert refusals(host="127.0.0.1") == []


def test_without_a_database_server_it_does_not(ready, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    assert "DATABASE_URL" in refusals(host="127.0.0.1")[0]


def test_debug_is_refused(ready):
    ready.DEBUG = True
    assert "DUBAN_DEBUG" in refusals(host="127.0.0.1")[0]


def test_plain_http_off_loopback_is_refused(ready):
    assert "https" in refusals(host="0.0.0.0")[0]  # noqa: S104 - named, not bound
    ready.ORIGIN = "https://duban.example.org"
    assert refusals(host="0.0.0.0") == []  # noqa: S104


def test_accounts_of_a_demonstration_are_refused(ready):
    accounts.create_user(
        actor=Actor.system("test"), sign_in_name="probe", password=PASSWORD, at=SOME_MOMENT, is_demonstration=True
    )
    assert "demonstration" in refusals(host="127.0.0.1")[0]
