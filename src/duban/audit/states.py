"""What can be wrong with the chain of the record."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FaultKind(models.TextChoices):
    """How a record differs from what it was, or from what a record has to be."""

    DAMAGED = "damaged", _("it is not what a record has to be")
    CHANGED = "changed", _("it is no longer what it was when it was sealed")
    MISSING = "missing", _("it is no longer there")
    ADDED = "added", _("it was added after its part had been sealed")
