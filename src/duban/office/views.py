"""Pages of an office's own work: what is wanted from above, and its matters."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.burden.queries import Cost
from duban.kernel.errors import InvalidInput, NotFound
from duban.office import commands, queries, sheets
from duban.office.forms import AssignStepForm, DutyForm, InstructForm, MatterForm, RegisterForm, SettleForm, StepForm
from duban.office.queries import MatterFilter
from duban.office.states import RULES, MatterKind, MatterStatus
from duban.shell.handing_out import listing_file
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import queries as tasks

# One request writes at most so many rows.
MOST_ROWS = 5000


@require_GET
def wanted(request: Request) -> HttpResponse:
    """Show what upper levels want, unfinished first."""
    campaign = _campaign(request)
    queries.keeping_office(actor=request.actor)
    page = queries.wanted_list(
        actor=request.actor,
        campaign_id=campaign.pk,
        is_unfinished=_unfinished(request),
        after=request.GET.get("after", ""),
    )
    return render(request, "office/wanted.html", {"page": page, "campaign": campaign, "tabs": _wanted_tabs(request)})


@require_GET
def wanted_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out what upper levels want as Excel or Word: the rows and filter of the page."""
    campaign = _campaign(request)
    queries.keeping_office(actor=request.actor)
    page = queries.wanted_list(
        actor=request.actor, campaign_id=campaign.pk, is_unfinished=_unfinished(request), size=MOST_ROWS
    )
    filters = next(str(tab["label"]) for tab in _wanted_tabs(request) if tab["current"])
    today = timezone.localdate()
    sheet = sheets.of_wanted(rows=page.rows, scope=campaign.name, filters=filters, on=today)
    return listing_file(listing=sheet, kind=kind, on=today)


