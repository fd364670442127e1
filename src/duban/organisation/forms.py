"""What people fill in about units."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duban.organisation.states import Field, Kind, Level, MemberCategory, MembershipKind, Participation, PostKind, Rank

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _day(label: "str | StrPromise", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VersionedForm(forms.Form):
    """A form that knows which state of the unit it was opened with."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CreateForm(forms.Form):
    """A new unit."""

    parent = forms.CharField(label=_("Unit above"), max_length=160, help_text=_("Its full name or code."))
    name = forms.CharField(label=_("Full name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    field = forms.ChoiceField(label=_("Field"), choices=Field.choices)
    kind = forms.ChoiceField(label=_("Kind of unit"), choices=Kind.choices)
    rank = forms.ChoiceField(label=_("Rank"), choices=Rank.choices, required=False)
    valid_from = _day(_("Founded on"))


class NameForm(VersionedForm):
    """Another name from a day on."""

    name = forms.CharField(label=_("Full name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    on = _day(_("Starts on"))


class ClassForm(VersionedForm):
    """Level, field, kind, rank and line."""

    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    field = forms.ChoiceField(label=_("Field"), choices=Field.choices)
    kind = forms.ChoiceField(label=_("Kind of unit"), choices=Kind.choices)
    rank = forms.ChoiceField(label=_("Rank"), choices=Rank.choices, required=False)
    line = forms.TypedChoiceField(label=_("Line"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.TypedChoiceField)
        line.choices = [("", "—"), *lines]


class ConditionsForm(VersionedForm):
    """Circumstances that reviewers should know."""

    text = forms.CharField(
        label=_("Special conditions"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What makes the work different here. Whoever checks your answers reads it beside them."),
    )


class MembersForm(VersionedForm):
    """Members of the unit itself."""

    count = forms.IntegerField(
        label=_("Members"), min_value=0, help_text=_("Only its own, without those of units below.")
    )


class CommitteeForm(VersionedForm):
    """The committee with main responsibility."""

    committee = forms.CharField(
        label=_("Responsible committee"),
        max_length=160,
        required=False,
        help_text=_("Full name or code; blank where it is the unit above."),
    )


class CodeForm(forms.Form):
    """What another system calls the unit."""

    scheme = forms.CharField(label=_("Scheme"), max_length=40)
    value = forms.CharField(label=_("Code"), max_length=80)


class EndForm(VersionedForm):
    """The end of a unit."""

    successor = forms.CharField(
        label=_("Successor unit"),
        max_length=160,
        required=False,
        help_text=_("Takes over what is open: its full name or code; blank for the unit above."),
    )
    valid_until = _day(_("First day without it"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class MergeForm(forms.Form):
    """Units that merge into another."""

    units = forms.CharField(
        label=_("Units that end"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Full names or codes, one per line. If the merged unit is to be a new one, enter that first and merge into it."
        ),
    )
    on = _day(_("First day without them"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class SplitForm(VersionedForm):
    """New units in place of one."""

    parts = forms.CharField(
        label=_("New units"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Full names, one per line. The first takes over what the unit holds open."),
    )
    on = _day(_("First day without it"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class MoveForm(VersionedForm):
    """Another unit above."""

    new_parent = forms.CharField(label=_("New unit above"), max_length=160, help_text=_("Its full name or code."))


class AppointForm(forms.Form):
    """Somebody takes up a post."""

    name = forms.CharField(label=_("Name of the person"), max_length=60)
    kind = forms.ChoiceField(label=_("Post"), choices=PostKind.choices)
    title = forms.CharField(label=_("Post title"), max_length=60, required=False)
    field_in_charge = forms.CharField(
        label=_("Field in charge"), max_length=120, required=False, help_text=_("For a deputy in charge.")
    )
    rank = forms.ChoiceField(label=_("Rank"), choices=Rank.choices, required=False)
    starts_on = _day(_("Starts on"))


class EndPostForm(forms.Form):
    """Somebody leaves a post."""

    ends_on = _day(_("First day without it"))


class ImportForm(forms.Form):
    """A table of units."""

    root = forms.TypedChoiceField(label=_("Import at and below"), coerce=int)
    file = forms.FileField(label=_("File"), help_text=_(".xlsx, .xls or .csv, also your own ledger"))

    def __init__(self, *args: Any, roots: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        root = self.fields["root"]
        assert isinstance(root, forms.TypedChoiceField)
        root.choices = roots


class EnterMemberForm(forms.Form):
    """A member of a branch."""

    name = forms.CharField(label=_("Name of the person"), max_length=60)
    external_id = forms.CharField(
        label=_("Number of the member"),
        max_length=40,
        help_text=_("That of the register of members, never that of an identity card."),
    )
    category = forms.ChoiceField(label=_("Category"), choices=MemberCategory.choices)
    starts_on = _day(_("Starts on"))


class TransferForm(forms.Form):
    """Another branch."""

    branch = forms.CharField(label=_("New branch"), max_length=160, help_text=_("Its full name or code."))
    on = _day(_("Starts on"))


class AttachForm(forms.Form):
    """A host beside the main branch."""

    kind = forms.ChoiceField(
        label=_("Kind of attachment"),
        choices=[choice for choice in MembershipKind.choices if choice[0] != MembershipKind.MAIN],
    )
    host = forms.CharField(
        label=_("Host branch"),
        max_length=160,
        required=False,
        help_text=_("Its full name or code; blank for a floating member whose host is not kept here."),
    )
    on = _day(_("Starts on"))


class DescribeMemberForm(forms.Form):
    """Category and form of taking part."""

    category = forms.ChoiceField(label=_("Category"), choices=MemberCategory.choices)
    participation = forms.ChoiceField(label=_("Form of taking part"), choices=Participation.choices)


class MemberFilterForm(forms.Form):
    """What a list of members is narrowed to."""

    q = forms.CharField(label=_("Name or number"), max_length=60, required=False)
    category = forms.ChoiceField(label=_("Category"), required=False, choices=[("", _("all")), *MemberCategory.choices])
    kind = forms.ChoiceField(
        label=_("Kind of attachment"), required=False, choices=[("", _("all")), *MembershipKind.choices]
    )
    on = _day(_("As of"), required=False)


class FilterForm(forms.Form):
    """What a list of units is narrowed to."""

    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("all")), *Level.choices])
    field = forms.ChoiceField(label=_("Field"), required=False, choices=[("", _("all")), *Field.choices])
    kind = forms.ChoiceField(label=_("Kind of unit"), required=False, choices=[("", _("all")), *Kind.choices])
    rank = forms.ChoiceField(
        label=_("Rank"),
        required=False,
        choices=[("", _("all")), *((value or "none", label) for value, label in Rank.choices)],
    )
    line = forms.TypedChoiceField(label=_("Line"), coerce=int, empty_value=None, required=False)
    below = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    on = _day(_("As of"), required=False)

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.TypedChoiceField)
        line.choices = [("", _("all")), *lines]

    def day(self, *, today: date) -> date:
        """Return the day asked for, today where none is."""
        found: date | None = self.cleaned_data.get("on")
        return found or today
