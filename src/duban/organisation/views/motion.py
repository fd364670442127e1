"""Pages on which units end, merge and divide: first what would go where, then the confirmation."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duban.kernel.errors import InvalidInput
from duban.organisation import commands, queries
from duban.organisation.forms import EndForm, MergeForm, SplitForm
from duban.organisation.views.units import crumbs, meant
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request

require_form = require_http_methods(["GET", "HEAD", "POST"])
_CONFIRMED = "confirmed"


@require_form
def end(request: Request, unit_id: int) -> HttpResponse:
    """End a unit with a successor."""
    found = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    form = EndForm(request.POST or None, initial={"version": found.version, "valid_until": timezone.localdate()})
    preview: list[dict[str, Any]] = []
    if form.is_valid():
        given = form.cleaned_data
        try:
            successor = _successor(request, found, given["successor"])
            if _CONFIRMED in request.POST:
                commands.end_unit(
                    actor=request.actor,
                    unit_id=unit_id,
                    successor_id=successor.pk,
                    valid_until=given["valid_until"],
                    reason=given["reason"],
                    version=given["version"],
                    at=timezone.now(),
                )
                say(request, _("%(name)s has ended; %(successor)s takes over.") % _names(found, successor))
                return redirect("organisation:unit", unit_id)
            preview = [_preview(request, found, successor)]
        except InvalidInput as refusal:
            beside(form, refusal)
    return _page(request, form, found, preview, heading=_("End %(name)s") % {"name": found.shown_name}, word=_("End"))


@require_form
def merge(request: Request, unit_id: int) -> HttpResponse:
    """Merge others into a unit."""
    into = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    form = MergeForm(request.POST or None, initial={"on": timezone.localdate()})
    preview: list[dict[str, Any]] = []
    if form.is_valid():
        given = form.cleaned_data
        try:
            today = timezone.localdate()
            named = [line.strip() for line in given["units"].replace("、", "\n").splitlines() if line.strip()]
            units = [queries.unit_named(actor=request.actor, text=name, on=today) for name in named]
            if _CONFIRMED in request.POST:
                commands.merge_units(
                    actor=request.actor,
                    unit_ids=[unit.pk for unit in units],
                    into_id=unit_id,
                    on=given["on"],
                    reason=given["reason"],
                    at=timezone.now(),
                )
                say(request, _("Merged: %(name)s takes over.") % {"name": into.shown_name})
                return redirect("organisation:unit", unit_id)
            preview = [_preview(request, unit, into) for unit in units]
        except InvalidInput as refusal:
            beside(form, refusal)
    heading = _("Merge others into %(name)s") % {"name": into.shown_name}
    return _page(request, form, into, preview, heading=heading, word=_("Merge"))


@require_form
def split(request: Request, unit_id: int) -> HttpResponse:
    """Divide a unit: name the new ones, then say where each unit below goes."""
    found = queries.editable_unit(actor=request.actor, unit_id=unit_id)
    form = SplitForm(request.POST or None, initial={"version": found.version, "on": timezone.localdate()})
    preview: list[dict[str, Any]] = []
    children: list[dict[str, Any]] = []
    names: list[str] = []
    if form.is_valid():
        given = form.cleaned_data
        names = list(dict.fromkeys(line.strip() for line in given["parts"].splitlines() if line.strip()))
        below = queries.children_in_force(actor=request.actor, unit_id=unit_id)
        chosen = {child.pk: _chosen(request, child.pk, len(names)) for child in below}
        try:
            if _CONFIRMED in request.POST:
                made = commands.split_unit(
                    actor=request.actor,
                    unit_id=unit_id,
                    parts=[
                        commands.Part(name=name, child_ids=tuple(pk for pk, part in chosen.items() if part == place))
                        for place, name in enumerate(names)
                    ],
                    on=given["on"],
                    reason=given["reason"],
                    version=given["version"],
                    at=timezone.now(),
                )
                say(request, _("Divided: %(names)s.") % {"names": "、".join(unit.name for unit in made)})
                return redirect("organisation:unit", unit_id)
            if len(names) < 2:
                raise InvalidInput(_("A unit is divided into at least two. Please name them."))
            preview = [_preview(request, found, None, name=names[0])]
            children = [{"unit": child, "part": chosen[child.pk]} for child in below]
        except InvalidInput as refusal:
            beside(form, refusal)
    heading = _("Divide %(name)s") % {"name": found.shown_name}
    return _page(request, form, found, preview, heading=heading, word=_("Divide"), children=children, names=names)


def _successor(request: Request, unit: Any, text: str) -> Any:
    if text:
        on = timezone.localdate()
        return queries.get_unit(actor=request.actor, unit_id=meant(request, None, text, on=on))
    if unit.parent_id is None:
        raise InvalidInput(_("The first unit cannot be ended."))
    return queries.get_unit(actor=request.actor, unit_id=unit.parent_id)


def _chosen(request: Request, child_id: int, parts: int) -> int:
    posted = request.POST.get(f"part-{child_id}", "0")
    return int(posted) if posted.isdecimal() and int(posted) < parts else 0


def _names(unit: Any, successor: Any) -> dict[str, str]:
    return {"name": unit.shown_name, "successor": successor.shown_name}


def _preview(request: Request, unit: Any, successor: Any, *, name: str = "") -> dict[str, Any]:
    held = queries.holdings_of(actor=request.actor, unit_id=unit.pk, on=timezone.localdate())
    return {
        "unit": unit,
        "successor": name or successor.name,
        "held": [one for one in held if one.count],
    }


def _page(
    request: Request,
    form: forms.Form,
    unit: Any,
    preview: list[dict[str, Any]],
    *,
    heading: str,
    word: str,
    children: list[dict[str, Any]] | None = None,
    names: list[str] | None = None,
) -> HttpResponse:
    shown = preview and form.is_valid()
    return render(
        request,
        "organisation/motion.html",
        {
            "form": form,
            "unit": unit,
            "crumbs": crumbs(request, unit),
            "preview": preview if shown else [],
            "page_heading": heading,
            "word": word,
            "children": children or [],
            "parts": list(enumerate(names or [])),
        },
        status=422 if form.is_bound and not shown else 200,
    )
