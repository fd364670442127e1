"""Turning posted text into values."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.directives.states import DocumentKind, NodeKind


class TakeIn(forms.Form):
    """A paper: pasted, or as a file."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("Paste the whole text as it is; page numbers and notices of web sites may stay."),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("A .txt, .docx or .pdf with text, up to 20 MB. A .doc or .wps: save it as .docx first."),
    )
    kind = forms.ChoiceField(label=_("Kind of paper"), choices=DocumentKind.choices, initial=DocumentKind.SPEECH)
    unit = forms.TypedChoiceField(label=_("Taken in by the office of"), coerce=int)

    def __init__(self, *args: Any, units: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit.pk, unit.shown_name) for unit in units]  # type: ignore[attr-defined]


class Facts(forms.Form):
    """What is known about a paper as a whole."""

    title = forms.CharField(label=_("Title"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind of paper"), choices=DocumentKind.choices)
    dated_on = forms.DateField(
        label=_("Date of the text"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Deadlines without a year and “yesterday” count from it; all are reckoned again."),
    )
    speaker_role = forms.CharField(label=_("Post of the speaker"), max_length=120, required=False)
    on_behalf_of = forms.CharField(label=_("On behalf of"), max_length=60, required=False)
    based_on = forms.CharField(label=_("Upper-level paper it carries out"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RequirementFields(forms.Form):
    """What was read from one sentence."""

    responsible = forms.CharField(label=_("Who"), max_length=500, required=False)
    deadline = forms.CharField(label=_("By when"), max_length=500, required=False)
    quantity = forms.CharField(label=_("How much"), max_length=500, required=False)
    kind = forms.ChoiceField(label=_("Kind of statement"), choices=NodeKind.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PointFields(forms.Form):
    """Kind and title of a point; a form that changes one of them leaves the other out."""

    kind = forms.ChoiceField(choices=NodeKind.choices, required=False)
    title = forms.CharField(max_length=500, required=False)
    version = forms.IntegerField()


class SentencePlace(forms.Form):
    """Where a sentence stands in the raw text."""

    start = forms.IntegerField(min_value=0)
    end = forms.IntegerField(min_value=0)
