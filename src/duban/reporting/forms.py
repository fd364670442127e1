"""Posted text turned into values."""

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.reporting.queries import NoticeWords

_SHORT = forms.Textarea(attrs={"rows": 2})
_NEEDED = {"required": _("Write this field; the paper cannot go without it.")}
_LONG = forms.Textarea(attrs={"rows": 3})


class NoticeForm(forms.Form):
    """What the office writes in a notice."""

    title = forms.CharField(label=_("Title of the paper"), max_length=200, error_messages=_NEEDED)
    addressees = forms.CharField(label=_("Addressees"), max_length=1000, widget=_SHORT, error_messages=_NEEDED)
    opening = forms.CharField(
        label=_("Opening"),
        max_length=2000,
        required=False,
        widget=_LONG,
        help_text=_("｛单位数｝, ｛党组织数｝ and ｛党员数｝ are filled from the register on the day of the paper."),
    )
    closing = forms.CharField(label=_("Closing"), max_length=2000, required=False, widget=_LONG)
    red_head = forms.CharField(label=_("Head in red"), max_length=60, required=False)
    word = forms.CharField(
        label=_("Word of the series"),
        max_length=20,
        required=False,
        help_text=_("Such as 澜教办发; needed for a number."),
    )
    copies_to = forms.CharField(label=_("Copies to"), max_length=500, required=False)
    contact = forms.CharField(label=_("Contact and telephone"), max_length=200, required=False)

    def words(self) -> NoticeWords:
        """Return what was written."""
        return NoticeWords(**self.cleaned_data)


class VoidForm(forms.Form):
    """Why a paper is void."""

    reason = forms.CharField(max_length=500, required=False)