@require_http_methods(["GET", "POST"])
def register(request: Request) -> HttpResponse:
    """Register what an upper level wants; what is known already and what much costs is shown once before it is saved."""
    campaign = _campaign(request)
    queries.keeping_office(actor=request.actor)
    if request.method == "GET":
        return _register_page(request, RegisterForm(), None)
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _register_page(request, form, None, status=422)
    given = form.cleaned_data
    known = _known(request, given["matter"])
    cost, weighed = _cost(request, given)
    if (known and given["seen"] != given["matter"]) or (cost and cost.is_much and given["weighed"] != weighed):
        return _register_page(request, form, known, seen=given["matter"], cost=cost, weighed=weighed)
    try:
        done = commands.register_wanted(
            actor=request.actor,
            campaign_id=campaign.pk,
            kind=given["kind"],
            giver=given["giver"],
            matter=given["matter"],
            due=given["due"],
            owner=given["owner"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return _register_page(request, form, known, status=422, seen=given["matter"], cost=cost, weighed=weighed)
    say(request, _("Registered and issued."))
    return redirect("tasks:assignment", done.assignment.pk)


@require_GET
def known(request: Request) -> HttpResponse:
    """Show what may answer these words already, as a fragment."""
    return render(
        request, "office/register.html#known", {"known": _known(request, request.GET.get("matter", "")[:2000])}
    )


@require_http_methods(["GET", "POST"])
def instruct(request: Request) -> HttpResponse:
    """Write an instruction for the own office."""
    campaign = _campaign(request)
    office = queries.instructed_office(actor=request.actor)
    initial = {"matter": request.GET.get("matter", ""), "task": request.GET.get("task", "")}
    form = InstructForm(request.POST or None, initial=initial)
    offered = queries.offered_matters(actor=request.actor, campaign_id=campaign.pk)
    form.offer([(one.pk, f"{one.get_kind_display()} {one.title}") for one in offered])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                document = commands.instruct(
                    actor=request.actor,
                    campaign_id=campaign.pk,
                    words=given["words"],
                    matter_id=given.get("matter"),
                    task_id=given["task"],
                    given_on=given["given_on"],
                    at=timezone.now(),
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                say(request, _("The office has it and decides who is to do it."))
                return redirect("directives:speech", document.pk)
    asked = form["task"].value()
    task = queries.instructed_task(actor=request.actor, task_id=int(asked) if str(asked or "").isdecimal() else None)
    return render(request, "office/instruct.html", {"form": form, "office": office, "task": task}, status=status)


@require_GET
def matters(request: Request) -> HttpResponse:
    """Show the matters of the office, those that a unit asked, and what is known to all."""
    campaign, given = _campaign(request), _filter(request)
    page = queries.matter_list(actor=request.actor, given=given, after=request.GET.get("after", ""))
    return render(
        request,
        "office/matters.html",
        {
            "page": page,
            "campaign": campaign,
            "given": given,
            "kinds": queries.kind_words(actor=request.actor),
            "states": MatterStatus.choices,
            "to_open": queries.may_open(actor=request.actor),
            "alert": queries.meeting_alert(actor=request.actor, campaign=campaign, on=timezone.localdate()),
            "today": timezone.localdate(),
        },
    )


@require_GET
def matters_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the matters as Excel or Word: the rows and filters of the page."""
    given = _filter(request)
    found = queries.matter_list(actor=request.actor, given=given, size=MOST_ROWS)
    sheet = sheets.of_matters(
        matters=found.rows,
        scope=_campaign(request).name,
        kind=given.kind,
        status=given.status,
        words=given.words,
        on=timezone.localdate(),
    )
    return listing_file(listing=sheet, kind=kind, on=timezone.localdate())


@require_http_methods(["GET", "POST"])
def open_matter(request: Request, kind: str) -> HttpResponse:
    """Open a matter of a kind."""
    campaign = _campaign(request)
    if kind not in dict(queries.open_kinds(actor=request.actor)):
        raise NotFound(_("There is no such page."))
    form = MatterForm(request.POST or None, initial={"task": request.GET.get("task", "")})
    rule = RULES[kind]
    form.keep(
        kind=kind,
        checklists=queries.checklists(actor=request.actor, campaign_id=campaign.pk),
        date_word=rule.date_word,
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                matter = commands.open_matter(
                    actor=request.actor, campaign_id=campaign.pk, kind=kind, text=form.written(), at=timezone.now()
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                say(request, _("Written down."))
                return redirect("office:matter", matter.pk)
    shown = {"form": form, "rule": rule, "label": MatterKind(kind).label, "kind": kind}
    return render(request, "office/matter_form.html", shown, status=status)


@require_GET
def matter(request: Request, matter_id: int) -> HttpResponse:
    """Show one matter."""
    return _matter_page(request, matter_id)


@require_POST
def settle(request: Request, matter_id: int) -> HttpResponse:
    """Settle a matter: answer, decision, minutes."""
    found = queries.matter_page(actor=request.actor, matter_id=matter_id)
    form = SettleForm(request.POST)
    form.offer(options=found.matter.options, outcome_word=found.rule.outcome_word, is_knowledge=found.rule.is_knowledge)
    if form.is_valid():
        try:
            commands.settle(
                actor=request.actor,
                matter_id=matter_id,
                outcome=form.cleaned_data["outcome"],
                chosen=form.cleaned_data.get("chosen"),
                is_shared=form.cleaned_data.get("is_shared", False),
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Settled."))
            return redirect("office:matter", matter_id)
    return _matter_page(request, matter_id, {"settle": form}, status=422)


@require_POST
def share(request: Request, matter_id: int) -> HttpResponse:
    """Show a settled answer to all units below, or no longer."""
    is_shared = request.POST.get("is_shared") == "1"
    commands.share(actor=request.actor, matter_id=matter_id, is_shared=is_shared, at=timezone.now())
    say(request, _("All units below see it now.") if is_shared else _("Only the office sees it now."))
    return redirect("office:matter", matter_id)


@require_POST
def add_step(request: Request, matter_id: int) -> HttpResponse:
    """Add a step to a matter."""
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            commands.add_step(
                actor=request.actor,
                matter_id=matter_id,
                text=form.cleaned_data["text"],
                owner=form.cleaned_data["owner"],
                due_on=form.cleaned_data["due_on"],
                days_before=form.cleaned_data["days_before"] or 0,
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return redirect("office:matter", matter_id)
    return _matter_page(request, matter_id, {"step": form}, status=422)


@require_POST
def finish_step(request: Request, matter_id: int, step_id: int) -> HttpResponse:
    """Tick a step off."""
    commands.finish_step(actor=request.actor, matter_id=matter_id, step_id=step_id, at=timezone.now())
    return redirect("office:matter", matter_id)


@require_POST
def assign_step(request: Request, matter_id: int, step_id: int) -> HttpResponse:
    """Carry a step over as a task."""
    form = AssignStepForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        office = queries.matter_page(actor=request.actor, matter_id=matter_id).matter.office_id
        cost, weighed = _cost(request, given, office)
        if cost and cost.is_much and given["weighed"] != weighed:
            shown = {"assign": form, "assign_step": step_id, "cost": cost, "weighed": weighed}
            return _matter_page(request, matter_id, shown)
        try:
            issued = commands.assign_step(
                actor=request.actor,
                matter_id=matter_id,
                step_id=step_id,
                owner=form.cleaned_data["owner"],
                due=form.cleaned_data["due"],
                at=timezone.now(),
            )
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Issued."))
            return redirect("tasks:assignment", issued.pk)
    return _matter_page(request, matter_id, {"assign": form, "assign_step": step_id}, status=422)


@require_http_methods(["GET", "POST"])
def write_duty(request: Request) -> HttpResponse:
    """Write down one duty of a unit, alone or as what an item of the campaign goes with."""
    campaign = _campaign(request)
    form = DutyForm(request.POST or None)
    if request.method == "GET":
        unit = queries.asking_unit(actor=request.actor)
        form.initial = {"unit": request.GET.get("unit") or unit.pk, "task": request.GET.get("task", "")}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                commands.write_duty(
                    actor=request.actor,
                    campaign_id=campaign.pk,
                    unit_id=given["unit"],
                    text=given["text"],
                    kind=given["kind"],
                    due_on=given["due_on"],
                    task_id=given["task"],
                    at=timezone.now(),
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                say(request, _("Written down."))
                return redirect(f"/ahead/?unit={given['unit']}")
    return render(request, "office/duty_form.html", {"form": form}, status=status)


@require_POST
def finish_duty(request: Request, duty_id: int) -> HttpResponse:
    """Say that a duty is done, and what came of it."""
    duty = commands.finish_duty(
        actor=request.actor, duty_id=duty_id, result=request.POST.get("result", ""), at=timezone.now()
    )
    return redirect(f"/ahead/?unit={duty.unit_id}")


def _matter_page(
    request: Request, matter_id: int, forms: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    found = queries.matter_page(actor=request.actor, matter_id=matter_id)
    given = forms or {}
    settle_form = given.get("settle")
    if settle_form is None:
        settle_form = SettleForm()
        settle_form.offer(
            options=found.matter.options, outcome_word=found.rule.outcome_word, is_knowledge=found.rule.is_knowledge
        )
    return render(
        request,
        "office/matter.html",
        {
            "found": found,
            "matter": found.matter,
            "rule": found.rule,
            "settle_form": settle_form,
            "step_form": given.get("step") or StepForm(),
            "assign_form": given.get("assign") or AssignStepForm(),
            "assign_step": given.get("assign_step"),
            "cost": given.get("cost"),
            "weighed": given.get("weighed", ""),
            "chosen": found.matter.options[found.matter.chosen - 1] if found.matter.chosen else "",
            "today": timezone.localdate(),
            "may_instruct": queries.may_instruct(actor=request.actor),
        },
        status=status,
    )


def _register_page(
    request: Request,
    form: RegisterForm,
    known: object,
    *,
    status: int = 200,
    seen: str = "",
    cost: Cost | None = None,
    weighed: str = "",
) -> HttpResponse:
    shown = {"form": form, "known": known, "seen": seen, "cost": cost, "weighed": weighed}
    return render(
        request,
        "office/register.html",
        {**shown, "owners": tasks.owner_words(actor=request.actor)},
        status=status,
    )


def _cost(request: Request, given: dict[str, str], assigner_id: int | None = None) -> tuple[Cost | None, str]:
    """Return what a task in these words costs its units, and the words for which that was shown."""
    words = {"owner": given["owner"], "due": given["due"]}
    cost = tasks.cost_of_words(actor=request.actor, words=words, assigner_id=assigner_id, on=timezone.localdate())
    return cost, f"{given['owner']}；{given['due']}"


def _known(request: Request, matter: str) -> queries.Known:
    return queries.known_already(
        actor=request.actor,
        campaign=_campaign(request),
        unit=queries.keeping_office(actor=request.actor),
        text=matter,
    )


def _wanted_tabs(request: Request) -> list[dict[str, object]]:
    state = request.GET.get("state", "open")
    return [
        {
            "label": label,
            "href": f"{reverse('office:wanted')}?state={name}",
            "current": name == state or (name == "all" and state not in {"open", "done"}),
        }
        for name, label in (("open", _("Unfinished")), ("done", _("Finished")), ("all", _("All")))
    ]


def _unfinished(request: Request) -> bool | None:
    return {"open": True, "done": False}.get(request.GET.get("state", "open"))


def _filter(request: Request) -> MatterFilter:
    kind, status = request.GET.get("kind", ""), request.GET.get("status", "")
    return MatterFilter(
        campaign_id=_campaign(request).pk,
        kind=kind if kind in MatterKind.values else "",
        status=status if status in MatterStatus.values else "",
        words=request.GET.get("q", "")[:100],
    )


def _campaign(request: Request) -> Any:
    campaign: Any = request.frame.get("campaign")
    if campaign is None:
        raise NotFound(_("There is no campaign yet."))
    return campaign
