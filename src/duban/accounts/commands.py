"""Opening and ending accounts, signing in, and the second factor."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duban.accounts import second_factor
from duban.accounts.backends import may_be_used
from duban.accounts.models import ActivationCode, RecoveryCode, SecondFactor, SignInAttempt, User
from duban.accounts.policy import may_keep_accounts, may_open_accounts, may_open_to_activate
from duban.accounts.queries import factor_of, get_user, user_called
from duban.accounts.telephones import telephone_of
from duban.accounts.throttling import WINDOW, Place, name_hash, seconds_to_wait
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, TooManyAttempts

# Longer ones would only cost time to hash.
LONGEST_PASSWORD = 200
LONGEST_NAME = 60
CODE_DAYS = 14
# Without 0, 1, I, L, O: read from paper, typed on a telephone. 31^10 is about 2^49, and tries are counted.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


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
    if telephone_of(name):
        raise _invalid("sign_in_name", _("A sign-in name is not a telephone number; the owner adds that."))
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
        payload={"is_demonstration": is_demonstration},
        after={"sign_in_name": name},
    )
    return user


@transaction.atomic
def set_password(*, actor: Actor, user_id: int, password: str, at: datetime, old_password: str | None = None) -> User:
    """
    Give an account another password; its other sessions end with the next request.

    One's own needs the old one; another's is set by whoever keeps accounts. A code printed for the account is void.

    :raises NotAllowed: if it is another's and this actor keeps no accounts
    :raises InvalidInput: if the old password is wrong or the new one too easy, or this actor took the second factor away
        and none was enrolled since
    """
    user = get_user(actor=actor, user_id=user_id)
    user = User.objects.select_for_update().get(pk=user.pk)

    if user.pk == actor.user_id and not check_password(old_password or "", user.password):
        raise _invalid("old_password", _("The present password is not right."))
    if user.pk != actor.user_id and user.factor_reset_by is not None and user.factor_reset_by == actor.user_id:
        raise _invalid(
            "password",
            _("You reset the second factor of this account. Another security administrator sets its new password."),
        )
    _judge(password, user, field="password")

    user.set_password(password)
    user.save(update_fields=["password"])
    _void_codes([user.pk], at)
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

    user = user_called(actor=actor, name=sign_in_name)
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
def require_patience(*, actor: Actor, name: str, place: Place, at: datetime) -> None:
    """
    Go on only where this place has not guessed too often; what is guessed has a name of its own, such as a kind of code.

    :raises TooManyAttempts: while the place has to wait
    """
    counted_at = place.word_for(name)
    _one_at_a_time(name_hash(name), counted_at)
    _require_patience(name=name_hash(name), place=counted_at, at=at)


@transaction.atomic
def count_failure(*, actor: Actor, name: str, place: Place, at: datetime) -> None:
    """Count one wrong guess from a place."""
    SignInAttempt.objects.create(name_hash=name_hash(name), place_hash=place.word_for(name), tried_at=at)


@transaction.atomic
def open_to_activate(*, actor: Actor, names: Sequence[tuple[str, str]], at: datetime) -> list[User]:
    """
    Open an account for each (name of the person, label), in their order, without a password: a code activates it.

    The sign-in name is the person's own; where it is taken, the first free number follows it.

    :raises NotAllowed: if this actor opens no accounts anywhere; where, the caller has checked
    """
    may_open_to_activate(actor).require()
    with connection.cursor() as cursor:
        # Openings wait for each other: free names are looked for before they are taken.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accounts.open', 0))")
    free = _free_names([re.sub(r"\s+", "", name).lower()[:50] for name, _label in names])
    users = User.objects.bulk_create(
        [
            User(sign_in_name=sign_in_name, password=make_password(None), label=label[:120], created_at=at)
            for sign_in_name, (_name, label) in zip(free, names, strict=True)
        ]
    )
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            audit.Event("account.open", "account", user.pk, after={"sign_in_name": user.sign_in_name}) for user in users
        ],
    )
    return users


@transaction.atomic
def issue_codes(*, actor: Actor, user_ids: Sequence[int], at: datetime, days: int = CODE_DAYS) -> Mapping[int, str]:
    """
    Issue a new one-time code for each account and return them, which are kept nowhere; earlier codes are void.

    The password of an account that had one ends, and with it its sessions.

    :raises NotAllowed: if this actor opens no accounts anywhere; which, the caller has checked
    """
    may_open_to_activate(actor).require()
    # Locked, so that two issues at once leave one live code.
    list(User.objects.select_for_update().filter(pk__in=list(user_ids)).order_by("pk").values_list("pk"))
    _void_codes(user_ids, at)
    User.objects.filter(pk__in=list(user_ids)).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).update(
        password=make_password(None)
    )
    codes = {user_id: "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH)) for user_id in user_ids}
    ActivationCode.objects.bulk_create(
        [
            ActivationCode(
                user_id=user_id,
                code_hash=_hash(user_id, code),
                issued_at=at,
                issued_by=actor.user_id,
                expires_at=at + timedelta(days=days),
            )
            for user_id, code in codes.items()
        ]
    )
    return codes


@transaction.atomic
def void_codes(*, actor: Actor, user_id: int, at: datetime) -> None:
    """Make a code that was printed for the account worthless; the caller has decided that this actor may."""
    _void_codes([user_id], at)


@transaction.atomic
def activate(
    *, actor: Actor, sign_in_name: str, code: str, password: str, telephone: str, place: Place, at: datetime
) -> User | None:
    """
    Set the first password of the account whose code this is, and its telephone number if one is given.

    None, which stays counted, for a code that is wrong, used, void or too old, or an account that has a password: the
    answer is the same for all, and for names that there are not.

    :raises TooManyAttempts: while the name from this place, or the place, has to wait
    :raises InvalidInput: if the password is too easy, or the telephone number cannot be used
    """
    guess = f"activate:{sign_in_name.strip().lower()}"
    require_patience(actor=actor, name=guess, place=place, at=at)
    _judge(password, User(sign_in_name=sign_in_name.strip().lower()), field="password")
    number = _usable(telephone)
    user = user_called(actor=actor, name=sign_in_name)
    taken = (
        ActivationCode.objects.filter(
            user=user,
            code_hash=_hash(user.pk, code),
            used_at__isnull=True,
            voided_at__isnull=True,
            expires_at__gt=at,
        ).update(used_at=at)
        if user is not None and user.is_active and not user.has_usable_password()
        else 0
    )
    if user is None or not taken:
        count_failure(actor=actor, name=guess, place=place, at=at)
        return None
    user.set_password(password)
    if number:
        user.telephone = number
    _save(user, ["password", "telephone"])
    audit.record(
        actor=actor,
        verb="account.activate",
        object_kind="account",
        object_id=user.pk,
        at=at,
        payload={"with_telephone": bool(number)},
    )
    return user


@transaction.atomic
def set_telephone(*, actor: Actor, telephone: str, at: datetime) -> User:
    """
    Give one's own account the telephone number by which it also signs in; empty takes it away.

    :raises InvalidInput: if the number cannot be used
    """
    number = _usable(telephone)
    user = User.objects.select_for_update().get(pk=actor.user_id or 0)
    user.telephone = number
    _save(user, ["telephone"])
    audit.record(
        actor=actor,
        verb="account.telephone",
        object_kind="account",
        object_id=user.pk,
        at=at,
        payload={"given": bool(number)},
    )
    return user


@transaction.atomic
def begin_enrolment(*, actor: Actor, at: datetime) -> bytes:
    """
    Make a secret for the actor's own account, in place of one that was never confirmed, and return it.

    :raises IllegalStep: if a second factor is enrolled already
    """
    user = _own_account(actor)
    if SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise IllegalStep(_("A second factor is enrolled already. The security administrator resets a lost one."))
    SecondFactor.objects.filter(user=user).delete()
    secret = second_factor.new_secret()
    SecondFactor.objects.create(user=user, secret=second_factor.encipher(secret), created_at=at)
    return secret


@transaction.atomic
def confirm_enrolment(*, actor: Actor, code: str, place: Place, at: datetime) -> tuple[int, list[str]] | None:
    """
    Confirm the secret begun by a code of it; return the factor's number and ten recovery codes, or None if it is wrong.

    A failure is returned, not raised, so that it stays counted.

    :raises IllegalStep: if nothing was begun
    :raises TooManyAttempts: while this place has to wait
    """
    user = _own_account(actor)
    factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).first()
    if factor is None:
        raise IllegalStep(_("Please begin again."))
    counted = _counted(actor)
    require_patience(actor=actor, name=counted, place=place, at=at)
    step = _step(factor, code, at=at)
    if step is None:
        count_failure(actor=actor, name=counted, place=place, at=at)
        return None
    factor.confirmed_at = at
    factor.last_step = step
    factor.save(update_fields=["confirmed_at", "last_step"])
    user.factor_reset_by = None
    user.save(update_fields=["factor_reset_by"])
    codes = second_factor.new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(factor=factor, code_hash=second_factor.recovery_hash(one)) for one in codes]
    )
    audit.record(actor=actor, verb="account.enrol_factor", object_kind="account", object_id=user.pk, at=at)
    return factor.pk, codes


@transaction.atomic
def verify_factor(*, actor: Actor, code: str, place: Place, at: datetime) -> int | None:
    """
    Return the number of the actor's factor if this is a code of it or a recovery code, each used once; or None.

    A failure is returned, not raised, so that it stays counted.

    :raises IllegalStep: if none is enrolled
    :raises TooManyAttempts: while this place has to wait
    """
    factor = factor_of(actor=actor)
    if factor is None:
        raise IllegalStep(_("Please begin again."))
    counted = _counted(actor)
    require_patience(actor=actor, name=counted, place=place, at=at)
    given = "".join(code.split()).lower()
    step = _step(factor, given, at=at)
    # The update decides: a code that was seen over a shoulder is of no use, also at the same moment.
    if step is not None and SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step):
        audit.record(actor=actor, verb="account.show_factor", object_kind="account", object_id=actor.user_id, at=at)
        return factor.pk
    codes = RecoveryCode.objects.filter(factor=factor, code_hash=second_factor.recovery_hash(given))
    if codes.filter(used_at__isnull=True).update(used_at=at):
        audit.record(actor=actor, verb="account.use_recovery", object_kind="account", object_id=actor.user_id, at=at)
        return factor.pk
    count_failure(actor=actor, name=counted, place=place, at=at)
    return None


@transaction.atomic
def reset_factor(*, actor: Actor, user_id: int, at: datetime) -> None:
    """
    Take a lost factor away, and the password with it: all sessions of the account end.

    Another security administrator sets the new password, so that nobody alone becomes somebody else; then the person
    enrols anew.

    :raises NotAllowed: if this actor keeps no accounts
    :raises NotFound: if there is no such account
    :raises InvalidInput: if it is their own
    :raises IllegalStep: if none is enrolled
    """
    may_keep_accounts(actor).require()
    user = get_user(actor=actor, user_id=user_id)
    if user.pk == actor.user_id:
        raise InvalidInput(_("You cannot reset your own second factor. Ask another security administrator."))
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        raise IllegalStep(_("No second factor is enrolled."))
    factor.delete()
    User.objects.filter(pk=user.pk).update(password=make_password(None), factor_reset_by=actor.user_id)
    _void_codes([user.pk], at)
    audit.record(actor=actor, verb="account.reset_factor", object_kind="account", object_id=user.pk, at=at)


@transaction.atomic
def sign_out(*, actor: Actor, at: datetime) -> None:
    """Record that somebody signed out; the session itself is ended by the caller."""
    audit.record(actor=actor, verb="account.sign_out", object_kind="account", object_id=actor.user_id, at=at)


@transaction.atomic
def clear_attempts(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove at most so many failures of before that moment; return how many."""
    oldest = SignInAttempt.objects.filter(tried_at__lt=before).order_by("tried_at")[:most]
    return SignInAttempt.objects.filter(pk__in=oldest.values("pk")).delete()[0]


