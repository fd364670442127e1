"""How far a grant reaches."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reach(TextChoices):
    """Over which units a grant holds."""

    SUBTREE = "subtree", _("The unit and all below it")
    UNIT = "unit", _("The unit alone")
    LISTED = "listed", _("Listed units")
    LINE = "line", _("A lead department, all below it and its line")
    ONESELF = "oneself", _("Oneself")
