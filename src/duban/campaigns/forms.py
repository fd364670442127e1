"""What an office fills in about a campaign."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.campaigns.states import CampaignKind
from duban.shell.widgets import DayInput


class CampaignForm(forms.Form):
    """Name, kind, head unit and days of a campaign."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=CampaignKind.choices)
    root = forms.TypedChoiceField(label=_("For the units at and below"), coerce=int)
    starts_on = forms.DateField(label=_("Start"), widget=DayInput())
    planned_end_on = forms.DateField(
        label=_("Planned end"),
        required=False,
        help_text=_("Empty for the standing work of an office."),
        widget=DayInput(),
    )

    def offer_roots(self, roots: Sequence[tuple[int, str]]) -> None:
        """Set the units to choose from."""
        field = self.fields["root"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = roots


class EndForm(forms.Form):
    """Why a campaign ends."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
