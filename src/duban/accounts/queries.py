"""Reading accounts."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from duban.accounts.models import RecoveryCode, SecondFactor, SignInAttempt, User
from duban.accounts.policy import may_keep_accounts
from duban.accounts.telephones import telephone_of
from duban.audit.named_lists import named_list
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.kernel.paging import Page, cut, decode_key

PAGE_SIZE = 50


def get_user(*, actor: Actor, user_id: int) -> User:
    """
    Return one account, one's own or any for whoever keeps accounts.

    :raises NotFound: if there is none
    :raises NotAllowed: if it is another's and this actor keeps no accounts
    """
    if user_id != actor.user_id:
        may_keep_accounts(actor).require()
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("There is no such account."))
    return user


@named_list("account", people=lambda page: len(page.rows))
def user_list(*, actor: Actor, searched: str = "", after: str = "", size: int = PAGE_SIZE) -> Page[User]:
    """
    Return one page of all accounts by sign-in name, for whoever keeps accounts.

    :raises NotAllowed: if this actor keeps no accounts
    """
    may_keep_accounts(actor).require()
    users = User.objects.filter(sign_in_name__gt=decode_key(after, length=1, kinds=(str,))[0] if after else "")
    if searched.strip():
        users = users.filter(sign_in_name__contains=searched.strip().lower())
    return cut(list(users.order_by("sign_in_name")[: size + 1]), size=size, key=lambda user: (user.sign_in_name,))


def user_called(*, actor: Actor, name: str) -> User | None:
    """Return the account with this sign-in name or telephone number; the name wins."""
    typed, number = name.strip().lower(), telephone_of(name)
    users = User.objects.filter(Q(sign_in_name=typed) | (Q(telephone=number) & ~Q(telephone="")))
    return min(users[:2], key=lambda user: user.sign_in_name != typed, default=None)


def factor_of(*, actor: Actor) -> SecondFactor | None:
    """Return the second factor that the actor has enrolled, if any."""
    return SecondFactor.objects.filter(user_id=actor.user_id or 0, confirmed_at__isnull=False).first()


# By hand: it stands before every answer to an office.
_FACTOR = "SELECT 1 FROM accounts_secondfactor WHERE id = %s AND user_id = %s AND confirmed_at IS NOT NULL"


def is_factor_of(*, actor: Actor, factor_id: int) -> bool:
    """Return whether the factor that a session showed is still the one in force."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTOR, [factor_id, actor.user_id])
        return cursor.fetchone() is not None


def recovery_codes_left(*, actor: Actor) -> int:
    """Return how many recovery codes the actor still has."""
    return RecoveryCode.objects.filter(factor__user_id=actor.user_id or 0, used_at__isnull=True).count()


def has_factor(*, actor: Actor, user_id: int) -> bool:
    """
    Return whether an account has a second factor in force.

    :raises NotAllowed: if it is another's and this actor keeps no accounts
    """
    user = get_user(actor=actor, user_id=user_id)
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def has_demonstration_accounts(*, actor: Actor) -> bool:
    """Return whether this database holds accounts of a demonstration city."""
    return User.objects.filter(is_demonstration=True).exists()


def demonstration_sign_ins(*, actor: Actor) -> Sequence[User]:
    """Return the invented accounts that the sign-in page offers: in a trial only, in the order they were made."""
    if not settings.IS_TRIAL:
        return []
    return list(User.objects.filter(is_demonstration=True, is_active=True).exclude(label="").order_by("id"))


def overdue_attempts(*, actor: Actor, before: datetime) -> int:
    """Return how many failed attempts to sign in are of before that moment."""
    return SignInAttempt.objects.filter(tried_at__lt=before).count()


def overdue_sessions(*, actor: Actor, before: datetime) -> int:
    """Return how many sessions ended before that moment."""
    return Session.objects.filter(expire_date__lt=before).count()
