"""Pages that span subjects."""

from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from duban.kernel.errors import InvalidInput, NotFound
from duban.notices.queries import digest_of
from duban.organisation.states import Field, Kind, Level, Rank
from duban.portal import charts, navigation, queries
from duban.portal.capabilities import ANSWER, ASSIGN, BRANCH, DECIDE, PRINCIPAL, TOWNSHIP, URGE, VIEW, is_only_member
from duban.portal.forms import UrgingForm
from duban.portal.queries import UnitChoice
from duban.shell.handing_out import listing_file
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.tasks import commands, limits
from duban.workbooks.listing import Listing


@require_GET
def desk(request: Request) -> HttpResponse:
    """Show the first screen of the post: the office's desk, what the unit owes, or the table of units."""
    if request.frame.get("campaign") is None:
        return render(request, "portal/no_campaign.html")
    campaign = _campaign(request)
    if request.actor.holds(ASSIGN):
        found = queries.office_desk(actor=request.actor, campaign=campaign, today=timezone.localdate())
        return render(
            request,
            "portal/desk.html",
            {
                "found": found,
                "answers": request.actor.holds(ANSWER),
                "rows": [(row, _place(row.name)) for row in found.rows],
                # What an office keeps may wait before anything was assigned.
                "has_more": any(row.number for row in found.rows),
            },
        )
    screen = _first_screen(request, campaign)
    if screen is not None:
        return screen
    if request.actor.holds(DECIDE):
        seen = queries.overview(actor=request.actor, campaign=campaign, today=timezone.localdate())
        return render(request, "portal/overview.html", {"found": seen})
    if request.actor.holds(ANSWER):
        return owed(request)
    if request.actor.holds(VIEW):
        return redirect("portal:units")
    place = navigation.first_place(actor=request.actor)
    return redirect(place) if place else render(request, "portal/nothing_yet.html")


@require_GET
def beside_desk(request: Request) -> HttpResponse:
    """Show what stands beside and below the desk; a fragment of its own, because it takes longer than the desk."""
    campaign, today = _campaign(request), timezone.localdate()
    below = queries.places_below(actor=request.actor, campaign=campaign, today=today)
    coming = None
    if request.actor.holds(ASSIGN):
        coming = queries.coming(actor=request.actor, campaign=campaign, today=today)
    return render(
        request,
        "portal/beside_desk.html",
        {
            "below": below,
            "shown": _shown(below),
            "days": [(each, coming.crowded.get(each.day, [])) for each in coming.days] if coming else None,
        },
    )


@require_GET
def people_say(request: Request) -> HttpResponse:
    """Say to whom a branch passes on what people said."""
    above, posts = queries.whom_to_tell(actor=request.actor, on=timezone.localdate())
    return render(request, "portal/people_say.html", {"above": above, "posts": posts})


@require_GET
def owed(request: Request) -> HttpResponse:
    """Show what a unit still owes."""
    found = queries.owed(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request.GET, "unit"),
        tab=request.GET.get("tab", "mine"),
        today=timezone.localdate(),
    )
    query = f"&unit={found.unit.pk}" if "unit" in request.GET else ""
    tabs = [
        {
            "label": label,
            "href": f"{reverse('portal:owed')}?tab={name}{query}",
            "current": name == found.tab,
            "count": found.counts[name],
        }
        for name, label in queries.tab_words().items()
    ]
    return render(
        request,
        "portal/owed.html",
        {
            "found": found,
            "tabs": tabs,
            "asked": queries.asked_of(
                actor=request.actor, unit_id=found.unit.pk, week=timezone.localdate(), unit=found.unit
            ),
            "pace": queries.pace_of_unit(
                actor=request.actor, campaign=_campaign(request), unit=found.unit, day=found.day
            ),
            "digest": digest_of(actor=request.actor, on=timezone.localdate()),
            "others": [unit for unit in found.answered_for if unit.pk != found.unit.pk],
        },
    )


@require_GET
def owed_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out what a unit still owes as Excel or Word: exactly the lines of the page."""
    campaign = _campaign(request)
    found = queries.owed(
        actor=request.actor,
        campaign=campaign,
        unit_id=_number(request.GET, "unit"),
        tab=request.GET.get("tab", "mine"),
        today=timezone.localdate(),
    )
    return _file(queries.owed_listing(actor=request.actor, campaign=campaign, found=found), kind)


@require_GET
def units(request: Request) -> HttpResponse:
    """Show the units below one unit with their figures, in protocol order."""
    found = _unit_table(request)
    return render(
        request,
        "portal/units.html",
        {
            "found": found,
            "shown": _shown(found),
            "axes": _axes(found.choice),
            "carried": _carried(found.choice),
            "today": timezone.localdate(),
            "may_urge": request.actor.holds(URGE) and not found.is_past,
            "may_see_activity": found.parent is not None
            and queries.may_see_activity(actor=request.actor, unit=found.parent),
        },
    )


@require_GET
def units_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the table of units as Excel or Word: exactly the rows, filters, scope and day of the page."""
    return _file(queries.unit_listing(actor=request.actor, found=_unit_table(request)), kind)


