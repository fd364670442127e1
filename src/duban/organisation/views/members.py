"""Pages of the members of a branch, and of tables of members."""

import io
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.organisation import commands, queries
from duban.organisation.forms import (
    AttachForm,
    DescribeMemberForm,
    EndPostForm,
    EnterMemberForm,
    ImportForm,
    MemberFilterForm,
    TransferForm,
)
from duban.organisation.register.members import COLUMNS
from duban.organisation.views.imports import XLSX, file_type, is_finished, shown
from duban.organisation.views.units import crumbs, meant
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.naming import said
from duban.workbooks.returning import returned_ending

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def members(request: Request, unit_id: int) -> HttpResponse:
    """The members of a branch; who read their names is recorded."""
    form = MemberFilterForm(request.GET or {})
    if not form.is_valid():
        raise InvalidInput(_("This filter is not one of those offered. Please choose again."))
    given = form.cleaned_data
    on = given["on"] or timezone.localdate()
    filters = queries.MemberFilters(category=given["category"], kind=given["kind"], words=given["q"])
    unit = queries.get_unit(actor=request.actor, unit_id=unit_id)
    page = queries.member_list(
        actor=request.actor, unit_id=unit_id, on=on, filters=filters, after=request.GET.get("after", "")
    )
    return render(
        request,
        "organisation/members.html",
        {
            "unit": unit,
            "crumbs": crumbs(request, unit),
            "form": form,
            "page": page,
            "on": on,
            "counts": queries.member_counts(actor=request.actor, unit_id=unit_id, on=on),
            "may_keep": queries.may_keep_members_of(actor=request.actor, unit=unit),
        },
    )


