"""What a real installation refuses at start, each in one sentence."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import httpx
import pytest

from duban.accounts import commands as accounts
from duban.accounts.demonstration import PASSWORD
from duban.config.factories import SOME_MOMENT, build_tree, make_person_with_account
from duban.config.production import refusals
from duban.config.testing import Database
from duban.config.tests.processes import seconds_until
from duban.kernel.authority import Actor

DUBAN = str(Path(sys.executable).with_name("duban"))


@pytest.fixture
def ready(db, settings, monkeypatch):
    """An installation that may start."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://duban_app@127.0.0.1/duban")
    settings.DEBUG = False
    settings.ORIGIN = ""
    settings.SECOND_FACTOR = "required"
    return settings


def test_an_ordinary_installation_on_loopback_starts(ready):
    assert refusals(host="127.0.0.1") == []


def test_without_a_database_server_it_does_not(ready, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    assert "DATABASE_URL" in refusals(host="127.0.0.1")[0]


def test_debug_is_refused(ready):
    ready.DEBUG = True
    assert "DUBAN_DEBUG" in refusals(host="127.0.0.1")[0]


def test_doing_without_a_second_factor_is_refused(ready):
    ready.SECOND_FACTOR = "off"
    assert "DUBAN_SECOND_FACTOR" in refusals(host="127.0.0.1")[0]


def test_plain_http_off_loopback_is_refused(ready):
    assert "https" in refusals(host="0.0.0.0")[0]  # noqa: S104 - named, not bound
    ready.ORIGIN = "https://duban.example.org"
    assert refusals(host="0.0.0.0") == []  # noqa: S104


def test_accounts_of_a_demonstration_are_refused(ready):
    accounts.create_user(
        actor=Actor.system("test"), sign_in_name="probe", password=PASSWORD, at=SOME_MOMENT, is_demonstration=True
    )
    assert "demonstration" in refusals(host="127.0.0.1")[0]


def test_it_starts_when_all_is_given_and_asks_an_administrator_for_a_second_factor(
    own_database: Database, tmp_path: Path
) -> None:
    top = build_tree(counties=1, townships=1, villages=1, departments=2).city
    for role in ("system_admin", "audit_admin"):
        make_person_with_account(unit=top, role=role)
    keeper = make_person_with_account(unit=top, role="security_admin", password="春天里种下了二十棵树").user
    (tmp_path / "secrets").mkdir(mode=0o700)
    (tmp_path / "secrets" / "secret_key").write_text("k" * 60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DUBAN_HOME": str(tmp_path), "DUBAN_ENV": "production"}
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "said").open("wb") as said:
        serving = subprocess.Popen(
            [DUBAN, "serve", "--port", str(port)], env={**env, **own_database.env}, stdout=said, stderr=said
        )
    try:
        seconds_until(lambda: serving.poll() is not None or _answers(f"{address}/healthz/"), within=60)
        assert serving.poll() is None, (tmp_path / "said").read_text()
        assert _where_a_sign_in_leads(address, keeper.sign_in_name, "春天里种下了二十棵树") == "/sign-in/second-factor/"
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own process
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _where_a_sign_in_leads(address: str, name: str, password: str) -> str:
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        page = client.get("/")
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"csrfmiddlewaretoken": token, "sign_in_name": name, "password": password}
        answer = client.post(page.url.path, data=form, headers={"Referer": str(page.url)})
        return answer.url.path
