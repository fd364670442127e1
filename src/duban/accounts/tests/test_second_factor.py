"""The second factor: RFC vectors, enrolling, showing, replay, recovery codes, reset, and who is asked for it."""

import re
from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from duban.accounts import commands, second_factor
from duban.accounts.models import RecoveryCode, SecondFactor, User
from duban.accounts.throttling import FREE_FOR_NAME, Place
from duban.audit.models import AuditEvent
from duban.config import factories
from duban.config.testing import Database
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, TooManyAttempts

HERE = Place(address="10.0.0.1")
NOW = timezone.now()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1."""
    assert second_factor.code_at(b"12345678901234567890", seconds // 30, digits=8) == code
    assert second_factor.matching_step(b"12345678901234567890", code[2:], at=datetime.fromtimestamp(seconds, UTC))


def test_a_secret_is_read_again_only_with_the_key_of_the_installation(settings) -> None:
    secret = second_factor.new_secret()
    kept = second_factor.encipher(secret)
    assert secret not in kept
    assert second_factor.encipher(secret) != kept
    assert second_factor.decipher(kept) == secret
    assert second_factor.decipher(kept[:20] + bytes([kept[20] ^ 1]) + kept[21:]) is None
    settings.SECRET_KEY = "another"
    assert second_factor.decipher(kept) is None


def clerk_of(tree: factories.Tree, role: str = "office_clerk") -> Actor:
    return factories.actor_with(unit=tree.city, role=role)


def enrolled(actor: Actor) -> tuple[bytes, list[str]]:
    secret = commands.begin_enrolment(actor=actor, at=NOW)
    earlier = second_factor.code_at(secret, second_factor.step_of(NOW) - 1)
    done = commands.confirm_enrolment(actor=actor, code=earlier, place=HERE, at=NOW)
    assert done is not None
    return secret, done[1]


def show(actor: Actor, code: str, *, place: Place = HERE, at: datetime = NOW) -> int | None:
    return commands.verify_factor(actor=actor, code=code, place=place, at=at)


def code_now(secret: bytes, at: datetime = NOW) -> str:
    return second_factor.code_at(secret, second_factor.step_of(at))


@pytest.mark.django_db
class TestShowing:
    def test_a_code_opens_once_and_an_earlier_one_no_more(self, tree: factories.Tree) -> None:
        actor = clerk_of(tree)
        secret, _codes = enrolled(actor)
        assert show(actor, second_factor.code_at(secret, second_factor.step_of(NOW) - 1)) is None
        assert show(actor, code_now(secret))
        assert show(actor, code_now(secret)) is None
        later = NOW + timedelta(seconds=60)
        assert show(actor, code_now(secret, later), at=later)
        assert show(actor, code_now(secret), at=later) is None

    def test_ten_recovery_codes_are_kept_as_hashes_and_open_once(self, tree: factories.Tree) -> None:
        actor = clerk_of(tree)
        _secret, codes = enrolled(actor)
        assert len(set(codes)) == 10
        assert not RecoveryCode.objects.filter(code_hash__in=codes).exists()
        assert show(actor, f" {codes[0][:5].upper()} {codes[0][5:]} ")
        assert show(actor, codes[0]) is None
        assert not any(show(clerk_of_another, codes[1]) for clerk_of_another in [other_with_factor(tree)])

    def test_guessing_waits_and_delays_nobody_elsewhere(self, tree: factories.Tree) -> None:
        actor, other = clerk_of(tree), other_with_factor(tree)
        secret, _codes = enrolled(actor)
        for _ in range(FREE_FOR_NAME):
            assert show(actor, "not it") is None
        with pytest.raises(TooManyAttempts):
            show(actor, code_now(secret))
        assert show(other, "not it") is None
        assert show(actor, code_now(secret), place=Place(address="10.0.0.2"))

    def test_what_is_enrolled_is_not_replaced_by_oneself(self, tree: factories.Tree) -> None:
        actor = clerk_of(tree)
        enrolled(actor)
        with pytest.raises(IllegalStep):
            commands.begin_enrolment(actor=actor, at=NOW)

    def test_a_lost_one_is_reset_by_the_security_administrator_of_the_whole(self, tree: factories.Tree) -> None:
        actor = clerk_of(tree)
        enrolled(actor)
        keeper = clerk_of(tree, "security_admin")
        county = factories.actor_with(unit=tree.counties[0], role="security_admin")
        for nobody in (actor, county, clerk_of(tree, "office_head")):
            with pytest.raises(NotAllowed):
                commands.reset_factor(actor=nobody, user_id=actor.user_id or 0, at=NOW)
        with pytest.raises(InvalidInput):
            commands.reset_factor(actor=keeper, user_id=keeper.user_id or 0, at=NOW)
        commands.reset_factor(actor=keeper, user_id=actor.user_id or 0, at=NOW)
        assert AuditEvent.objects.get(verb="account.reset_factor").actor_user == keeper.user_id
        with pytest.raises(IllegalStep):
            commands.reset_factor(actor=keeper, user_id=actor.user_id or 0, at=NOW)
        enrolled(actor)

    def test_whoever_reset_it_does_not_set_the_password_and_another_does(self, tree: factories.Tree) -> None:
        actor = clerk_of(tree, "audit_admin")
        enrolled(actor)
        user_id = actor.user_id or 0
        keeper, second = clerk_of(tree, "security_admin"), clerk_of(tree, "security_admin")

        def give(by: Actor) -> None:
            commands.set_password(actor=by, user_id=user_id, password="a new long sentence", at=NOW)

        # Before the reset the password is of no use without the factor, and after it of none at all.
        give(keeper)
        commands.reset_factor(actor=keeper, user_id=user_id, at=NOW)
        assert not User.objects.get(pk=user_id).has_usable_password()
        with translation.override("en"), pytest.raises(InvalidInput, match="Another security administrator"):
            give(keeper)
        give(second)
        with pytest.raises(InvalidInput):
            give(keeper)
        enrolled(actor)
        give(keeper)

    def test_a_reset_ends_every_session(self, tree: factories.Tree) -> None:
        account = factories.make_person_with_account(unit=tree.city, role="office_clerk", password="a long sentence")
        enrolled(factories.actor_for(account=account))
        stolen = signed_in(account.user)
        assert stolen.get("/units/").status_code == 200
        commands.reset_factor(actor=clerk_of(tree, "security_admin"), user_id=account.user.pk, at=NOW)
        assert stolen.get("/units/").headers["Location"].startswith("/sign-in/?")


def other_with_factor(tree: factories.Tree) -> Actor:
    actor = clerk_of(tree)
    enrolled(actor)
    return actor


def test_one_code_sent_twice_at_once_opens_one_session(own_database: Database) -> None:
    tree = factories.build_tree(counties=1, townships=0, villages=0)
    actor = clerk_of(tree)
    secret, _codes = enrolled(actor)
    together = Barrier(2)

    def one(place: str) -> bool:
        together.wait(timeout=10)
        try:
            return show(actor, code_now(secret), place=Place(address=place)) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(one, ["10.0.0.1", "10.0.0.2"])) == [False, True]


@pytest.fixture
def required(settings) -> None:
    settings.SECOND_FACTOR = "required"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
class TestPages:
    def test_whoever_needs_it_gets_nowhere_without_and_enrols(self, tree: factories.Tree, required: None) -> None:
        account = factories.make_person_with_account(unit=tree.city, role="office_clerk")
        client, place = signed_in(account.user), reverse("accounts:second-factor")
        assert client.get("/units/").headers["Location"] == f"{place}?next=%2Funits%2F"
        assert client.post("/switch-post/").headers["Location"] == place
        refused = client.get("/api/units")
        assert (refused.status_code, refused.json()["message"]) == (403, "Please show your second factor first.")
        assert "开始" in client.get(place).content.decode()

        page = client.post(place, {"begin": "1", "next": "/units/"}).content.decode()
        assert "data:image/svg+xml" in page
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert found
        secret = b32decode(found[1].replace(" ", ""))
        key = client.session.session_key
        assert client.post(place, {"code": "000"}).status_code == 422
        done = client.post(place, {"code": code_now(secret, timezone.now()), "next": "/units/"})
        assert done.content.decode().count("<li><code>") == 10
        assert client.session.session_key != key
        assert client.get("/units/").status_code == 200

        again = signed_in(account.user)
        assert again.get("/units/").status_code == 302
        code = re.findall(r"<li><code>([a-z0-9 ]+)</code>", done.content.decode())[0]
        assert again.post(place, {"code": code, "next": "/units/"}).headers["Location"] == "/units/"
        assert again.get("/units/").status_code == 200

        SecondFactor.objects.filter(user=account.user).delete()
        assert client.get("/units/").status_code == 302

    def test_others_and_a_trial_are_not_asked(self, tree: factories.Tree, settings) -> None:
        clerk = factories.make_person_with_account(unit=tree.city, role="office_clerk")
        assert signed_in(clerk.user).get("/units/").status_code == 200
        settings.SECOND_FACTOR = "required"
        liaison = factories.make_person_with_account(unit=tree.city, role="unit_liaison")
        assert signed_in(liaison.user).get("/units/").status_code == 200

    def test_the_keeper_resets_on_the_page_of_the_account(self, tree: factories.Tree) -> None:
        account = factories.make_person_with_account(unit=tree.city, role="office_clerk")
        enrolled(factories.actor_for(account=account))
        keeper = signed_in(factories.make_person_with_account(unit=tree.city, role="security_admin").user)
        reset = reverse("accounts:reset-factor", args=[account.user.pk])
        assert reset in keeper.get(reverse("accounts:account", args=[account.user.pk])).content.decode()
        assert keeper.post(reset).status_code == 302
        assert not SecondFactor.objects.filter(user=account.user).exists()
        assert reset not in keeper.get(reverse("accounts:account", args=[account.user.pk])).content.decode()
