"""What an administrator fills in about a day."""

from django import forms
from django.utils.translation import gettext_lazy as _

WORKED, FREE = "worked", "free"


class WorkdayForm(forms.Form):
    """A day, and whether it is worked."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    worked = forms.ChoiceField(label=_("On this day"), choices=[(FREE, _("nobody works")), (WORKED, _("people work"))])
    name = forms.CharField(
        label=_("Because of"),
        max_length=60,
        required=False,
        help_text=_("The holiday; left empty where the day follows its weekday again."),
    )
    source = forms.CharField(label=_("Notice"), max_length=200, required=False)
