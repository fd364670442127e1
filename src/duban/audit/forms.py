"""What an auditor looks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.audit.words import KIND_WORDS
from duban.shell.widgets import DayInput


class RecordFilter(forms.Form):
    """One thing, one unit, one account, some days."""

    account = forms.CharField(label=_("Sign-in name"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("Kind of thing"), choices=[("", _("All")), *KIND_WORDS.items()], required=False)
    number = forms.IntegerField(label=_("Its number"), min_value=1, required=False)
    unit = forms.IntegerField(label=_("Number of the unit"), min_value=1, required=False)
    since = forms.DateField(label=_("From"), widget=DayInput, required=False)
    until = forms.DateField(label=_("Until"), widget=DayInput, required=False)

    def said(self) -> str:
        """Return the filters in words."""
        given = self.cleaned_data if self.is_valid() else {}
        parts = []
        for name, value in given.items():
            if value not in (None, ""):
                shown = KIND_WORDS.get(value, value) if name == "kind" else value
                parts.append(f"{self.fields[name].label}: {shown}")
        return "；".join(parts)
