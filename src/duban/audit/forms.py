"""What an auditor looks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.audit.words import KIND_WORDS


class RecordFilter(forms.Form):
    """One thing, one unit, one account."""

    account = forms.CharField(label=_("Sign-in name"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("Kind of thing"), choices=[("", _("All")), *KIND_WORDS.items()], required=False)
    number = forms.IntegerField(label=_("Its number"), min_value=1, required=False)
    unit = forms.IntegerField(label=_("Number of the unit"), min_value=1, required=False)
