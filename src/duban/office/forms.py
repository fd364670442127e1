"""What an office fills in."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.directives.states import INCOMING_KINDS, DocumentKind
from duban.office.commands import MatterText
from duban.office.states import RULES, DutyKind
from duban.shell.widgets import DayInput

_SHORT = forms.Textarea(attrs={"rows": 2})
_LONG = forms.Textarea(attrs={"rows": 5})


class RegisterForm(forms.Form):
    """Four fields: from whom, what, by when, who."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (DocumentKind.CALL, DocumentKind.PAPER, DocumentKind.COMMENT)],
        initial=DocumentKind.CALL,
    )
    giver = forms.CharField(
        label=_("From whom"), max_length=120, help_text=_("As people say it: the provincial office, the secretary.")
    )
    matter = forms.CharField(label=_("What is wanted"), max_length=2000, widget=_SHORT)
    due = forms.CharField(
        label=_("By when"),
        max_length=120,
        help_text=_("As you would write it: 6月30日前, 6月底前, 每月25日前, 长期坚持."),
    )
    owner = forms.CharField(
        label=_("Who is to do it"),
        max_length=4000,
        widget=forms.TextInput(attrs={"list": "owners", "autocomplete": "off"}),
        help_text=_("One unit, several with 、 between them, or a whole class such as 各部门."),
    )
    # What is known already was shown for these words.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    # What it costs the units was shown for these words of who and by when.
    weighed = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_kind(self) -> str:
        """Return the kind of paper."""
        kind = str(self.cleaned_data["kind"])
        assert kind in INCOMING_KINDS
        return kind


class InstructForm(forms.Form):
    """What a member of the leading group wants, in their words."""

    words = forms.CharField(label=_("Instruction"), max_length=2000, widget=_LONG)
    matter = forms.TypedChoiceField(
        label=_("About a matter of the office"), coerce=int, empty_value=None, required=False
    )
    given_on = forms.DateField(
        label=_("Day of the instruction"), widget=DayInput(), required=False, help_text=_("Left empty, it is today.")
    )
    task = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def offer(self, matters: Sequence[tuple[int, str]]) -> None:
        """Set the matters to choose from; without any the field is taken away."""
        field = self.fields["matter"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "—"), *matters]
        if not matters:
            del self.fields["matter"]


class MatterForm(forms.Form):
    """Whatever a kind of matter has (states.RULES); the other fields are taken away."""

    title = forms.CharField(label=_("What it is about"), max_length=300)
    text = forms.CharField(label=_("Particulars"), widget=_LONG, max_length=20_000, required=False)
    addressee = forms.CharField(label=_("To whom, or who is in charge"), max_length=120, required=False)
    place = forms.CharField(label=_("Place that is visited"), max_length=120)
    due_on = forms.DateField(label=_("Day"), widget=DayInput(), required=False)
    interval_days = forms.IntegerField(
        label=_("Days until the next meeting at the latest"), min_value=1, max_value=366, required=False
    )
    options = forms.CharField(
        label=_("Options"),
        widget=_LONG,
        max_length=3000,
        help_text=_("One on each line, in the order in which they are put."),
    )
    checklist = forms.TypedChoiceField(
        label=_("Take the steps of a checklist"), coerce=int, empty_value=None, required=False
    )
    task = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def keep(self, *, kind: str, checklists: Sequence[tuple[int, str]], date_word: object) -> None:
        """Take away what this kind does not have."""
        wanted = {"place" if name == "unit" else name for name in RULES[kind].fields} | {"task"}
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        if "checklist" in self.fields:
            field = self.fields["checklist"]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [("", "—"), *checklists]
        if "due_on" in self.fields:
            self.fields["due_on"].label = str(date_word)

    def written(self) -> MatterText:
        """Return what was written."""
        given = self.cleaned_data
        return MatterText(
            title=given["title"],
            text=given.get("text", ""),
            addressee=given.get("addressee", ""),
            place=given.get("place", ""),
            task_id=given.get("task"),
            due_on=given.get("due_on"),
            interval_days=given.get("interval_days"),
            options=tuple(given.get("options", "").splitlines()),
            checklist_id=given.get("checklist"),
        )


class SettleForm(forms.Form):
    """What settles a matter."""

    outcome = forms.CharField(widget=_LONG, max_length=20_000, required=False)
    chosen = forms.TypedChoiceField(
        label=_("Option chosen"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    is_shared = forms.BooleanField(label=_("Show the answer to all units below"), required=False)

    def offer(self, *, options: Sequence[str], outcome_word: object, is_knowledge: bool) -> None:
        """Set the words and the options of the kind."""
        self.fields["outcome"].label = str(outcome_word)
        if not is_knowledge:
            del self.fields["is_shared"]
        if not options:
            del self.fields["chosen"]
            return
        field = self.fields["chosen"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = list(enumerate(options, start=1))


class StepForm(forms.Form):
    """One step of a matter."""

    text = forms.CharField(label=_("What is to be done"), max_length=300)
    owner = forms.CharField(label=_("Who sees to it"), max_length=120, required=False)
    due_on = forms.DateField(label=_("By when"), widget=DayInput(), required=False)
    days_before = forms.IntegerField(label=_("Days before the event"), min_value=0, max_value=365, required=False)


class AssignStepForm(forms.Form):
    """To whom a step goes as a task, and by when."""

    owner = forms.CharField(label=_("Who is to do it"), max_length=4000)
    due = forms.CharField(label=_("By when"), max_length=120)
    # What it costs the units was shown for these words.
    weighed = forms.CharField(widget=forms.HiddenInput, required=False)


class DutyForm(forms.Form):
    """One line of a unit's other work."""

    text = forms.CharField(label=_("What it is about"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=DutyKind.choices)
    due_on = forms.DateField(label=_("By when"), widget=DayInput(), required=False)
    unit = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    task = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
