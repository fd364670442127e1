"""Pages of incoming papers: the list, taking in, the speech page, the draft table."""

import io
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.directives import commands, forms, queries
from duban.directives.files import EXCEL, WORD, download
from duban.directives.states import NodeKind
from duban.kernel.errors import InvalidInput, NotAllowed, Stale
from duban.organisation import queries as organisation
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.exporting import ExportColumn, export_workbook
from duban.workbooks.wordexport import export_word_table

SHOWS = ("requirements", "outline", "findings", "hierarchy")
# Which assignments an upper requirement touches: a subject above knows them.
TOUCHED = "portal:touched"
# The page on which a requirement becomes a task; it belongs to a subject above, which owns the address.
ASSIGN = "tasks:assign"
DRAFT_ALL = "tasks:draft-document"


@require_GET
def documents(request: Request) -> HttpResponse:
    """The papers of the campaign that the frame shows, newest first."""
    campaign: Any = request.frame.get("campaign")
    words = request.GET.get("q", "")[:100]
    page = queries.document_lines(
        actor=request.actor,
        campaign_id=campaign.pk if campaign else None,
        words=words,
        after=request.GET.get("after", ""),
    )
    may_take_in = bool(queries.places_to_take_in(actor=request.actor))
    return render(request, "directives/documents.html", {"page": page, "words": words, "may_take_in": may_take_in})


