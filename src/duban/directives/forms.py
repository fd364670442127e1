"""Turning posted text into values."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from duban.directives.states import CarryingKind, DocumentKind, Manner, MeetingKind, NodeKind, OriginLevel
from duban.figures.queries import UnitChoice
from duban.organisation.states import Field, Kind, Level, Rank


def number(word: str) -> int | None:
    """Return a number of a record as a form sends it, or None where none is given."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


ORIGINS = [("", _("this unit itself")), *OriginLevel.choices]


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
    origin_level = forms.ChoiceField(label=_("Comes from"), choices=ORIGINS, required=False)
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
    origin_level = forms.ChoiceField(label=_("Comes from"), choices=ORIGINS, required=False)
    giver = forms.CharField(
        label=_("From whom"),
        max_length=120,
        required=False,
        help_text=_("Who gave the instruction, called, or sent the paper."),
    )
    concerns = forms.CharField(
        label=_("Concerns"),
        max_length=300,
        required=False,
        help_text=_("On what an instruction was given, or of which meeting these are the minutes."),
    )
    paper_number = forms.CharField(label=_("Number of the paper"), max_length=60, required=False)
    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
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


_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# Between name and title of a line; what hides a name.
_BETWEEN = re.compile(r"[\s，,：:\u3000]+")
_MASK = re.compile(r"[*＊×xX○]")
_BETWEEN_UNITS = re.compile(r"[、，,；;\s\u3000]+")


class MeetingForm(forms.Form):
    """What the register says of a meeting."""

    title = forms.CharField(label=_("Title of the meeting"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind of meeting"), choices=MeetingKind.choices)
    held_on = forms.DateField(label=_("Held on"), widget=_DAY)
    level = forms.ChoiceField(label=_("Convened by the level"), choices=OriginLevel.choices)
    convener = forms.CharField(label=_("Convened by"), max_length=120)
    venue = forms.CharField(label=_("Venue"), max_length=120, required=False)
    attendance = forms.CharField(
        label=_("Attended by"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Units and groups in the words of the notice."),
    )
    units = forms.CharField(
        label=_("Units among them"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Names as in the tree of units, one after another."),
    )
    people = forms.CharField(
        label=_("People who attended"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "One per line: name, then title. A masked name stays unknown. Short forms in the speeches mean these people."
        ),
    )
    cause = forms.CharField(
        label=_("Assessment that led to it"),
        max_length=300,
        required=False,
        help_text=_("In words: which assessment, of what, with what result."),
    )
    cause_path = forms.CharField(
        label=_("Where the assessment can be seen"),
        max_length=300,
        required=False,
        help_text=_("An address of this system, beginning with “/”."),
    )
    unit = forms.TypedChoiceField(label=_("Registered by the office of"), coerce=int)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, units: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit.pk, unit.shown_name) for unit in units]  # type: ignore[attr-defined]

    def attendants(self) -> list[tuple[str, str]]:
        """Return name and title of each line; no name where it is masked."""
        found = []
        for line in self.cleaned_data["people"].splitlines():
            name, _separator, title = _BETWEEN.sub(" ", line.strip(), count=1).partition(" ")
            if name:
                found.append(
                    ("" if _MASK.search(name) else name, title.strip() or (name if _MASK.search(name) else ""))
                )
        return found

    def unit_names(self) -> list[str]:
        """Return the names of units in the order given, each once."""
        return list(dict.fromkeys(name for name in _BETWEEN_UNITS.split(self.cleaned_data["units"]) if name))


class SpeechForm(forms.Form):
    """The next speech of a meeting."""

    person = forms.IntegerField(required=False)
    title = forms.CharField(max_length=300, required=False)
    document = forms.IntegerField(required=False)


class ReferenceForm(forms.Form):
    """Words of a speech that speak of another, and which one."""

    words = forms.CharField(label=_("Words of the speech"), max_length=200, required=False)
    refers_to = forms.IntegerField()


AXES = (
    ("level", _("Level"), Level),
    ("field", _("Field"), Field),
    ("kind", _("Kind"), Kind),
    ("rank", _("Rank"), Rank),
)


def choice_of(given: QueryDict) -> UnitChoice:
    """Return the classes of units that a query names, without unknown words."""
    levels, fields, kinds, ranks = (
        tuple(value for value in given.getlist(name) if value and value in words.values) for name, _label, words in AXES
    )
    return UnitChoice(levels=levels, fields=fields, kinds=kinds, ranks=ranks)


def axes_of(choice: UnitChoice) -> list[dict[str, object]]:
    """Return the four axes as a page offers them."""
    chosen = (choice.levels, choice.fields, choice.kinds, choice.ranks)
    return [
        {
            "name": name,
            "label": label,
            "choices": [pair for pair in words.choices if pair[0]],
            "chosen": values,
        }
        for (name, label, words), values in zip(AXES, chosen, strict=True)
    ]


def choice_words(choice: UnitChoice) -> str:
    """Return the classes in words, for the head of every form of a list."""
    parts = []
    for (_name, label, words), values in zip(
        AXES, (choice.levels, choice.fields, choice.kinds, choice.ranks), strict=True
    ):
        if values:
            parts.append(f"{label}: {'、'.join(str(dict(words.choices)[value]) for value in values)}")
    return "；".join(parts)


class RequirePassing(forms.Form):
    """How long units have to pass a paper or a meeting on; which units stands in the axes beside it."""

    unit = forms.TypedChoiceField(label=_("Asked for by"), coerce=int)
    document = forms.IntegerField(required=False, widget=forms.HiddenInput)
    meeting = forms.IntegerField(required=False, widget=forms.HiddenInput)
    limit_days = forms.IntegerField(
        label=_("Days allowed"),
        min_value=0,
        max_value=366,
        initial=7,
        help_text=_("Counted from the date of the paper or meeting."),
    )
    is_workdays = forms.BooleanField(label=_("Working days"), required=False)

    def __init__(self, *args: Any, units: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(unit.pk, unit.shown_name) for unit in units]  # type: ignore[attr-defined]


class PassingEntry(forms.Form):
    """When and how it was relayed: one line of three fields."""

    passed_on = forms.DateField(label=_("Relayed"), widget=_DAY)
    manner = forms.ChoiceField(label=_("Manner"), choices=Manner.choices)
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)


class UpperForm(forms.Form):
    """The upper paper that a local one carries out, or one requirement of either."""

    upper_document = forms.IntegerField()
    upper_requirement = forms.IntegerField(required=False)
    requirement = forms.IntegerField(required=False)
    kind = forms.ChoiceField(choices=CarryingKind.choices, required=False)
