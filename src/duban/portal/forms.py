"""Forms of the pages that span subjects."""

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.tasks import limits


class UrgingForm(forms.Form):
    """What a reminder says beyond the item itself; may be empty."""

    text = forms.CharField(
        label=_("What to say"),
        required=False,
        max_length=limits.URGING_TEXT,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    to_principal = forms.BooleanField(
        label=_("Remind the principals as well"),
        required=False,
        help_text=_("It stands on their page under your name; between 8:00 and 20:00 only."),
    )