@require_http_methods(["GET", "POST"])
def take_in(request: Request) -> HttpResponse:
    """Paste or upload a paper; the reading of it follows at once."""
    units = queries.places_to_take_in(actor=request.actor)
    campaign: Any = request.frame.get("campaign")
    if not units or campaign is None:
        raise NotAllowed(_("Taking in papers is the work of a campaign's office. Switch to a post there."))
    form = forms.TakeIn(request.POST or None, request.FILES or None, units=units, initial={"unit": units[0].pk})
    context = {"form": form, "units": units, "campaign": campaign}
    if request.method == "GET" or not form.is_valid():
        return render(request, "directives/take_in.html", context, status=200 if request.method == "GET" else 422)
    upload = form.cleaned_data["file"]
    try:
        if upload is not None and upload.size > settings.MAXIMUM_UPLOAD_BYTES:
            # Refused before it is read into memory.
            raise InvalidInput(
                _("The file is larger than %(most)d MB, far longer than any speech. Please choose the text alone.")
                % {"most": settings.MAXIMUM_UPLOAD_BYTES // (1024 * 1024)},
                fields={"file": _("Too large.")},
            )
        document = commands.take_in_document(
            actor=request.actor,
            campaign_id=campaign.pk,
            unit_id=form.cleaned_data["unit"],
            # A browser writes every line end of a form as two characters.
            text=form.cleaned_data["text"].replace("\r\n", "\n"),
            content=None if upload is None else upload.read(),
            file_name="" if upload is None else upload.name,
            kind=form.cleaned_data["kind"],
            origin_level=form.cleaned_data["origin_level"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        context["earlier"] = refusal.context.get("document_id")
        return render(request, "directives/take_in.html", context, status=422)
    say(request, _("Taken in. The sentences below are proposals; nothing is assigned yet."))
    return redirect("directives:speech", document.pk)


@require_GET
def speech(request: Request, document_id: int) -> HttpResponse:
    """Show the original on the left; what was read from it on the right."""
    return render(request, "directives/speech.html", _speech(request, document_id))


def _speech(request: Request, document_id: int) -> dict[str, Any]:
    page = queries.speech_page(actor=request.actor, document_id=document_id)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else SHOWS[0]
    labels = {
        "requirements": (gettext("Requirements"), page.coverage.sentences),
        "outline": (gettext("Outline"), len(page.points)),
        "findings": (gettext("Checks"), len(page.warnings)),
        "hierarchy": (gettext("Upper and lower"), None),
    }
    tabs = [
        {"label": label, "href": f"?show={name}", "current": name == show, "count": count}
        for name, (label, count) in labels.items()
    ]
    return {
        "page": page,
        "document": page.document,
        "show": show,
        "tabs": tabs,
        "kinds": NodeKind.choices,
        "register": _register(request, page) if show == "findings" else None,
        "held": queries.held_at(actor=request.actor, document_id=document_id),
        **(_tree(request, page) if show == "hierarchy" else {}),
        "assign_address": address_above(ASSIGN),
        "draft_all_address": address_above(DRAFT_ALL, document_id),
    }


def _tree(request: Request, page: queries.SpeechPage) -> dict[str, Any]:
    """Return what the text carries out, what carries it out, and what may be named."""
    return {
        "tree": queries.hierarchy(actor=request.actor, document=page.document),
        "uppers": queries.upper_choices(actor=request.actor, document=page.document) if page.may_edit else [],
        "touched_address": address_above(TOUCHED, page.document.pk),
    }


def _register(request: Request, page: queries.SpeechPage) -> Any:
    """Return the register's numbers beside placeholders such as 党员x人 (R-010); None where the text has none."""
    if not any(warned.code == "masked_values" for warned in page.warnings):
        return None
    return organisation.count_organisations(actor=request.actor, unit_id=page.document.unit_id, on=timezone.localdate())


def address_above(name: str, *arguments: int) -> str:
    """Return an address of a subject above; empty where none offers it."""
    with suppress(NoReverseMatch):
        return reverse(name, args=arguments)
    return ""


@require_http_methods(["GET", "POST"])
def facts(request: Request, document_id: int) -> HttpResponse:
    """Correct title, date, speaker and source of a paper."""
    document = queries.get_document(actor=request.actor, document_id=document_id)
    form = forms.Facts(
        request.POST or None, initial={name: getattr(document, name) for name in forms.Facts.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_document_facts(
                actor=request.actor, document_id=document_id, at=timezone.now(), **form.cleaned_data
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Kept. Deadlines follow the date of the text."))
            return redirect("directives:speech", document_id)
    return render(
        request,
        "directives/facts.html",
        {"form": form, "document": document},
        status=200 if request.method == "GET" else 422,
    )


@require_POST
def step(request: Request, document_id: int, step_name: str) -> HttpResponse:
    """Confirm a paper, or keep it as reference."""
    commands.take_document_step(
        actor=request.actor,
        document_id=document_id,
        step_name=step_name,
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    return redirect("directives:speech", document_id)


@require_POST
def take_all(request: Request, document_id: int) -> HttpResponse:
    """Take every sentence that names a body, a date or a quantity."""
    number = commands.take_all_concrete(actor=request.actor, document_id=document_id, at=timezone.now())
    return _decided(
        request, document_id, gettext("%(number)d requirements taken, to be assigned.") % {"number": number}
    )


@require_POST
def set_aside_rest(request: Request, document_id: int) -> HttpResponse:
    """Confirm in one go that the sentences still undecided make no tasks."""
    number = commands.set_aside_rest(actor=request.actor, document_id=document_id, at=timezone.now())
    return _decided(
        request, document_id, gettext("%(number)d principles confirmed as not decomposed.") % {"number": number}
    )


def _decided(request: Request, document_id: int, sentence: str) -> HttpResponse:
    if request.htmx:
        context = _speech(request, document_id) | {"said": sentence}
        return render(request, "directives/speech.html#decisions", context)
    say(request, sentence)
    return redirect(f"{reverse('directives:speech', args=[document_id])}#decisions")


@require_http_methods(["GET", "POST"])
def requirement(request: Request, requirement_id: int) -> HttpResponse:
    """Correct who, by when, how much and the kind of one requirement; its sentence stays."""
    found = queries.get_requirement(actor=request.actor, requirement_id=requirement_id)
    names = ("responsible", "deadline", "quantity", "kind", "version")
    form = forms.RequirementFields(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            commands.correct_requirement(
                actor=request.actor, requirement_id=requirement_id, at=timezone.now(), **form.cleaned_data
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        except Stale as refusal:
            if not request.htmx:
                raise
            # What the person wrote stays in the open form; what stands there now is said above it.
            form.add_error(None, str(refusal))
            form.add_error(None, f"{gettext('What stands there now')}: {refusal.context['theirs']}")
        else:
            return _changed(request, found.document_id, requirement_id)
    context = {"form": form, "requirement": found}
    if request.method == "GET":
        template = "directives/requirement.html#form" if request.htmx else "directives/requirement.html"
        return render(request, template, context)
    if not request.htmx:
        return render(request, "directives/requirement.html", context, status=422)
    response = render(request, "directives/requirement.html#form", context, status=422)
    # The row stays; only the form in it says what is wrong.
    response["HX-Retarget"] = f"#requirement-{requirement_id} .correct"
    response["HX-Reswap"] = "innerHTML"
    return response


@require_POST
def requirement_step(request: Request, requirement_id: int, step_name: str) -> HttpResponse:
    """Take one requirement, or set it aside."""
    steps = {"take": commands.take_requirement, "set_aside": commands.set_aside}
    if step_name not in steps:
        raise InvalidInput(_("There is no such step."))
    decided = steps[step_name](actor=request.actor, requirement_id=requirement_id, at=timezone.now())
    return _changed(request, decided.document_id, requirement_id)


def _changed(request: Request, document_id: int, requirement_id: int) -> HttpResponse:
    """Answer with the changed row and what it changes elsewhere, or with the page at that row."""
    if not request.htmx:
        return redirect(f"{reverse('directives:speech', args=[document_id])}#requirement-{requirement_id}")
    context = _speech(request, document_id)
    page: queries.SpeechPage = context["page"]
    row = next(row for row in [*page.concrete, *page.rest] if row.pk == requirement_id)
    return render(request, "directives/speech.html#changed", context | {"row": row})


@require_POST
def point(request: Request, node_id: int) -> HttpResponse:
    """Correct the kind or the title of a point of the outline."""
    form = forms.PointFields(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Please choose what kind of statement this is."))
    node = commands.correct_node(
        actor=request.actor,
        node_id=node_id,
        version=form.cleaned_data["version"],
        kind=form.cleaned_data["kind"] or None,
        title=form.cleaned_data["title"] or None,
        at=timezone.now(),
    )
    if not request.htmx:
        return redirect(f"{reverse('directives:speech', args=[node.document_id])}?show=outline#point-{node.pk}")
    return render(
        request,
        "directives/speech.html#point_head",
        {"node": node, "kinds": NodeKind.choices, "may_edit": True},
    )


@require_POST
def add_requirement(request: Request, document_id: int) -> HttpResponse:
    """Make a requirement of a sentence that was not read as one."""
    form = forms.SentencePlace(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("No sentence of this text stands there."))
    added = commands.add_requirement(
        actor=request.actor, document_id=document_id, at=timezone.now(), **form.cleaned_data
    )
    say(request, _("The sentence is a requirement now; say who, by when and how much."))
    return redirect(f"{reverse('directives:speech', args=[document_id])}#requirement-{added.pk}")


@require_GET
def original(request: Request, document_id: int) -> HttpResponse:
    """Give back the paper as it came."""
    name, media_type, content = queries.original_file(actor=request.actor, document_id=document_id)
    return download(content, name=name, media_type=media_type)


@require_GET
def draft_table(request: Request, document_id: int) -> HttpResponse:
    """The draft for the leader's pen, to be printed."""
    table = queries.draft_table(actor=request.actor, document_id=document_id)
    return render(request, "directives/draft_table.html", {"table": table, "document": table.document})


@require_GET
def draft_table_word(request: Request, document_id: int) -> HttpResponse:
    """The same rows as a Word table."""
    table = queries.draft_table(actor=request.actor, document_id=document_id)
    content = export_word_table(
        title=table.title, head=table.head, columns=_columns(table), rows=table.rows, paper="A4"
    )
    return download(content, name=f"{table.title}.docx", media_type=WORD)


@require_GET
def draft_table_excel(request: Request, document_id: int) -> HttpResponse:
    """The same rows as a workbook."""
    table = queries.draft_table(actor=request.actor, document_id=document_id)
    out = io.BytesIO()
    export_workbook(path=out, title=table.title, head=table.head, columns=_columns(table), rows=table.rows, paper="A4")
    return download(out.getvalue(), name=f"{table.title}.xlsx", media_type=EXCEL)


def _columns(table: queries.DraftTable) -> list[ExportColumn]:
    return [ExportColumn(key=key, title=title, width=width) for key, title, width in table.columns]
