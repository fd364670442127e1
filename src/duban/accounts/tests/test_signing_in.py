"""Signing in: failures, waits, rotation, ended accounts."""

import time
from datetime import timedelta
from ipaddress import ip_network
from statistics import median

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from duban.accounts import commands, demonstration, queries
from duban.accounts.models import SignInAttempt, User
from duban.accounts.throttling import FREE_FOR_NAME, FREE_FOR_PLACE, Place
from duban.audit.models import AuditEvent
from duban.config import factories
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed, TooManyAttempts

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("test")
PASSWORD = "a long enough sentence"
HERE = Place(address="10.0.0.1")
THERE = Place(address="10.0.0.2")


@pytest.fixture
def user() -> User:
    return commands.create_user(actor=SYSTEM, sign_in_name="Zhang", password=PASSWORD, at=timezone.now())


def try_in(name: str, password: str, *, place: Place = HERE, after: int = 0) -> User | None:
    return commands.sign_in(
        actor=SYSTEM,
        sign_in_name=name,
        password=password,
        place=place,
        at=timezone.now() + timedelta(seconds=after),
    )


def fail(times: int, *, name: str = "zhang", place: Place = HERE) -> None:
    for _ in range(times):
        assert try_in(name, "wrong", place=place) is None


def by_form(client: Client, password: str, *, name: str = "zhang", **more: str) -> int:
    return client.post("/sign-in/", {"sign_in_name": name, "password": password, **more}).status_code