@require_form
def enter_member(request: Request, unit_id: int) -> HttpResponse:
    """Enter a member of the branch."""
    unit = queries.get_unit(actor=request.actor, unit_id=unit_id)
    if not queries.may_keep_members_of(actor=request.actor, unit=unit):
        raise NotAllowed(_("Your present post does not include this. Switch to another post, or ask your office."))
    form = EnterMemberForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    act = _call(commands.enter_member, request, unit_id=unit_id)
    if form.is_valid() and _acted(form, lambda: act(**form.cleaned_data)) is not None:
        say(request, _("Entered: %(name)s.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:members", unit_id)
    return _page(request, form, unit, heading=_("Enter a member"), submit=_("Save"))


@require_form
def transfer_member(request: Request, membership_id: int) -> HttpResponse:
    """Move a member to another branch."""
    found = queries.get_membership(actor=request.actor, membership_id=membership_id)
    form = TransferForm(request.POST or None, initial={"on": timezone.localdate()})

    def act() -> Any:
        given = form.cleaned_data
        unit_id = meant(request, None, given["branch"], on=timezone.localdate())
        return _call(commands.transfer_member, request, membership_id=membership_id)(unit_id=unit_id, on=given["on"])

    if form.is_valid() and _acted(form, act) is not None:
        say(request, _("Moved: %(name)s.") % {"name": found.person.name})
        return redirect("organisation:members", found.unit_id)
    heading = _("Move %(name)s to another branch") % {"name": found.person.name}
    return _page(request, form, found.unit, heading=heading, submit=_("Move"))


@require_form
def attach_member(request: Request, membership_id: int) -> HttpResponse:
    """Attach a member to a host beside the main branch."""
    found = queries.get_membership(actor=request.actor, membership_id=membership_id)
    form = AttachForm(request.POST or None, initial={"on": timezone.localdate(), "kind": "floating"})

    def act() -> Any:
        given = form.cleaned_data
        host = given["host"]
        unit_id = meant(request, None, host, on=timezone.localdate()) if host else found.unit_id
        call = _call(commands.attach_member, request, membership_id=membership_id)
        return call(unit_id=unit_id, kind=given["kind"], on=given["on"])

    if form.is_valid() and _acted(form, act) is not None:
        say(request, _("Saved."))
        return redirect("organisation:members", found.unit_id)
    heading = _("Attach %(name)s") % {"name": found.person.name}
    lead = _("The main branch stays. No place is kept, only that the member takes part elsewhere.")
    return _page(request, form, found.unit, heading=heading, submit=_("Save"), lead=lead)


@require_form
def describe_member(request: Request, membership_id: int) -> HttpResponse:
    """Set the category and the form of taking part."""
    found = queries.get_membership(actor=request.actor, membership_id=membership_id)
    initial = {"category": found.category, "participation": found.participation}
    form = DescribeMemberForm(request.POST or None, initial=initial)
    act = _call(commands.describe_member, request, membership_id=membership_id)
    if form.is_valid() and _acted(form, lambda: act(**form.cleaned_data)) is not None:
        say(request, _("Saved."))
        return redirect("organisation:members", found.unit_id)
    lead = _("Only the form that the branch has chosen is kept, never why.")
    return _page(request, form, found.unit, heading=found.person.name, submit=_("Save"), lead=lead)


@require_form
def end_membership(request: Request, membership_id: int) -> HttpResponse:
    """End a membership or an attachment."""
    found = queries.get_membership(actor=request.actor, membership_id=membership_id)
    form = EndPostForm(request.POST or None, initial={"ends_on": timezone.localdate()})
    act = _call(commands.end_membership, request, membership_id=membership_id)
    if form.is_valid() and _acted(form, lambda: act(on=form.cleaned_data["ends_on"])) is not None:
        say(request, _("Saved."))
        return redirect("organisation:members", found.unit_id)
    heading = _("%(name)s leaves") % {"name": found.person.name}
    return _page(request, form, found.unit, heading=heading, submit=_("End"), lead=found.get_kind_display())


@require_form
def import_members(request: Request) -> HttpResponse:
    """Send a table of members, and see what was sent before."""
    roots = queries.member_roots(actor=request.actor)
    if not roots:
        raise NotAllowed(_("Your present post does not include this. Switch to another post, or ask your office."))
    form = ImportForm(request.POST or None, request.FILES or None, roots=[(unit.pk, unit.name) for unit in roots])
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = commands.receive_members(
                actor=request.actor,
                root_id=form.cleaned_data["root"],
                file_name=file.name,
                content=file.read(),
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("organisation:member-import-status", found.pk)
    return render(
        request,
        "organisation/member_import.html",
        {"form": form, "imports": queries.member_imports(actor=request.actor)[:20]},
        status=422 if form.is_bound else 200,
    )


@require_GET
def member_import_status(request: Request, import_id: int) -> HttpResponse:
    """How far reading and checking are; then what is wrong, or what taking it over would change."""
    found = queries.get_member_import(actor=request.actor, import_id=import_id)
    if request.htmx:
        response = render(request, "organisation/import_status.html#progress", {"found": found, "is_members": True})
        if is_finished(found):
            response["HX-Refresh"] = "true"
        return response
    return render(
        request,
        "organisation/import_status.html",
        {"is_members": True, **shown(found, COLUMNS)},
    )


@require_POST
def name_member_columns(request: Request, import_id: int) -> HttpResponse:
    """Say which columns of the file are which of ours."""
    mapping = said(columns=COLUMNS, given=request.POST)
    try:
        commands.name_member_columns(actor=request.actor, import_id=import_id, mapping=mapping, at=timezone.now())
    except InvalidInput as refusal:
        found = queries.get_member_import(actor=request.actor, import_id=import_id)
        again = {"is_members": True, **shown(found, COLUMNS, chosen=mapping, refusal=refusal)}
        return render(request, "organisation/import_status.html", again, status=422)
    say(request, _("Remembered: the next file with this header is read in the same way."))
    return redirect("organisation:member-import-status", import_id)


@require_POST
def member_import_take_over(request: Request, import_id: int) -> HttpResponse:
    """Confirm that the table is taken over as a whole."""
    commands.confirm_members(actor=request.actor, import_id=import_id, at=timezone.now())
    return redirect("organisation:member-import-status", import_id)


@require_POST
def member_import_withdraw(request: Request, import_id: int) -> HttpResponse:
    """Put the table aside."""
    commands.withdraw_members(actor=request.actor, import_id=import_id, at=timezone.now())
    say(request, _("Put aside. Nothing was changed."))
    return redirect("organisation:import-members")


@require_GET
def member_import_errors(request: Request, import_id: int) -> HttpResponseBase:
    """The same file with what is wrong marked; of a long one only the wrong rows."""
    found = queries.get_member_import(actor=request.actor, import_id=import_id)
    content = queries.marked_members(actor=request.actor, import_id=import_id).content
    ending = returned_ending(file_name=found.file_name, row_count=found.row_count)
    return FileResponse(
        io.BytesIO(content),
        as_attachment=True,
        filename=_("%(name)s with errors%(ending)s") % {"name": PurePath(found.file_name).stem, "ending": ending},
        content_type=file_type(ending),
    )


@require_GET
def member_template(request: Request) -> HttpResponseBase:
    """The workbook to fill in."""
    content = queries.member_template(actor=request.actor)
    name = _("Table of members.xlsx")
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)


def _call(command: Callable[..., Any], request: Request, **fixed: Any) -> Callable[..., Any]:
    return lambda **given: command(actor=request.actor, at=timezone.now(), **fixed, **given)


def _acted(form: forms.Form, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except InvalidInput as refusal:
        beside(form, refusal)
        return None


def _page(request: Request, form: forms.Form, unit: Any, *, heading: str, submit: str, lead: str = "") -> HttpResponse:
    return render(
        request,
        "organisation/member_form.html",
        {
            "form": form,
            "unit": unit,
            "crumbs": crumbs(request, unit),
            "page_heading": heading,
            "page_lead": lead,
            "submit": submit,
        },
        status=422 if form.is_bound else 200,
    )
