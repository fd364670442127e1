"""Posted text turned into values."""

from django import forms
from django.utils.translation import gettext_lazy as _

_SHORT = forms.Textarea(attrs={"rows": 2})
_LONG = forms.Textarea(attrs={"rows": 4})


class AssignmentForm(forms.Form):
    """One row of the breakdown table; its words are read by tasks.breakdown like any other row."""

    heading = forms.CharField(label=_("Key task"), max_length=300, required=False)
    wording = forms.CharField(label=_("What is to be done"), widget=_LONG, max_length=4000)
    standard = forms.CharField(label=_("Standard and form of result"), widget=_SHORT, max_length=2000, required=False)
    owner = forms.CharField(
        label=_("Owner unit"),
        max_length=4000,
        widget=forms.TextInput(attrs={"list": "owners", "autocomplete": "off"}),
        help_text=_("One unit, several with 、 between them, or a whole class such as 各部门."),
    )
    helpers = forms.CharField(
        label=_("Helping units"),
        max_length=4000,
        required=False,
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
    )
    lead_person = forms.CharField(label=_("Leader in charge"), max_length=60, required=False)
    contact = forms.CharField(label=_("Contact and telephone"), max_length=120, required=False)
    due = forms.CharField(
        label=_("By when"),
        max_length=120,
        help_text=_("As you would write it: 6月30日前, 6月底前, 每月25日前, 长期坚持."),
    )
    rhythm = forms.CharField(label=_("Reports"), max_length=60, required=False)
    remark = forms.CharField(label=_("Remark"), widget=_SHORT, max_length=2000, required=False)
    is_key = forms.BooleanField(label=_("Key item, first in all lists"), required=False)
    assigner = forms.IntegerField(widget=forms.HiddenInput)
    requirement = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def words(self) -> dict[str, str]:
        """Return the words by column of the breakdown table."""
        keys = (
            "heading",
            "wording",
            "standard",
            "owner",
            "helpers",
            "lead_person",
            "contact",
            "due",
            "rhythm",
            "remark",
        )
        return {key: self.cleaned_data.get(key) or "" for key in keys}


class _Dated(forms.Form):
    new_due = forms.DateField(
        label=_("New date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class StepForm(_Dated):
    """What goes with a step along the flow."""

    text = forms.CharField(label=_("In a sentence"), widget=_SHORT, max_length=4000, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FeedbackForm(forms.Form):
    """What has been done so far."""

    text = forms.CharField(label=_("What has been done"), widget=_LONG, max_length=4000)


class ExtensionForm(_Dated):
    """A request for a later date."""

    reason = forms.CharField(label=_("Why"), widget=_SHORT, max_length=2000)


class BreakdownForm(forms.Form):
    """A breakdown table to take in."""

    file = forms.FileField(label=_("Breakdown table (.xlsx, .csv or a table in .docx)"))
    assigner = forms.IntegerField(widget=forms.HiddenInput)
