"""Pages of units."""

import io
from collections.abc import Callable
from datetime import date
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
    AppointForm,
    ClassForm,
    CodeForm,
    CommitteeForm,
    ConditionsForm,
    CreateForm,
    EndPostForm,
    FilterForm,
    MembersForm,
    MoveForm,
    NameForm,
)
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.exporting import ExportColumn, export_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def units(request: Request) -> HttpResponse:
    """The list of units in protocol order."""
    form, filters, on = _asked(request)
    page = queries.unit_list(actor=request.actor, filters=filters, on=on, after=request.GET.get("after", ""))
    above = queries.get_unit(actor=request.actor, unit_id=filters.below) if filters.below else None
    numbers = queries.count_organisations(actor=request.actor, on=on, filters=filters)
    return render(
        request,
        "organisation/units.html",
        {
            "form": form,
            "page": page,
            "on": on,
            "above": above,
            "crumbs": crumbs(request, above) if above else [],
            "numbers": numbers,
            "filter_words": _words(request, filters),
            "may_create": request.actor.holds("unit.edit"),
            "may_import": request.actor.holds("unit.import"),
        },
    )


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same units as a workbook: rows, filters, scope and day of the page."""
    _form, filters, on = _asked(request)
    columns = [
        ExportColumn(key="name", title=_("Full name"), width=34),
        ExportColumn(key="short_name", title=_("Short name"), width=16),
        ExportColumn(key="level", title=_("Level"), group=_("Class")),
        ExportColumn(key="field", title=_("Field"), group=_("Class")),
        ExportColumn(key="kind", title=_("Kind of unit"), group=_("Class")),
        ExportColumn(key="rank", title=_("Rank"), group=_("Class")),
        ExportColumn(key="line", title=_("Line")),
        ExportColumn(key="principal", title=_("Principal")),
        ExportColumn(key="members", title=_("Members"), kind="integer", width=9),
        ExportColumn(key="children", title=_("Directly below"), group=_("Units"), kind="integer", width=9),
        ExportColumn(key="below", title=_("All below"), group=_("Units"), kind="integer", width=9),
    ]
    rows = (
        (
            row.unit.name,
            row.unit.short_name,
            row.unit.get_level_display(),
            row.unit.get_field_display(),
            row.unit.get_kind_display(),
            row.unit.get_rank_display() if row.unit.rank else "",
            row.unit.line.name if row.unit.line else "",
            row.principal.person.name if row.principal else "",
            row.unit.member_count,
            row.children,
            row.below,
        )
        for row in queries.exported_rows(actor=request.actor, filters=filters, on=on)
    )
    out = io.BytesIO()
    head = [(_("Scope"), request.actor.post_title or _("All units that you may see"))]
    head += queries.filter_words(actor=request.actor, filters=filters)
    head.append((_("As of"), on.isoformat()))
    export_workbook(path=out, title=_("List of units"), head=head, columns=columns, rows=rows)
    out.seek(0)
    name = _("Units %(day)s.xlsx") % {"day": on.isoformat()}
    return FileResponse(out, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def unit(request: Request, unit_id: int) -> HttpResponse:
    """One unit: posts, class, codes, names, chain of responsibility, numbers, units below."""
    on = _day(request)
    sheet = queries.unit_sheet(actor=request.actor, unit_id=unit_id, on=on)
    return render(
        request,
        "organisation/unit.html",
        {
            "sheet": sheet,
            "unit": sheet.unit,
            "on": on,
            "crumbs": crumbs(request, sheet.unit, itself=False),
            "one_page": request.one_page_of(sheet.unit),
        },
    )


@require_form
def create(request: Request) -> HttpResponse:
    """Enter a unit."""
    parent = request.GET.get("parent", "")
    above = queries.editable_unit(actor=request.actor, unit_id=int(parent)) if parent.isdecimal() else None
    if not request.actor.holds("unit.edit"):
        raise NotAllowed(_("Your present post does not include this. Switch to another post, or ask your office."))
    form = CreateForm(
        request.POST or None, initial={"parent": above.name if above else "", "valid_from": timezone.localdate()}
    )
    if form.is_valid():
        given = form.cleaned_data

        def act() -> Any:
            on = timezone.localdate()
            return commands.create_unit(
                actor=request.actor,
                parent_id=meant(request, above, given.pop("parent"), on=on),
                at=timezone.now(),
                **given,
            )

        created = _acted(form, act)
        if created is not None:
            say(request, _("Entered: %(name)s.") % {"name": created.name})
            return redirect("organisation:unit", created.pk)
    return _form_page(request, form, heading=_("Enter a unit"), submit=_("Save"), back="organisation:units", unit=above)


@require_form
def edit(request: Request, unit_id: int) -> HttpResponse:
    """Change one part of a unit; each part is a form of its own with one effect."""
    sheet = queries.unit_sheet(actor=request.actor, unit_id=unit_id, on=timezone.localdate())
    sheet.may_describe.require()
    found = sheet.unit
    chosen = request.POST.get("part", "")
    parts = _parts(request, found, chosen)
    status = 200
    if request.method == "POST":
        if chosen not in parts:
            raise InvalidInput(_("This form is not known. Please reload the page."))
        _title, form, act = parts[chosen]
        if form.is_valid() and _acted(form, lambda: act(form.cleaned_data)) is not None:
            say(request, _("Saved."))
            return redirect("organisation:unit", unit_id)
        status = 422
    own = {"conditions", "members"}
    shown = [
        {"key": key, "title": title, "form": form}
        for key, (title, form, _act) in parts.items()
        if sheet.may_edit or (key in own and sheet.may_describe)
    ]
    return render(
        request,
        "organisation/edit.html",
        {
            "unit": found,
            "parts": shown,
            "crumbs": crumbs(request, found),
            "may_end": sheet.may_edit and found.valid_until is None,
        },
        status=status,
    )


@require_form
def move(request: Request, unit_id: int) -> HttpResponse:
    """Put a unit under another."""
    found = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    form = MoveForm(request.POST or None, initial={"version": found.version})
    if form.is_valid():
        given = form.cleaned_data
        moved = _acted(
            form,
            lambda: commands.move_unit(
                actor=request.actor,
                unit_id=unit_id,
                new_parent_id=meant(request, None, given["new_parent"], on=timezone.localdate()),
                version=given["version"],
                at=timezone.now(),
            ),
        )
        if moved is not None:
            say(request, _("Moved, with everything below it."))
            return redirect("organisation:unit", unit_id)
    return _form_page(
        request,
        form,
        heading=_("Move %(name)s") % {"name": found.shown_name},
        submit=_("Move"),
        unit=found,
        lead=_("Everything below moves with it and keeps its order."),
    )


@require_form
def reorder(request: Request, unit_id: int) -> HttpResponse:
    """Set the protocol order of the units directly below one."""
    found = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    if request.method == "POST":
        wanted = [(_place(value), key) for key, value in request.POST.items() if key.startswith("place-")]
        commands.reorder(
            actor=request.actor,
            parent_id=unit_id,
            unit_ids=[int(key.removeprefix("place-")) for _number, key in sorted(wanted, key=lambda item: item[0])],
            at=timezone.now(),
        )
        say(request, _("The protocol order is set."))
        return redirect("organisation:unit", unit_id)
    children = queries.children_of(actor=request.actor, unit_id=unit_id, on=timezone.localdate())
    return render(
        request,
        "organisation/reorder.html",
        {"unit": found, "children": children, "crumbs": crumbs(request, found)},
    )


@require_form
def appoint(request: Request, unit_id: int) -> HttpResponse:
    """Give somebody a post."""
    found = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    form = AppointForm(
        request.POST or None, initial={"starts_on": timezone.localdate(), "kind": request.GET.get("kind")}
    )
    if form.is_valid():
        given = form.cleaned_data
        post = _acted(
            form,
            lambda: commands.appoint_by_name(actor=request.actor, unit_id=unit_id, at=timezone.now(), **given),
        )
        if post is not None:
            say(request, _("Entered: %(name)s.") % {"name": given["name"]})
            return redirect("organisation:unit", unit_id)
    return _form_page(
        request,
        form,
        heading=_("Appoint in %(name)s") % {"name": found.shown_name},
        submit=_("Save"),
        unit=found,
        lead=_("A new principal ends the former one's post on that day; the history stays."),
    )


@require_form
def end_post(request: Request, post_id: int) -> HttpResponse:
    """End somebody's post."""
    post = queries.get_post(actor=request.actor, post_id=post_id)
    queries.editable_unit(actor=request.actor, unit_id=post.unit_id)
    form = EndPostForm(request.POST or None, initial={"ends_on": timezone.localdate()})
    if form.is_valid():
        ends_on = form.cleaned_data["ends_on"]
        ended = _acted(
            form,
            lambda: commands.end_post(actor=request.actor, post_id=post_id, ends_on=ends_on, at=timezone.now()),
        )
        if ended is not None:
            say(request, _("The post has ended."))
            return redirect("organisation:unit", post.unit_id)
    return _form_page(
        request,
        form,
        heading=_("End the post of %(name)s") % {"name": post.person.name},
        submit=_("End"),
        unit=post.unit,
    )


