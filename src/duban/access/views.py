"""Grants: the list of a subtree, giving and ending one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.access import commands, queries
from duban.access.forms import AccountForm, EndForm, GrantFilter, GrantForm
from duban.access.words import role_word
from duban.kernel.errors import InvalidInput, NotFound
from duban.shell.notices import say
from duban.shell.posted import not_kept
from duban.shell.refused import beside
from duban.shell.requests import Request
from duban.workbooks.slips import export_slips

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def grant_list(request: Request) -> HttpResponse:
    """Show who holds which role in the actor's subtree."""
    queries.require_view(actor=request.actor)
    chosen = GrantFilter(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    page = queries.grants_page(
        actor=request.actor,
        at=timezone.now(),
        after=request.GET.get("after", ""),
        role=given.get("role", ""),
        name=given.get("name", "").strip(),
        with_ended=given.get("ended", False),
    )
    shown = {
        "page": page,
        "filter": chosen,
        "may_grant": queries.may_grant_anywhere(actor=request.actor),
        "may_open": queries.may_open_accounts(actor=request.actor),
    }
    return render(request, "access/grants.html", shown)


@require_http_methods(["GET", "POST"])
def grant(request: Request) -> HttpResponse:
    """Give a role."""
    queries.require_edit(actor=request.actor)
    form = GrantForm(request.POST or None, initial={"sign_in_name": request.GET.get("account", "")})
    if request.method == "GET":
        return render(request, "access/grant.html", {"form": form})
    if not form.is_valid():
        return render(request, "access/grant.html", {"form": form}, status=422)
    try:
        _grant(request, form)
    except InvalidInput as refusal:
        if not form.errors:
            beside(form, refusal)
        return render(request, "access/grant.html", {"form": form}, status=422)
    say(request, _("Granted. It holds from this person's next page."))
    return redirect("access:list")


@require_http_methods(["GET", "POST"])
def account(request: Request) -> HttpResponse:
    """Open an account for somebody in a post."""
    queries.require_accounts(actor=request.actor)
    form = AccountForm(request.POST or None)
    if request.method == "GET":
        return render(request, "access/account.html", {"form": form})
    if form.is_valid():
        try:
            unit_id = 0
            with _beside(form, "unit"):
                unit_id = queries.unit_called(actor=request.actor, words=form.cleaned_data["unit"]).pk
            if not form.errors:
                user = commands.open_account(
                    actor=request.actor,
                    unit_id=unit_id,
                    person_name=form.cleaned_data["person_name"],
                    sign_in_name=form.cleaned_data["sign_in_name"],
                    password=form.cleaned_data["password"],
                    at=timezone.now(),
                )
                say(request, _("The account is open. Now grant its role."))
                return redirect(f"{reverse('access:grant')}?{urlencode({'account': user.sign_in_name})}")
        except InvalidInput as refusal:
            beside(form, refusal)
    return render(request, "access/account.html", {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
def end(request: Request, grant_id: int) -> HttpResponse:
    """Ask why, and end a grant."""
    line = queries.grant_line(actor=request.actor, grant_id=grant_id, at=timezone.now())
    form = EndForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "access/end.html", {"form": form, "line": line}, status=status)
    commands.end_grant(actor=request.actor, grant_id=grant_id, reason=form.cleaned_data["reason"], at=timezone.now())
    say(request, _("Ended. This person's next page goes without it."))
    return redirect("access:list")


@require_GET
def units(request: Request) -> HttpResponse:
    """Suggest units for what has been typed so far."""
    found = queries.suggested_units(actor=request.actor, words=request.GET.get("unit", ""))
    return render(request, "access/grant.html#suggestions", {"units": found})


@require_GET
def below(request: Request) -> HttpResponse:
    """Show the parts below, each with how many people have no account and how many have not activated theirs."""
    parts = queries.delegation_parts(actor=request.actor, on=timezone.localdate())
    return render(request, "access/below.html", {"parts": parts})


@require_GET
def below_part(request: Request, unit_id: int) -> HttpResponse:
    """Show the people of one part with their accounts."""
    found = queries.delegation_people(
        actor=request.actor, unit_id=unit_id, at=timezone.now(), after=request.GET.get("after", "")
    )
    roles = [(role, role_word(role)) for role in queries.delegable_roles(actor=request.actor)]
    return render(request, "access/below_part.html", {"found": found, "page": found.page, "roles": roles})


@require_POST
def open_below(request: Request, unit_id: int) -> HttpResponse:
    """Open accounts for everybody in a post below who has none."""
    count = commands.open_accounts_below(actor=request.actor, unit_id=unit_id, at=timezone.now())
    say(request, ngettext("%(count)d account opened.", "%(count)d accounts opened.", count) % {"count": count})
    return redirect("access:below-part", unit_id)


@require_POST
def slips(request: Request, unit_id: int, kind: str) -> HttpResponse:
    """Issue fresh codes for a part and hand out the slips, once: to print, or as a Word file."""
    if kind not in {"print", "word"}:
        raise NotFound(_("There is no such page."))
    unit = queries.delegation_unit(actor=request.actor, unit_id=unit_id)
    made = commands.print_slips(actor=request.actor, unit_id=unit_id, at=timezone.now())
    return _handed_out(request, unit.shown_name, made.made, kind, left_out=made.left_out)


@require_POST
def new_slip(request: Request, post_id: int) -> HttpResponse:
    """Replace one lost slip."""
    made = commands.new_slip(actor=request.actor, post_id=post_id, at=timezone.now())
    return _handed_out(request, made.unit.shown_name, [made], "print")


@require_POST
def delegate(request: Request, post_id: int) -> HttpResponse:
    """Grant somebody in a post below a role of that unit."""
    grant = commands.grant_by_delegation(
        actor=request.actor, post_id=post_id, role=request.POST.get("role", ""), at=timezone.now()
    )
    say(request, _("Granted. It holds from this person's next page."))
    return redirect("access:below-part", grant.unit_id or 0)


def _grant(request: Request, form: GrantForm) -> None:
    given = form.cleaned_data
    user_id = unit_id = 0
    listed = []
    # Each in turn, so that all sentences appear at once.
    with _beside(form, "sign_in_name"):
        user_id = queries.account_called(actor=request.actor, sign_in_name=given["sign_in_name"]).pk
    with _beside(form, "unit"):
        unit_id = queries.unit_called(actor=request.actor, words=given["unit"]).pk
    for line in given["listed"].splitlines():
        if line.strip():
            with _beside(form, "listed"):
                listed.append(queries.unit_called(actor=request.actor, words=line).pk)
    if form.errors:
        raise InvalidInput(_("Something is missing or wrong"))
    commands.grant_role(
        actor=request.actor,
        user_id=user_id,
        role=given["role"],
        reach=given["reach"],
        unit_id=unit_id,
        listed=listed,
        starts_at=_morning(given["starts_on"]),
        ends_at=_morning(given["ends_on"] and given["ends_on"] + timedelta(days=1)),
        at=timezone.now(),
    )


@contextmanager
def _beside(form: GrantForm | AccountForm, field: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as refusal:
        form.add_error(field, str(refusal))


def _morning(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))


def _handed_out(
    request: Request, name: str, made: Sequence[commands.Slip], kind: str, *, left_out: int = 0
) -> HttpResponse:
    # An empty file would say nothing; the page says why.
    kind = kind if made else "print"
    address = request.build_absolute_uri(reverse("accounts:activate"))
    if kind == "word":
        content = export_slips(
            title=_("Account slip"),
            slips=[
                [
                    (_("Unit"), slip.unit.name),
                    (_("Name"), f"{slip.name} {slip.title}"),
                    (_("Sign-in name"), slip.sign_in_name),
                    (_("Activation code"), slip.code),
                    (_("Until"), timezone.localdate(slip.expires_at).isoformat()),
                    (_("Address"), address),
                ]
                for slip in made
            ],
            note=_("Open the address, enter sign-in name and code, and set your own password. The code is used once."),
        )
        response = HttpResponse(content, content_type=DOCX)
        response["Content-Disposition"] = content_disposition_header(True, f"{name}-{_('Account slip')}.docx") or ""
        return not_kept(response)
    shown = {"slips": made, "name": name, "address": address, "left_out": left_out}
    return not_kept(render(request, "access/slips.html", shown))
