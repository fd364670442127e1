"""Naming the upper paper that a local one carries out."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from duban.directives import commands, forms
from duban.directives.states import CarryingKind
from duban.kernel.errors import InvalidInput
from duban.shell.requests import Request


@require_POST
def name_upper(request: Request, document_id: int) -> HttpResponse:
    """Name an upper paper that this one, or one of its requirements, carries out."""
    form = forms.UpperForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Please choose the upper paper."))
    commands.name_upper(
        actor=request.actor,
        document_id=document_id,
        upper_document_id=form.cleaned_data["upper_document"],
        requirement_id=form.cleaned_data["requirement"],
        upper_requirement_id=form.cleaned_data["upper_requirement"],
        kind=form.cleaned_data["kind"] or CarryingKind.CARRIES_OUT,
        at=timezone.now(),
    )
    return redirect(f"{reverse('directives:speech', args=[document_id])}?show=hierarchy")


@require_POST
def end_upper(request: Request, document_id: int, link_id: int) -> HttpResponse:
    """Take back a link that was named by mistake."""
    commands.end_upper(actor=request.actor, link_id=link_id, at=timezone.now())
    return redirect(f"{reverse('directives:speech', args=[document_id])}?show=hierarchy")
