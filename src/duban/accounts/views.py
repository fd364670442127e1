"""Signing in and out, one's own password, the post in which one acts."""

import secrets

from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.accounts import commands, demonstration, queries
from duban.accounts.forms import EndForm, NewPasswordForm, PasswordForm, SignInForm
from duban.accounts.throttling import Place, name_hash
from duban.audit import commands as audit
from duban.kernel.errors import InvalidInput, NotAllowed, TooManyAttempts
from duban.shell.notices import say
from duban.shell.refused import beside
from duban.shell.requests import Request, public
from duban.shell.views import place_within

BACKEND = "duban.accounts.backends.Sessions"
BROWSER_COOKIE = "browser"
BROWSER_SALT = "duban.accounts.browser"
YEAR = 365 * 86400


@require_http_methods(["GET", "POST"])
@public
def sign_in(request: Request) -> HttpResponse:
    """Ask for name and password; a session begins anew, under another key, with each sign-in."""
    if request.method == "GET":
        if request.actor.user_id is not None:
            return redirect("/")
        return _sign_in_page(request, SignInForm(initial={"next": request.GET.get("next", "")}), status=200)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, status=422)
    given = form.cleaned_data
    try:
        user = commands.sign_in(
            actor=request.actor,
            sign_in_name=given["sign_in_name"],
            password=given["password"],
            place=_place(request),
            at=timezone.now(),
        )
    except TooManyAttempts as refusal:
        beside(form, refusal)
        response = _sign_in_page(request, form, status=429)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    if user is None:
        form.add_error(None, _("Name or password is not right."))
        return _sign_in_page(request, form, status=422)
    # Whoever sat here before leaves nothing behind: neither post nor campaign.
    request.session.flush()
    auth.login(request, user, backend=BACKEND)
    response = redirect(place_within(request, given["next"]))
    response.set_cookie(
        BROWSER_COOKIE,
        signing.dumps([name_hash(user.sign_in_name), secrets.token_hex(16)], salt=BROWSER_SALT),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=settings.LOGIN_URL,
    )
    return response


@require_POST
@public
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    if request.actor.user_id is not None:
        commands.sign_out(actor=request.actor, at=timezone.now())
    auth.logout(request)
    return redirect(settings.LOGIN_URL)


@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """Change one's own password; this session goes on under another key, all others end."""
    form = PasswordForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "accounts/password.html", {"form": form}, status=200 if request.method == "GET" else 422)
    try:
        user = commands.set_password(
            actor=request.actor,
            user_id=request.actor.user_id or 0,
            old_password=form.cleaned_data["old_password"],
            password=form.cleaned_data["password"],
            at=timezone.now(),
        )
    except InvalidInput as refusal:
        beside(form, refusal)
        return render(request, "accounts/password.html", {"form": form}, status=422)
    auth.update_session_auth_hash(request, user)
    say(request, _("Your password is changed. Other places where you were signed in are signed out."))
    return redirect("/")


@require_POST
def switch_post(request: Request) -> HttpResponse:
    """Act in another of one's posts, under another session key: what the old post could do ends here."""
    held = request.frame.get("posts")
    chosen = request.POST.get("post", "")
    if not isinstance(held, list) or chosen not in {str(post.pk) for post in held}:
        raise NotAllowed(_("You do not hold this post today."))
    request.session["post"] = int(chosen)
    request.session.cycle_key()
    return redirect("/")


@require_GET
def listing(request: Request) -> HttpResponse:
    """List all accounts, for whoever keeps them."""
    page = queries.user_list(
        actor=request.actor, searched=request.GET.get("name", "")[:60], after=request.GET.get("after", "")
    )
    audit.record_reading(actor=request.actor, what="account", at=timezone.now())
    return render(request, "accounts/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def account(request: Request, user_id: int) -> HttpResponse:
    """Show one account, and give it a new password."""
    found = queries.get_user(actor=request.actor, user_id=user_id)
    if request.method == "GET":
        audit.record_reading(actor=request.actor, what="account", object_id=user_id, at=timezone.now())
    form = NewPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                commands.set_password(
                    actor=request.actor, user_id=user_id, password=form.cleaned_data["password"], at=timezone.now()
                )
            except InvalidInput as refusal:
                beside(form, refusal)
            else:
                say(request, _("The new password is set. Hand it over in person; its owner changes it."))
                return redirect("accounts:account", user_id)
    return render(
        request, "accounts/account.html", {"found": found, "form": form, "end_form": EndForm()}, status=status
    )


@require_POST
def end(request: Request, user_id: int) -> HttpResponse:
    """End an account."""
    commands.end_user(actor=request.actor, user_id=user_id, reason=request.POST.get("reason", ""), at=timezone.now())
    say(request, _("The account has ended."))
    return redirect("accounts:account", user_id)


def _sign_in_page(request: Request, form: SignInForm, *, status: int) -> HttpResponse:
    offered = queries.demonstration_sign_ins(actor=request.actor)
    shown = {"form": form, "offered": offered, "password": demonstration.PASSWORD if offered else ""}
    return render(request, "accounts/sign_in.html", shown, status=status)


def _place(request: Request) -> Place:
    address = request.META.get("REMOTE_ADDR", "")
    try:
        name, browser = signing.loads(request.COOKIES.get(BROWSER_COOKIE, ""), salt=BROWSER_SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError, TypeError):
        return Place(address=address)
    return Place(address=address, known_name=name, known_browser=browser)
