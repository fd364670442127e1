"""Opening and ending accounts, and signing in."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duban.accounts.backends import may_be_used
from duban.accounts.models import SignInAttempt, User
from duban.accounts.policy import may_keep_accounts, may_open_accounts
from duban.accounts.queries import get_user
from duban.accounts.throttling import WINDOW, Place, name_hash, seconds_to_wait
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, TooManyAttempts

# Longer ones would only cost time to hash.
LONGEST_PASSWORD = 200
LONGEST_NAME = 60


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    sign_in_name: str,
    password: str,
    at: datetime,
    label: str = "",
    is_demonstration: bool = False,
) -> User:
    """
    Open an account. An invented one (`is_demonstration`) has a public password, which is not judged.

    :raises NotAllowed: if this actor opens no accounts
    :raises InvalidInput: if the name is taken or empty, or the password too easy
    """
    may_open_accounts(actor).require()
    name = sign_in_name.strip().lower()
    if not name or any(char.isspace() for char in name) or len(name) > LONGEST_NAME:
        raise _invalid("sign_in_name", _("A sign-in name has 1 to 60 characters and no spaces."))
    if not is_demonstration:
        _judge(password, User(sign_in_name=name), field="password")

    # The insert decides who was first, where two open the same name at once.
    user, is_new = User.objects.get_or_create(
        sign_in_name=name,
        defaults={
            "password": make_password(password),
            "label": label.strip(),
            "is_demonstration": is_demonstration,
            "created_at": at,
        },
    )
    if not is_new:
        raise _invalid("sign_in_name", _("This sign-in name is taken."))

    audit.record(
        actor=actor,
        verb="account.open",
        object_kind="account",
        object_id=user.pk,
        at=at,
        payload={"sign_in_name": name, "is_demonstration": is_demonstration},
    )
    return user


@transaction.atomic
def set_password(*, actor: Actor, user_id: int, password: str, at: datetime, old_password: str | None = None) -> User:
    """
    Give an account another password; its other sessions end with the next request.

    One's own needs the old one; another's is set by whoever keeps accounts.

    :raises NotAllowed: if it is another's and this actor keeps no accounts
    :raises InvalidInput: if the old password is wrong or the new one too easy
    """
    user = get_user(actor=actor, user_id=user_id)
    user = User.objects.select_for_update().get(pk=user.pk)

    if user.pk == actor.user_id and not check_password(old_password or "", user.password):
        raise _invalid("old_password", _("The present password is not right."))
    _judge(password, user, field="password")

    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=actor, verb="account.password", object_kind="account", object_id=user.pk, at=at)
    return user


@transaction.atomic
def end_user(*, actor: Actor, user_id: int, reason: str, at: datetime) -> User:
    """
    End an account: its next request is refused. What it did keeps its name.

    :raises NotAllowed: if this actor keeps no accounts, or it is their own
    :raises InvalidInput: if no reason was given
    """
    may_keep_accounts(actor).require()
    user = get_user(actor=actor, user_id=user_id)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == actor.user_id:
        raise InvalidInput(_("You cannot end your own account. Ask another administrator."))
    if not reason.strip():
        raise _invalid("reason", _("Please give a reason."))

    user.is_active = False
    user.ended_at = at
    user.ended_reason = reason.strip()
    user.save(update_fields=["is_active", "ended_at", "ended_reason"])
    audit.record(
        actor=actor,
        verb="account.end",
        object_kind="account",
        object_id=user.pk,
        at=at,
        payload={"reason": reason.strip()},
    )
    return user


@transaction.atomic
def sign_in(*, actor: Actor, sign_in_name: str, password: str, place: Place, at: datetime) -> User | None:
    """
    Return the account whose password this is, or None; a failure is returned, not raised, so that it stays counted.

    A name that does not exist takes as long as one that does.

    :raises TooManyAttempts: while the name from this place, or the place, has to wait; the password is not looked at
    """
    name = name_hash(sign_in_name)
    counted_at = place.word_for(sign_in_name)
    _one_at_a_time(name, counted_at)
    _require_patience(name=name, place=counted_at, at=at)

    user = User.objects.filter(sign_in_name=sign_in_name.strip().lower()).first()
    is_right = check_password(password[: LONGEST_PASSWORD + 1], user.password if user else _nobodys_password())
    if user is None or not is_right or not may_be_used(user):
        SignInAttempt.objects.create(name_hash=name, place_hash=counted_at, tried_at=at)
        return None

    SignInAttempt.objects.filter(name_hash=name, place_hash=counted_at).delete()
    audit.record(
        actor=replace(actor, user_id=user.pk), verb="account.sign_in", object_kind="account", object_id=user.pk, at=at
    )
    return user


@transaction.atomic
def sign_out(*, actor: Actor, at: datetime) -> None:
    """Record that somebody signed out; the session itself is ended by the caller."""
    audit.record(actor=actor, verb="account.sign_out", object_kind="account", object_id=actor.user_id, at=at)


@transaction.atomic
def clear_attempts(*, actor: Actor, before: datetime) -> int:
    """Remove failures that no longer count; return how many."""
    return SignInAttempt.objects.filter(tried_at__lt=before - WINDOW).delete()[0]


def _one_at_a_time(name: str, place: str) -> None:
    # Attempts sent at once would otherwise all be counted before the first has failed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in:{name}:{place}"])


def _require_patience(*, name: str, place: str, at: datetime) -> None:
    recent = SignInAttempt.objects.filter(place_hash=place, tried_at__gt=at - WINDOW)
    failures = list(recent.order_by("-tried_at").values_list("name_hash", "tried_at")[:200])
    own = [tried_at for failed, tried_at in failures if failed == name]
    wait = max(
        seconds_to_wait(for_name=len(own), for_place=0, last=own[0] if own else None, at=at),
        seconds_to_wait(for_name=0, for_place=len(failures), last=failures[0][1] if failures else None, at=at),
    )
    if wait:
        raise TooManyAttempts(
            ngettext_lazy(
                "Too many attempts. Please wait %(seconds)d second.",
                "Too many attempts. Please wait %(seconds)d seconds.",
                wait,
            )
            % {"seconds": wait},
            retry_after=wait,
        )


@cache
def _nobodys_password() -> str:
    return make_password("nobody has this password")


def _judge(password: str, user: User, *, field: str) -> None:
    if len(password) > LONGEST_PASSWORD:
        raise _invalid(field, _("The password is longer than 200 characters."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _invalid(field, " ".join(error.messages)) from error


def _invalid(field: str, sentence: object) -> InvalidInput:
    return InvalidInput(sentence, fields={field: sentence})