@require_GET
def chart(request: Request) -> HttpResponse:
    """Draw the rows of the table of units; a fragment of its own, because drawing takes longer than counting."""
    found = _unit_table(request)
    svg = charts.unit_bars(
        rows=[
            charts.Bar(
                label=row.unit.shown_name,
                href=f"{reverse('portal:units')}?unit={row.unit.pk}" if row.has_below and not row.is_own else "",
                done=row.figures["done"],
                asked=row.figures["asked"],
                in_hand=row.figures["in_hand"],
                to_sign=row.figures["to_sign"],
                overdue=row.figures["overdue"],
            )
            for row in found.rows
        ],
        labels=charts.Labels(
            **{name: found.labels[name] for name in ("done", "asked", "in_hand", "to_sign", "overdue")}
        ),
    )
    return render(request, "portal/chart.html", {"svg": svg, "found": found})


@require_GET
def work_list(request: Request) -> HttpResponse:
    """Show the work list: search, filters, key items first."""
    found = queries.work_list(
        actor=request.actor,
        campaign=_campaign(request),
        given=_task_filter(request),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "portal/work_list.html",
        {
            "found": found,
            "statuses": queries.status_choices(),
            "axes": _axes(_choice(request.GET)),
            "may_urge": request.actor.holds(URGE),
        },
    )


@require_GET
def work_list_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out every row of the work list as Excel (streamed) or Word: the filters, scope and day of the page."""
    return _file(
        queries.work_listing(actor=request.actor, campaign=_campaign(request), given=_task_filter(request)), kind
    )


@require_GET
def parts(request: Request) -> HttpResponse:
    """Show the parts of a task that was passed down, or the units of an assignment, with everything below them."""
    found = queries.parts_table(
        actor=request.actor,
        campaign=_campaign(request),
        task_id=_number(request.GET, "task"),
        assignment_id=_number(request.GET, "assignment"),
        status=request.GET.get("status", "all"),
        today=timezone.localdate(),
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "portal/parts.html",
        {"found": found, "statuses": queries.status_choices()},
    )


@require_GET
def parts_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the parts as Excel or Word: exactly the rows, filters, scope and day of the page."""
    found = queries.parts_listing(
        actor=request.actor,
        campaign=_campaign(request),
        task_id=_number(request.GET, "task"),
        assignment_id=_number(request.GET, "assignment"),
        status=request.GET.get("status", "all"),
        today=timezone.localdate(),
    )
    return _file(found, kind)


@require_GET
def ahead(request: Request) -> HttpResponse:
    """Show everything due or starting in the next days, or the calendar of one unit with its other duties."""
    found = _ahead(request)
    return render(request, "portal/ahead.html", {"found": found, "most": queries.MOST_DAYS})


@require_GET
def ahead_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out what comes as Excel or Word: exactly the lines of the page."""
    return _file(queries.ahead_listing(actor=request.actor, found=_ahead(request)), kind)


@require_GET
def measures(request: Request) -> HttpResponse:
    """Show the key measures over the whole period, their parts in the order in which they hand over."""
    found = queries.key_measures(actor=request.actor, campaign=_campaign(request), today=timezone.localdate())
    return render(request, "portal/measures.html", {"found": found})


@require_GET
def measures_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the key measures as Excel or Word."""
    found = queries.key_measures(actor=request.actor, campaign=_campaign(request), today=timezone.localdate())
    return _file(queries.measures_listing(actor=request.actor, found=found), kind)


@require_GET
def pace(request: Request) -> HttpResponse:
    """Show which units would have items left at the end, and why; no file has it."""
    table = _unit_table(request)
    return render(
        request,
        "portal/pace.html",
        {"found": table, "rows": queries.short_units(actor=request.actor, table=table)},
    )


@require_GET
def activity(request: Request) -> HttpResponse:
    """Show one unit, or its own contact, in which weeks something was recorded; no file has it."""
    found = _activity(request)
    # Not part of the weeks, which are drawn as well.
    to_replan = queries.replanning(
        actor=request.actor, campaign=_campaign(request), unit=found.unit, today=timezone.localdate()
    )
    return render(request, "portal/activity.html", {"found": found, "replanning": to_replan})


