"""What whoever administers a subtree fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.access.states import Reach
from duban.access.words import ROLE_WORDS
from duban.shell.widgets import DayInput


class GrantForm(forms.Form):
    """Who holds which role over which units, from when until when."""

    sign_in_name = forms.CharField(label=_("Sign-in name"), max_length=60)
    role = forms.ChoiceField(label=_("Role"), choices=[("", "—"), *ROLE_WORDS.items()])
    unit = forms.CharField(
        label=_("Unit"),
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "unit-suggestions"}),
    )
    reach = forms.ChoiceField(
        label=_("Holds over"), choices=[choice for choice in Reach.choices if choice[0] != Reach.ONESELF]
    )
    listed = forms.CharField(
        label=_("Listed units"),
        required=False,
        help_text=_("One name a line; only for a role over listed units."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    starts_on = forms.DateField(label=_("From"), required=False, help_text=_("Empty: at once."), widget=DayInput())
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until it is ended."),
        widget=DayInput(),
    )


class AccountForm(forms.Form):
    """Who gets an account, and with which first password."""

    unit = forms.CharField(
        label=_("Unit"),
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "unit-suggestions"}),
    )
    person_name = forms.CharField(label=_("Name of the person"), max_length=60)
    sign_in_name = forms.CharField(label=_("Sign-in name"), max_length=60)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        help_text=_("Hand it over yourself; the person changes it after the first sign-in."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EndForm(forms.Form):
    """Why a grant ends."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class GrantFilter(forms.Form):
    """Which grants the list shows."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("All")), *ROLE_WORDS.items()], required=False)
    ended = forms.BooleanField(label=_("Also ended ones"), required=False)