@transaction.atomic
def clear_sessions(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove at most so many sessions that ended before that moment; return how many."""
    oldest = Session.objects.filter(expire_date__lt=before).order_by("expire_date")[:most]
    return Session.objects.filter(pk__in=oldest.values("pk")).delete()[0]


def _void_codes(user_ids: Sequence[int], at: datetime) -> None:
    ActivationCode.objects.filter(user_id__in=list(user_ids), used_at__isnull=True, voided_at__isnull=True).update(
        voided_at=at
    )


def _own_account(actor: Actor) -> User:
    # Locked, so that two enrolments at once see each other.
    return User.objects.select_for_update().get(pk=actor.user_id or 0)


def _step(factor: SecondFactor, code: str, *, at: datetime) -> int | None:
    secret = second_factor.decipher(bytes(factor.secret))
    return None if secret is None else second_factor.matching_step(secret, "".join(code.split()), at=at)


def _counted(actor: Actor) -> str:
    # A name of its own: signing in anew with a stolen password does not wipe out the failures.
    return f"second factor:{actor.user_id}"


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


def _usable(telephone: str) -> str:
    if not telephone.strip():
        return ""
    number = telephone_of(telephone)
    if not number:
        raise _unusable_number(_("This is not a telephone number: 7 to 15 digits."))
    return number


def _save(user: User, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError as fault:
        # Not why: whose number it is concerns nobody else.
        raise _unusable_number(
            _("This number cannot be used here. Leave it empty, or ask whoever opened your account.")
        ) from fault


def _unusable_number(sentence: object) -> InvalidInput:
    return InvalidInput(sentence, fields={"telephone": sentence})


def _free_names(wanted: Sequence[str]) -> list[str]:
    found: dict[int, str] = {}
    used: set[str] = set()
    suffix = 1
    while len(found) < len(wanted):
        tried = {
            place: name if suffix == 1 and name else f"{name}{suffix}"
            for place, name in enumerate(wanted)
            if place not in found
        }
        taken = set(User.objects.filter(sign_in_name__in=set(tried.values())).values_list("sign_in_name", flat=True))
        for place, name in tried.items():
            if name not in taken and name not in used:
                found[place] = name
                used.add(name)
        suffix += 1
    return [found[place] for place in range(len(wanted))]


def _hash(user_id: int, code: str) -> str:
    plain = re.sub(r"[\s\-－—]", "", code).upper()
    return hmac.new(settings.SECRET_KEY.encode(), f"activation:{user_id}:{plain}".encode(), hashlib.sha256).hexdigest()