@require_GET
def activity_chart(request: Request) -> HttpResponse:
    """Draw the same weeks; a fragment of its own, because drawing takes longer than counting."""
    found = _activity(request)
    svg = charts.week_bars(
        rows=[
            charts.WeekBar(
                number=week.number,
                entries=week.entries,
                made_up=found.made_up[week.number].entries if week.number in found.made_up else 0,
                is_gap=week.number in found.in_gaps,
            )
            for week in found.weeks
        ],
        labels=charts.WeekLabels(
            week=_("Week"),
            recorded=_("Recorded that week"),
            made_up=_("Recorded after a gap on one day"),
            gap=_("No record"),
        ),
    )
    return render(request, "portal/activity_chart.html", {"svg": svg, "found": found})


def _activity(request: Request) -> queries.Activity:
    return queries.activity(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request.GET, "unit") or 0,
        today=timezone.localdate(),
    )


def _ahead(request: Request) -> queries.Ahead:
    unit_id = _number(request.GET, "unit")
    if unit_id is None and not request.actor.holds(ASSIGN) and request.actor.holds(ANSWER):
        unit_id = next(iter(queries.units_answered_for(actor=request.actor))).pk
    return queries.ahead(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=unit_id,
        workdays_ahead=_number(request.GET, "days") or queries.DAYS,
        today=timezone.localdate(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def urge(request: Request) -> HttpResponse:
    """Show the text for the group chat and the items of a list that wait for their units; remind those units."""
    given = _task_filter(request)
    form = UrgingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = commands.urge(actor=request.actor, given=given, at=timezone.now(), **form.cleaned_data)
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            return _urged(request, done, to_principal=form.cleaned_data["to_principal"])
    found = queries.urging(
        actor=request.actor,
        campaign=_campaign(request),
        given=given,
        link=request.build_absolute_uri(reverse("portal:owed")),
        by_place=request.GET.get("lines") == "places",
        after=request.GET.get("after", ""),
    )
    shown = {"found": found, "form": form, "today": timezone.localdate()}
    return render(request, "portal/urge.html", shown, status=422 if form.errors else 200)


@require_GET
def urge_file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the items to urge as Excel or Word: exactly the rows, filters, scope and day of the page."""
    return _file(
        queries.urging_listing(actor=request.actor, campaign=_campaign(request), given=_task_filter(request)), kind
    )


def _urged(request: Request, done: commands.Urged, *, to_principal: bool) -> HttpResponse:
    """Show what became of each item: urged now, urged that day already and by whom, or not waiting any more."""
    shown = {int(word) for word in request.POST.getlist("shown")[:200] if word.isascii() and word[:18].isdigit()}
    rows = queries.urged_outcomes(
        actor=request.actor,
        now=done.now,
        already=done.already,
        shown=list(shown),
        on=timezone.localdate(),
        to_principal=to_principal,
        most=limits.URGED_ROWS,
    )
    told = len(done.now) + len({*done.already, *shown}.difference(done.now))
    return render(
        request,
        "portal/urged.html",
        {"rows": rows, "done": done, "others": max(0, told - limits.URGED_ROWS), "back": request.get_full_path()},
    )


def _place(name: str) -> str:
    """Return the address of the list that a row of the desk counts."""
    if name == "asked_done":
        return reverse("tasks:to-check")
    if name == "to_pass_down":
        return reverse("tasks:to-pass-down")
    if name == "wanted":
        return reverse("office:wanted")
    if name == "objections":
        return reverse("burden:objections")
    if name in {"question", "coordination"}:
        return f"{reverse('office:matters')}?kind={name}&status=open"
    return f"{reverse('portal:work-list')}?status={name}"


def _first_screen(request: Request, campaign: queries.Campaign) -> HttpResponse | None:
    """Return the first screen of a township's recorder, a principal or a branch; None for everybody else."""
    today = timezone.localdate()
    if request.actor.holds(TOWNSHIP):
        township = queries.township_screen(actor=request.actor, campaign=campaign, today=today)
        return render(
            request,
            "portal/township.html",
            {"found": township, "table": township.table, "digest": digest_of(actor=request.actor, on=today)},
        )
    if request.actor.holds(PRINCIPAL):
        principal = queries.principal_screen(actor=request.actor, campaign=campaign, today=today)
        return render(request, "portal/principal.html", {"found": principal})
    if request.actor.holds(BRANCH):
        branch = queries.branch_screen(actor=request.actor, campaign=campaign, today=today)
        return render(request, "portal/branch.html", {"found": branch, "year": branch.year})
    if is_only_member(request.actor):
        unit, year = queries.member_screen(actor=request.actor, campaign=campaign, today=today)
        return render(request, "portal/member.html", {"unit": unit, "year": year})
    return None


@require_GET
def follow_up(request: Request, meeting_id: int) -> HttpResponse:
    """Show what became of the requirements of all speeches of a meeting; a panel of its page, or a page of its own."""
    found = queries.followed_meeting(actor=request.actor, meeting_id=meeting_id, today=timezone.localdate())
    return render(request, "portal/follow_up.html", {"found": found})


@require_GET
def follow_up_file(request: Request, meeting_id: int, kind: str) -> HttpResponseBase:
    """Hand out the same lines as Excel or Word."""
    found = queries.followed_meeting(actor=request.actor, meeting_id=meeting_id, today=timezone.localdate())
    return _file(queries.followed_listing(actor=request.actor, found=found), kind)


@require_GET
def touched(request: Request, document_id: int) -> HttpResponse:
    """Show the assignments that an upper paper touches."""
    found = queries.touched_assignments(actor=request.actor, document_id=document_id, today=timezone.localdate())
    return render(request, "portal/touched.html", {"found": found, "document_id": document_id})


@require_GET
def only_forwarded(request: Request, passing_id: int) -> HttpResponse:
    """Name the units where a paper was forwarded and nothing more stands in the system: a hint, never a file."""
    found = queries.only_forwarded(actor=request.actor, passing_id=passing_id)
    return render(request, "portal/only_forwarded.html", {"found": found, "of_paper": True})


@require_GET
def only_forwarded_here(request: Request) -> HttpResponse:
    """Name the papers that our own unit forwarded and nothing more."""
    found = queries.only_forwarded_here(actor=request.actor, campaign=_campaign(request))
    return render(request, "portal/only_forwarded.html", {"found": found, "of_paper": False})


def _shown(table: queries.UnitTable) -> list[tuple[str, str]]:
    return [(name, table.labels[name]) for name in queries.SHOWN]


def _unit_table(request: Request) -> queries.UnitTable:
    return queries.unit_table(
        actor=request.actor,
        campaign=_campaign(request),
        unit_id=_number(request.GET, "unit"),
        choice=_choice(request.GET),
        on=_day(request.GET, "on"),
        today=timezone.localdate(),
        after=request.GET.get("after", ""),
    )


def _task_filter(request: Request) -> queries.TaskFilter:
    return queries.task_filter(
        actor=request.actor,
        campaign=_campaign(request),
        today=timezone.localdate(),
        searched=request.GET.get("q", "")[:100],
        status=request.GET.get("status", "open"),
        unit_id=_number(request.GET, "unit"),
        own_only=request.GET.get("own") == "1",
        choice=_choice(request.GET),
        assignment_id=_number(request.GET, "assignment"),
        passed_from_id=_number(request.GET, "task"),
        due_on=_day(request.GET, "due"),
    )


def _campaign(request: Request) -> queries.Campaign:
    campaign = request.frame.get("campaign")
    if not isinstance(campaign, queries.Campaign):
        raise NotFound(_("There is no campaign yet."))
    return campaign


def _choice(query: QueryDict) -> UnitChoice:
    def known(name: str, values: list[str]) -> tuple[str, ...]:
        return tuple(value for value in query.getlist(name) if value in values and value)

    return UnitChoice(
        levels=known("level", Level.values),
        fields=known("field", Field.values),
        kinds=known("kind", Kind.values),
        ranks=known("rank", Rank.values),
    )


def _axes(choice: UnitChoice) -> list[dict[str, object]]:
    return [
        {"name": name, "label": label, "choices": [pair for pair in names.choices if pair[0]], "chosen": chosen}
        for name, label, names, chosen in (
            ("level", _("Level"), Level, choice.levels),
            ("field", _("Field"), Field, choice.fields),
            ("kind", _("Kind"), Kind, choice.kinds),
            ("rank", _("Rank"), Rank, choice.ranks),
        )
    ]


def _carried(choice: UnitChoice) -> str:
    """Return the filters as a query, so that a number opens exactly the records that it counts."""
    pairs = [
        (name, value)
        for name, values in (
            ("level", choice.levels),
            ("field", choice.fields),
            ("kind", choice.kinds),
            ("rank", choice.ranks),
        )
        for value in values
    ]
    return "&" + urlencode(pairs) if pairs else ""


def _number(query: QueryDict, name: str) -> int | None:
    word = query.get(name, "")
    if not word:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise InvalidInput(_("This page address is damaged. Please start again from the first page."))
    return int(word)


def _day(query: QueryDict, name: str) -> date | None:
    try:
        return date.fromisoformat(query.get(name, "")) if query.get(name) else None
    except ValueError:
        raise InvalidInput(_("This is not a date. Write it as 2026-03-02.")) from None


def _file(found: Listing, kind: str) -> HttpResponseBase:
    return listing_file(listing=found, kind=kind, on=timezone.localdate())
