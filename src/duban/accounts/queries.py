"""Reading accounts."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duban.accounts.models import User
from duban.accounts.policy import may_keep_accounts
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


def has_demonstration_accounts(*, actor: Actor) -> bool:
    """Return whether this database holds accounts of a demonstration city."""
    return User.objects.filter(is_demonstration=True).exists()


def demonstration_sign_ins(*, actor: Actor) -> Sequence[User]:
    """Return the invented accounts that the sign-in page offers: in a trial only, in the order they were made."""
    if not settings.IS_TRIAL:
        return []
    return list(User.objects.filter(is_demonstration=True, is_active=True).exclude(label="").order_by("id"))
