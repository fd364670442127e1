"""The filters of a list by class of unit, in words."""

from django.utils.translation import gettext as _

from duban.figures.queries import UnitChoice
from duban.organisation.states import Field, Kind, Level, Rank


def filter_words(choice: UnitChoice) -> str:
    """Return the filters by class of unit in words, for the head of every form of a list."""
    parts = []
    for label, values, names in (
        (_("Level"), choice.levels, Level),
        (_("Field"), choice.fields, Field),
        (_("Kind"), choice.kinds, Kind),
        (_("Rank"), choice.ranks, Rank),
    ):
        if values:
            parts.append(f"{label}: {'、'.join(str(names(value).label) for value in values)}")
    return "；".join(parts)
