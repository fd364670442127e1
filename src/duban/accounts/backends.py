"""Who a session belongs to."""

from django.conf import settings

from duban.accounts.models import User


class Sessions:
    """
    Finds the account of a session, afresh for each request: an account that ended is refused on the next one.

    It signs nobody in; `commands.sign_in` does.
    """

    def get_user(self, user_id: int) -> User | None:
        """Return the account, or None if it ended or may not be used here."""
        user = User.objects.filter(pk=user_id, is_active=True).first()
        return user if user is not None and may_be_used(user) else None


def may_be_used(user: User) -> bool:
    """Return whether the account is of use in this environment: invented ones are not in production."""
    return user.is_active and not (user.is_demonstration and settings.ENVIRONMENT == "production")
