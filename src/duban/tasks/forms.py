"""Posted text turned into values."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from duban.tasks.queries import Choices
from duban.tasks.states import ChangeKind, ClosingMode, Nature, ReservedAct

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
    minutes = forms.IntegerField(
        label=_("Minutes for one answer"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=_("About how long one unit needs; it is counted in the burden ledger. Empty: 30."),
    )
    nature = forms.ChoiceField(
        label=_("Nature"),
        choices=[("", _("As the verb of the sentence says")), *Nature.choices],
        required=False,
        help_text=_("What is only relayed or studied is declared done; samples are looked at."),
    )
    closing = forms.ChoiceField(
        label=_("How it is closed"), choices=[("", _("As its nature says")), *ClosingMode.choices], required=False
    )
    inspected_by_two = forms.BooleanField(label=_("Two people look on the spot"), required=False)
    changes_by_two = forms.BooleanField(label=_("Requests for a change need two consents"), required=False)
    is_key = forms.BooleanField(label=_("Key item, first in all lists"), required=False)
    is_principals_own = forms.BooleanField(label=_("Completion is confirmed by the unit's principal"), required=False)
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
            "nature",
            "closing",
        )
        return {key: self.cleaned_data.get(key) or "" for key in keys}


class _Dated(forms.Form):
    new_due = forms.DateField(
        label=_("New date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class StepForm(_Dated):
    """What goes with a step along the flow."""

    text = forms.CharField(label=_("In a sentence"), widget=_SHORT, max_length=4000, required=False)
    despite = forms.CharField(label=_("Why, although parts are open"), widget=_SHORT, max_length=2000, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FeedbackForm(forms.Form):
    """What has been done so far."""

    text = forms.CharField(label=_("What has been done"), widget=_LONG, max_length=4000)


class PutBeforeForm(_Dated):
    """What is put before the principal."""

    act = forms.ChoiceField(label=_("What is confirmed"), choices=ReservedAct.choices)
    text = forms.CharField(label=_("What has been done"), widget=_SHORT, max_length=4000)


class NoteForm(forms.Form):
    """One line on one open item; `tasks` are its choices."""

    task = forms.TypedChoiceField(label=_("Which item"), coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(label=_("What has been done"), widget=_SHORT, max_length=4000)

    def __init__(self, *args: Any, tasks: Sequence[tuple[int, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["task"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = tasks


class SeveralForm(forms.Form):
    """The same entry for several units; `tasks` are the units' shares."""

    tasks = forms.TypedMultipleChoiceField(label=_("Units"), coerce=int, widget=forms.CheckboxSelectMultiple)
    act = forms.ChoiceField(
        label=_("What is recorded"),
        choices=[
            ("feedback", _("Report progress")),
            ("ask_done", _("Ask for completion")),
            ("sign", _("Sign for")),
        ],
    )
    text = forms.CharField(label=_("What has been done"), widget=_SHORT, max_length=4000, required=False)

    def __init__(self, *args: Any, tasks: Sequence[tuple[int, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["tasks"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = tasks


class ChangeForm(_Dated):
    """A request for a change of an item in hand."""

    kind = forms.ChoiceField(label=_("What you ask for"), choices=ChangeKind)
    into = forms.TypedChoiceField(label=_("Merge into"), coerce=int, empty_value=None, required=False)
    reason = forms.CharField(label=_("Why"), widget=_SHORT, max_length=2000)

    field_order = ("kind", "new_due", "into", "reason")

    def __init__(self, *given: Any, others: Sequence[tuple[int, str]] = (), **named: Any) -> None:
        super().__init__(*given, **named)
        into: Any = self.fields["into"]
        into.choices = [("", "—"), *others]
        self.fields["new_due"].help_text = _("For a later date, and for the rest of what is done in part.")
        self.fields["into"].help_text = _("Only for merging: it goes on inside that item.")


class BreakdownForm(forms.Form):
    """A breakdown table to take in."""

    file = forms.FileField(label=_("Breakdown table (.xlsx, .xls, .csv or a table in .docx)"))
    assigner = forms.IntegerField(widget=forms.HiddenInput)


class PassDownForm(forms.Form):
    """To whom received items are passed down, with what is added to them."""

    to = forms.ChoiceField(label=_("Pass down to"))
    units = forms.MultipleChoiceField(
        label=_("Listed units"), required=False, widget=forms.CheckboxSelectMultiple(), choices=()
    )
    names = forms.CharField(
        label=_("Other units by name"),
        required=False,
        max_length=4000,
        help_text=_("With 、 between them."),
    )
    added_wording = forms.CharField(
        label=_("Our own words"),
        required=False,
        max_length=2000,
        widget=_SHORT,
        help_text=_("They stand under the original wording, which is passed down unchanged."),
    )
    own_due = forms.DateField(
        label=_("Our own date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only if earlier than the date received. Both are shown, and it is counted as an earlier date."),
    )
    # What was chosen when its effect was shown; confirming anything else shows the effect again.
    shown_for = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20000)

    def __init__(self, *given: Any, choices: Choices, **named: Any) -> None:
        super().__init__(*given, **named)
        wholes = [(value, f"{word}（{number}）") for value, word, number in choices.wholes]
        to, units = self.fields["to"], self.fields["units"]
        assert isinstance(to, forms.ChoiceField)
        assert isinstance(units, forms.MultipleChoiceField)
        to.choices = [*wholes, ("listed", str(_("Listed units")))]
        units.choices = [(str(unit.pk), unit.shown_name) for unit in choices.units]

    def named(self) -> list[str]:
        """Return the units given by name."""
        return [name.strip() for name in self.cleaned_data["names"].replace("，", "、").split("、") if name.strip()]

    def is_as_shown(self) -> bool:
        """Return whether exactly this choice was shown with its effect before."""
        return bool(self.cleaned_data["shown_for"] == self._choice())

    def shown(self) -> "PassDownForm":
        """Return the form as it goes out with the effect of its choice."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data["shown_for"] = self._choice()
        self.data = data
        return self

    def _choice(self) -> str:
        given = self.cleaned_data
        return "|".join([given["to"], ",".join(given["units"]), "、".join(self.named()), str(given["own_due"] or "")])


class TransferForm(forms.Form):
    """To which equal unit, and why."""

    unit = forms.CharField(
        label=_("To which unit"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "equals", "autocomplete": "off"}),
        help_text=_("One of the same level."),
    )
    reason = forms.CharField(label=_("Why"), widget=_SHORT, max_length=2000)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VisitForm(forms.Form):
    """A visit on the spot."""

    visited_on = forms.DateField(
        label=_("Day of the visit"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.IntegerField(widget=forms.HiddenInput)
    visitors = forms.CharField(label=_("Who looked"), max_length=200)
    finding = forms.CharField(label=_("What was found"), widget=_SHORT, max_length=2000)


class LimitsForm(forms.Form):
    """What the office sets for its campaign."""

    answers_per_checker = forms.IntegerField(
        label=_("Answers that one checking unit may be given"),
        min_value=1,
        help_text=_("More are refused; the next level passes it down, or the units declare it done."),
    )
    consent_above = forms.IntegerField(
        label=_("Above so many units a head consents first"),
        min_value=0,
        required=False,
        help_text=_("Empty: no assignment needs consent beforehand."),
    )
    quiet_weeks = forms.IntegerField(
        label=_("Weeks without a record that are no gap yet"),
        min_value=1,
        max_value=52,
        help_text=_("More in a row are shown to the unit itself and its own contact, to nobody else."),
    )


class SampleForm(forms.Form):
    """What a sample is drawn from, and how much."""

    finished_from = forms.DateField(
        label=_("Finished from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    finished_until = forms.DateField(
        label=_("until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    closing_mode = forms.ChoiceField(
        label=_("How it is closed"), choices=[("", _("All")), *ClosingMode.choices], required=False
    )
    percent = forms.IntegerField(label=_("Share in percent"), min_value=1, max_value=100, required=False)
    number = forms.IntegerField(label=_("Or a number"), min_value=1, max_value=1000, required=False)
    scope = forms.IntegerField(widget=forms.HiddenInput)