@require_POST
def set_line_lead(request: Request, line_id: int) -> HttpResponse:
    """Name the department that leads a line."""
    wanted = request.POST.get("unit", "").strip()
    unit_id = meant(request, None, wanted, on=timezone.localdate()) if wanted else None
    commands.set_line_lead(actor=request.actor, line_id=line_id, unit_id=unit_id, at=timezone.now())
    say(request, _("Saved."))
    return redirect("organisation:lines")


@require_form
def lines(request: Request) -> HttpResponse:
    """The lines of trade and who leads them."""
    if request.method == "POST":
        commands.add_line(actor=request.actor, name=request.POST.get("name", ""), at=timezone.now())
        say(request, _("Saved."))
        return redirect("organisation:lines")
    found = queries.line_list(actor=request.actor)
    return render(request, "organisation/lines.html", {"lines": found, "may_edit": request.actor.holds("unit.edit")})


def _acted(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Return what the command returned; a refused input stands beside its field, and nothing typed is lost."""
    try:
        return act()
    except InvalidInput as refusal:
        beside(form, refusal)
        return None


def _form_page(
    request: Request,
    form: forms.Form,
    *,
    heading: str,
    submit: str,
    back: str = "organisation:unit",
    unit: Any = None,
    lead: str = "",
) -> HttpResponse:
    return render(
        request,
        "organisation/form.html",
        {
            "form": form,
            "page_heading": heading,
            "page_lead": lead,
            "submit": submit,
            "back": back,
            "unit": unit,
            "crumbs": crumbs(request, unit) if unit else [],
        },
        status=422 if form.is_bound else 200,
    )


Part = tuple[str, forms.Form, Callable[[dict[str, Any]], Any]]


def _parts(request: Request, unit: Any, chosen: str) -> dict[str, Part]:
    """The forms of the edit page by name; only the one that was posted is bound."""

    def fill(key: str, kind: type[forms.Form], initial: dict[str, Any], **more: Any) -> forms.Form:
        posted = request.POST if key == chosen else None
        return kind(posted, initial={"version": unit.version, **initial}, prefix=key, **more)

    def call(command: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
        return lambda given: command(actor=request.actor, unit_id=unit.pk, at=timezone.now(), **given)

    def set_class(given: dict[str, Any]) -> Any:
        line_id = given.pop("line")
        return call(commands.set_class)({**given, "line_id": line_id})

    def set_committee(given: dict[str, Any]) -> Any:
        text = given.pop("committee")
        committee_id = meant(request, None, text, on=today) if text else None
        return call(commands.set_committee)({**given, "committee_id": committee_id})

    today = timezone.localdate()
    names = [(line.pk, line.name) for line in queries.lines(actor=request.actor)]
    classes = {"level": unit.level, "field": unit.field, "kind": unit.kind, "rank": unit.rank, "line": unit.line_id}
    committee = unit.party_parent.name if unit.party_parent else ""
    return {
        "name": (
            _("Name of the unit"),
            fill("name", NameForm, {"name": unit.name, "short_name": unit.short_name, "on": today}),
            call(commands.rename_unit),
        ),
        "class": (_("Class"), fill("class", ClassForm, classes, lines=names), set_class),
        "conditions": (
            _("Special conditions"),
            fill("conditions", ConditionsForm, {"text": unit.special_conditions}),
            call(commands.set_special_conditions),
        ),
        "members": (
            _("Members"),
            fill("members", MembersForm, {"count": unit.member_count}),
            call(commands.set_member_count),
        ),
        "committee": (
            _("Responsible committee"),
            fill("committee", CommitteeForm, {"committee": committee}),
            set_committee,
        ),
        "code": (_("External code"), fill("code", CodeForm, {}), call(commands.set_external_id)),
    }


def _asked(request: Request) -> tuple[FilterForm, queries.UnitFilters, date]:
    names = [(line.pk, line.name) for line in queries.lines(actor=request.actor)]
    form = FilterForm(request.GET or {}, lines=names)
    if not form.is_valid():
        raise InvalidInput(_("This filter is not one of those offered. Please choose again."))
    given = form.cleaned_data
    filters = queries.UnitFilters(
        below=given["below"],
        level=given["level"],
        field=given["field"],
        kind=given["kind"],
        rank=given["rank"],
        line=given["line"],
        words=given["q"],
    )
    return form, filters, form.day(today=timezone.localdate())


def _words(request: Request, filters: queries.UnitFilters) -> str:
    return "；".join(f"{what}：{word}" for what, word in queries.filter_words(actor=request.actor, filters=filters))


def _day(request: Request) -> date:
    asked = request.GET.get("on", "")
    if not asked:
        return timezone.localdate()
    try:
        return date.fromisoformat(asked)
    except ValueError as fault:
        raise InvalidInput(_("This is not a date. Write it like 2026-03-02.")) from fault


def _place(text: object) -> int:
    if not isinstance(text, str) or not text.strip().isdecimal():
        raise InvalidInput(_("Please write a whole number for each place."))
    return int(text)


def meant(request: Request, unit: Any, text: str, *, on: date) -> int:
    """Return the id of the unit that a person means; `unit` is the one that the form was opened with."""
    if unit is not None and text == unit.name:
        return int(unit.pk)
    return queries.unit_named(actor=request.actor, text=text, on=on).pk


def crumbs(request: Request, unit: Any, *, itself: bool = True) -> list[dict[str, str]]:
    """Return the way from the root to a unit, each step a link where the actor may see it."""
    above = queries.ancestors(actor=request.actor, unit=unit)
    visible = {link.pk for link in above if request.actor.is_system or request.actor.scope("unit.view").covers(link)}
    trail = [{"label": link.shown_name, "href": f"/units/{link.pk}/" if link.pk in visible else ""} for link in above]
    return [*trail, {"label": unit.shown_name, "href": f"/units/{unit.pk}/"}] if itself else trail
