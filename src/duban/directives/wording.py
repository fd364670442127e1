"""What is said of relaying, in words."""

from datetime import date

from django.utils.translation import gettext

from duban.directives.states import Manner


def manner_words(manner: str) -> str:
    """Return how a unit relayed it; empty where nothing is recorded."""
    return str(Manner(manner).label) if manner in Manner.values else ""


def limit_words(*, days: int, is_workdays: bool, until: date) -> str:
    """Return the days allowed with the last day."""
    words = (
        gettext("%(days)d working days, until %(until)s") if is_workdays else gettext("%(days)d days, until %(until)s")
    )
    return words % {"days": days, "until": until.isoformat()}
