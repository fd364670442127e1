"""Who a session belongs to."""

from django.conf import settings
from django.db import connection

from duban.accounts.models import User
from duban.kernel.rows import Part

_USER = Part(User, "account")
_ACCOUNT = f"SELECT {_USER.sql} FROM accounts_user AS account WHERE account.id = %s AND account.is_active"


class Sessions:
    """
    Finds the account of a session, afresh for each request: an account that ended is refused on the next one.

    It signs nobody in; `commands.sign_in` does.
    """

    def get_user(self, user_id: int) -> User | None:
        """Return the account, or None if it ended or may not be used here."""
        # By hand: it stands before every answer.
        with connection.cursor() as cursor:
            cursor.execute(_ACCOUNT, [user_id])
            row = cursor.fetchone()
        user = _USER.read(row) if row is not None else None
        return user if user is not None and may_be_used(user) else None


def may_be_used(user: User) -> bool:
    """Return whether the account is of use in this environment: invented ones are not in production."""
    return user.is_active and not (user.is_demonstration and settings.ENVIRONMENT == "production")
