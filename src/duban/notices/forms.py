"""Posted text turned into values."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.notices.states import RobotKind


class RobotForm(forms.Form):
    """A robot of a group chat."""

    unit_id = forms.TypedChoiceField(label=_("Numbers of"), coerce=int)
    kind = forms.ChoiceField(label=_("Whose chat"), choices=RobotKind.choices)
    name = forms.CharField(label=_("Name of the group"), max_length=60)
    address = forms.CharField(
        label=_("Address of the robot"),
        max_length=500,
        help_text=_("As the chat shows it. It is a secret: kept enciphered, never shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret for signing"),
        max_length=200,
        required=False,
        help_text=_("DingTalk and Feishu, where the robot asks for a signature."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    keyword = forms.CharField(
        label=_("Keyword"), max_length=30, required=False, help_text=_("Where the robot takes only messages with it.")
    )

    def offer_units(self, units: Sequence[tuple[int, str]]) -> None:
        """Set the units to choose from."""
        field = self.fields["unit_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = units
