"""Posted text turned into values."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.burden.commands import RequestText
from duban.burden.states import MOST_MINUTES, CapEffect, DemandKind, ObjectionReason
from duban.organisation.states import Kind
from duban.shell.widgets import DayInput

_SHORT = forms.Textarea(attrs={"rows": 2})


class CapForm(forms.Form):
    """The most that may be asked in one week of a unit of one kind."""

    unit_kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    requests = forms.IntegerField(label=_("Tasks and data requests"), min_value=0, max_value=100_000)
    minutes = forms.IntegerField(label=_("Minutes taken"), min_value=0, max_value=100_000)
    documents = forms.IntegerField(label=_("Documents to be read"), min_value=0, max_value=100_000)
    falling_due = forms.IntegerField(label=_("Items falling due"), min_value=0, max_value=100_000)
    effect = forms.ChoiceField(label=_("Above it"), choices=CapEffect.choices)

    def limits(self) -> dict[str, int]:
        """Return the numbers by name."""
        return {name: self.cleaned_data[name] for name in ("requests", "minutes", "documents", "falling_due")}


class PeriodForm(forms.Form):
    """Days on which nothing should fall due."""

    unit = forms.TypedChoiceField(label=_("For"), coerce=int)
    name = forms.CharField(label=_("Occasion"), max_length=60, help_text=_("Harvest, examinations, shifts …"))
    from_on = forms.DateField(label=_("First day"), widget=DayInput())
    until_on = forms.DateField(label=_("Last day"), widget=DayInput())
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of unit"), choices=Kind.choices, required=False, help_text=_("None chosen: all kinds.")
    )
    with_below = forms.BooleanField(label=_("The units below as well"), required=False, initial=True)
    is_closed = forms.BooleanField(label=_("Closed: nothing may fall due on these days"), required=False)

    def offer_places(self, places: Sequence[tuple[int, str]], *, is_office: bool) -> None:
        """Set the units to choose from; a unit that states its own busy days chooses nothing else."""
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places
        if not is_office:
            for name in ("kinds", "with_below", "is_closed"):
                del self.fields[name]


class _Choosing(forms.Form):
    """Who asks, and of whom: whole kinds of unit, or single ones by name."""

    asker = forms.TypedChoiceField(label=_("In the name of"), coerce=int)
    kinds = forms.MultipleChoiceField(label=_("Kinds of unit"), choices=Kind.choices, required=False)
    names = forms.CharField(
        label=_("Or single units"),
        required=False,
        max_length=8000,
        widget=_SHORT,
        help_text=_("Names with 、 between them; they go before the kinds."),
    )

    def offer_askers(self, askers: Sequence[tuple[int, str]]) -> None:
        """Set the units in whose name may be asked."""
        field = self.fields["asker"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = askers


class RequestForm(_Choosing):
    """A data request to be registered."""

    what = forms.CharField(label=_("What is asked"), max_length=300)
    serves = forms.CharField(
        label=_("Which content it serves"),
        max_length=2000,
        widget=_SHORT,
        help_text=_("What is decided or done with the answers; without it the request is not registered."),
    )
    justification = forms.CharField(label=_("Why it cannot be known otherwise"), max_length=2000, widget=_SHORT)
    due_on = forms.DateField(label=_("By when"), widget=DayInput())
    minutes = forms.IntegerField(label=_("Minutes for one answer"), min_value=1, max_value=MOST_MINUTES)

    def text(self) -> RequestText:
        """Return the request in words."""
        names = ("what", "serves", "justification", "due_on", "minutes", "kinds", "names")
        return RequestText(**{name: self.cleaned_data[name] for name in names})


class OccasionForm(_Choosing):
    """A document sent, a meeting called, a visit announced."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[(kind.value, kind.label) for kind in (DemandKind.DOCUMENT, DemandKind.MEETING, DemandKind.VISIT)],
    )
    what = forms.CharField(label=_("Title"), max_length=300)
    on = forms.DateField(label=_("Day"), widget=DayInput())
    minutes = forms.IntegerField(label=_("Minutes for each unit"), min_value=0, max_value=MOST_MINUTES, required=False)


class StepForm(forms.Form):
    """What goes with a step of a data request."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False)


class ObjectionForm(forms.Form):
    """Why an item need not be asked."""

    reason = forms.ChoiceField(label=_("Why"), choices=ObjectionReason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Where it was reported, or what is wrong with it"), max_length=300, required=False, widget=_SHORT
    )


class AnswerForm(forms.Form):
    """The answer to a unit that objected."""

    answer = forms.CharField(label=_("Answer to the unit"), max_length=300, required=False)