def test_the_name_is_read_without_regard_to_case(user: User) -> None:
    assert try_in(" ZHANG", PASSWORD) == user


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client: Client, user: User) -> None:
    wrong = client.post("/sign-in/", {"sign_in_name": "zhang", "password": "wrong"})
    unknown = client.post("/sign-in/", {"sign_in_name": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert "登录名或密码不对" in wrong.content.decode()
    assert "登录名或密码不对" in unknown.content.decode()


def test_an_unknown_name_takes_as_long_as_a_known_one(user: User) -> None:
    def seconds(name: str) -> float:
        started = time.perf_counter()
        try_in(name, "wrong", place=Place(address=f"10.1.{time.perf_counter_ns()}"))
        return time.perf_counter() - started

    seconds("warm"), seconds("zhang")
    known = median(seconds("zhang") for _ in range(4))
    unknown = median(seconds(f"nobody{number}") for number in range(4))
    assert 0.4 < unknown / known < 2.5


def test_failures_stay_counted_after_the_page_was_answered(client: Client, user: User) -> None:
    by_form(client, "wrong")
    assert SignInAttempt.objects.count() == 1


def test_many_failures_of_one_name_from_one_place_have_to_wait(client: Client, user: User) -> None:
    for _ in range(FREE_FOR_NAME):
        assert by_form(client, "wrong") == 422
    answer = client.post("/sign-in/", {"sign_in_name": "zhang", "password": PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 2
    assert f"请{answer['Retry-After']}秒后再试" in answer.content.decode()
    # What waits is not looked at, and does not make the wait longer.
    assert SignInAttempt.objects.count() == FREE_FOR_NAME


def test_the_right_password_is_accepted_once_the_wait_has_passed(user: User) -> None:
    fail(FREE_FOR_NAME)
    with pytest.raises(TooManyAttempts):
        try_in("zhang", PASSWORD)
    assert try_in("zhang", PASSWORD, after=3) == user
    assert SignInAttempt.objects.count() == 0


def test_nobody_can_lock_out_somebody_elsewhere(user: User) -> None:
    fail(FREE_FOR_NAME)
    assert try_in("zhang", PASSWORD, place=THERE) == user


def test_nobody_can_lock_out_a_colleague_at_the_same_address(client: Client, user: User) -> None:
    assert by_form(client, PASSWORD) == 302
    client.post("/sign-out/")
    attacker = Client()
    for _ in range(FREE_FOR_NAME):
        by_form(attacker, "wrong")
    assert by_form(attacker, PASSWORD) == 429
    assert by_form(client, PASSWORD) == 302


def test_behind_a_trusted_proxy_nobody_delays_a_name_for_the_whole_city(client: Client, user: User, settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    for _ in range(FREE_FOR_NAME):
        assert by_form_from(client, "203.0.113.5", "wrong") == 422
    # Forging an address before one's own changes nothing.
    assert by_form_from(client, "198.51.100.1, 203.0.113.5", PASSWORD) == 429
    assert by_form_from(client, "203.0.113.6", PASSWORD) == 302


def test_a_header_of_a_stranger_does_not_make_them_somebody_else(client: Client, user: User) -> None:
    for number in range(FREE_FOR_NAME):
        assert by_form_from(client, f"203.0.113.{number}", "wrong") == 422
    assert by_form_from(client, "203.0.113.99", PASSWORD) == 429


def by_form_from(client: Client, forwarded: str, password: str) -> int:
    given = {"sign_in_name": "zhang", "password": password}
    return client.post("/sign-in/", given, headers={"x-forwarded-for": forwarded}).status_code


def test_failures_of_many_names_from_one_place_have_to_wait(user: User) -> None:
    now = timezone.now()
    SignInAttempt.objects.bulk_create(
        SignInAttempt(name_hash=str(number), place_hash=HERE.word_for("zhang"), tried_at=now)
        for number in range(FREE_FOR_PLACE)
    )
    with pytest.raises(TooManyAttempts):
        try_in("zhang", PASSWORD)
    assert try_in("zhang", PASSWORD, place=THERE) == user


def test_old_failures_are_forgotten(user: User) -> None:
    fail(FREE_FOR_NAME)
    assert try_in("zhang", PASSWORD, after=16 * 60) == user
    fail(2, name="li")
    begun = timezone.now() - timedelta(minutes=1)
    assert commands.clear_attempts(actor=SYSTEM, before=begun, most=10) == 0
    assert commands.clear_attempts(actor=SYSTEM, before=begun + timedelta(hours=1), most=10) == 2


def test_a_sign_in_is_recorded_and_nothing_of_the_password(client: Client, user: User) -> None:
    by_form(client, PASSWORD)
    client.post("/sign-out/")
    events = list(AuditEvent.objects.filter(actor_user=user.pk).order_by("id"))
    assert [event.verb for event in events] == ["account.sign_in", "account.sign_out"]
    assert not AuditEvent.objects.filter(payload__contains=PASSWORD).exists()


def test_a_session_begins_anew_with_each_sign_in(client: Client, user: User) -> None:
    session = client.session
    session["post"] = 99
    session["campaign"] = 99
    session.save()
    before = client.session.session_key
    by_form(client, PASSWORD)
    assert client.session.session_key != before
    assert "post" not in client.session
    assert "campaign" not in client.session
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_session_key_from_before_the_sign_in_opens_nothing_after(client: Client, user: User) -> None:
    client.session.save()
    planted = client.cookies.get("sessionid")
    by_form(client, PASSWORD)
    thief = Client()
    if planted is not None:
        thief.cookies["sessionid"] = planted.value
    assert thief.get("/password/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(client: Client, user: User) -> None:
    by_form(client, PASSWORD)
    kept = client.cookies["sessionid"].value
    client.post("/sign-out/")
    client.cookies["sessionid"] = kept
    assert client.get("/password/").status_code == 302


def test_the_way_back_after_a_sign_in_stays_on_this_site(client: Client, user: User) -> None:
    answer = client.post("/sign-in/", {"sign_in_name": "zhang", "password": PASSWORD, "next": "/campaigns/?a=1"})
    assert answer["Location"] == "/campaigns/?a=1"
    answer = client.post("/sign-in/", {"sign_in_name": "zhang", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_an_ended_account_is_refused_on_its_next_request(client: Client, user: User) -> None:
    by_form(client, PASSWORD)
    assert client.get("/password/").status_code == 200
    commands.end_user(actor=SYSTEM, user_id=user.pk, reason="left", at=timezone.now())
    assert client.get("/password/").status_code == 302
    assert try_in("zhang", PASSWORD) is None


def test_an_invented_account_is_refused_in_production(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.create_user(
        actor=SYSTEM, sign_in_name="cast", password=demonstration.PASSWORD, at=timezone.now(), is_demonstration=True
    )
    assert by_form(client, demonstration.PASSWORD, name="cast") == 302
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    assert client.get("/password/").status_code == 302
    assert by_form(client, demonstration.PASSWORD, name="cast") == 422


def test_a_trial_offers_its_cast_and_nothing_else_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, label in (("cast", "办公室 林小禾"), ("extra", "")):
        commands.create_user(
            actor=SYSTEM,
            sign_in_name=name,
            password=demonstration.PASSWORD,
            label=label,
            at=timezone.now(),
            is_demonstration=True,
        )
    assert queries.demonstration_sign_ins(actor=SYSTEM) == []
    assert "林小禾" not in client.get("/sign-in/").content.decode()
    monkeypatch.setattr(settings, "IS_TRIAL", True)
    page = client.get("/sign-in/").content.decode()
    assert "林小禾" in page
    assert demonstration.PASSWORD in page
    assert "extra" not in page


def test_an_empty_form_is_answered_beside_its_fields(client: Client) -> None:
    answer = client.post("/sign-in/", {"sign_in_name": "", "password": ""})
    assert answer.status_code == 422
    assert answer.content.decode().count("field-error") == 2


class TestPasswords:
    @pytest.fixture
    def signed_in(self, client: Client, user: User) -> Client:
        by_form(client, PASSWORD)
        return client

    def change(self, client: Client, old: str, new: str, again: str | None = None) -> int:
        given = {"old_password": old, "password": new, "again": new if again is None else again}
        return client.post("/password/", given).status_code

    def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(self, signed_in: Client, user: User) -> None:
        elsewhere = Client()
        by_form(elsewhere, PASSWORD)
        key = signed_in.session.session_key
        assert self.change(signed_in, PASSWORD, "another fine sentence") == 302
        assert signed_in.session.session_key != key
        assert signed_in.get("/password/").status_code == 200
        assert elsewhere.get("/password/").status_code == 302
        assert try_in("zhang", "another fine sentence") == user

    @pytest.mark.parametrize(
        ("old", "new", "again"),
        [
            ("wrong", "another fine sentence", None),
            (PASSWORD, "short", None),
            (PASSWORD, "password123", None),
            (PASSWORD, "another fine sentence", "another sentence"),
            (PASSWORD, "x" * 201, None),
        ],
    )
    def test_refuses_what_cannot_be_used(self, signed_in: Client, old: str, new: str, again: str | None) -> None:
        assert self.change(signed_in, old, new, again) == 422
        assert try_in("zhang", PASSWORD) is not None

    def test_anothers_is_set_by_whoever_keeps_accounts_only(self, user: User, tree: factories.Tree) -> None:
        keeper = factories.actor_with(unit=tree.city, role="security_admin")
        clerk = factories.actor_with(unit=tree.city, role="office_head")
        county = factories.actor_with(unit=tree.counties[0], role="security_admin")
        for actor in (clerk, county):
            with pytest.raises(NotAllowed):
                commands.set_password(actor=actor, user_id=user.pk, password="another fine sentence", at=timezone.now())
        commands.set_password(actor=keeper, user_id=user.pk, password="another fine sentence", at=timezone.now())
        assert try_in("zhang", "another fine sentence") == user


class TestAccounts:
    @pytest.mark.parametrize("name", ["", "  ", "two words", "x" * 61])
    def test_refuses_names_that_nobody_could_type(self, name: str) -> None:
        with pytest.raises(InvalidInput):
            commands.create_user(actor=SYSTEM, sign_in_name=name, password=PASSWORD, at=timezone.now())

    def test_refuses_a_name_that_is_taken(self, user: User) -> None:
        with pytest.raises(InvalidInput, match="登录名"):
            commands.create_user(actor=SYSTEM, sign_in_name="ZHANG", password=PASSWORD, at=timezone.now())

    def test_are_opened_by_the_security_administrator_only(self, tree: factories.Tree) -> None:
        for role in ("office_head", "system_admin", "audit_admin"):
            with pytest.raises(NotAllowed):
                commands.create_user(
                    actor=factories.actor_with(unit=tree.city, role=role),
                    sign_in_name="wang",
                    password=PASSWORD,
                    at=timezone.now(),
                )

    def test_nobody_ends_their_own(self, tree: factories.Tree) -> None:
        keeper = factories.actor_with(unit=tree.city, role="security_admin")
        with pytest.raises(InvalidInput):
            commands.end_user(actor=keeper, user_id=keeper.user_id or 0, reason="tired", at=timezone.now())

    def test_end_only_with_a_reason(self, user: User) -> None:
        with pytest.raises(InvalidInput):
            commands.end_user(actor=SYSTEM, user_id=user.pk, reason=" ", at=timezone.now())


def test_a_session_past_its_time_holds_nothing_and_leads_to_signing_in(client: Client, user: User) -> None:
    assert by_form(client, PASSWORD) == 302
    session = client.session
    assert session.session_key
    assert client.get("/password/").status_code == 200
    kept = Session.objects.filter(session_key=session.session_key)
    assert kept.update(expire_date=timezone.now() - timedelta(seconds=1)) == 1
    again = type(session)(session.session_key)
    assert (dict(again.items()), again.session_key) == ({}, None)
    assert client.get("/password/").status_code == 302
