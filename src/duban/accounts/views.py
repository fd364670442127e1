"""Signing in and out, the second factor, one's own password, the post in which one acts; keeping accounts."""

import secrets

import segno
from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.accounts import commands, demonstration, queries
from duban.accounts import second_factor as factors
from duban.accounts.forms import (
    ActivateForm,
    CodeForm,
    EndForm,
    NewPasswordForm,
    PasswordForm,
    SignInForm,
    TelephoneForm,
)
from duban.accounts.throttling import Place, name_hash
from duban.audit import commands as audit
from duban.kernel.errors import InvalidInput, NotAllowed, TooManyAttempts
from duban.shell.notices import say
from duban.shell.posted import not_kept
from duban.shell.refused import beside
from duban.shell.requests import Request, before_second_factor, caller_address, goes_on_while_paused, public
from duban.shell.views import place_within

BACKEND = "duban.accounts.backends.Sessions"
BROWSER_COOKIE = "browser"
BROWSER_SALT = "duban.accounts.browser"
YEAR = 365 * 86400
# The factor that a session has shown; whoever signs in begins without.
SHOWN = "second_factor"


@require_http_methods(["GET", "POST"])
@public
@goes_on_while_paused
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
        signing.dumps([name_hash(given["sign_in_name"]), secrets.token_hex(16)], salt=BROWSER_SALT),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=settings.LOGIN_URL,
    )
    return response


@require_http_methods(["GET", "POST"])
@goes_on_while_paused
@before_second_factor
def second_factor(request: Request) -> HttpResponse:
    """Ask for the code of the second factor; who has none yet enrols one first."""
    enrolled = queries.factor_of(actor=request.actor) is not None
    if request.method == "GET":
        form = CodeForm(initial={"next": request.GET.get("next", "")})
        return _factor_page(request, form, enrolled=enrolled)
    if request.POST.get("begin") and not enrolled:
        secret = commands.begin_enrolment(actor=request.actor, at=timezone.now())
        return not_kept(_factor_page(request, CodeForm(initial={"next": request.POST.get("next", "")}), secret=secret))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _factor_page(request, form, enrolled=enrolled, begun=not enrolled, status=422)
    given = {
        "actor": request.actor,
        "code": form.cleaned_data["code"],
        "place": Place(address=caller_address(request)),
        "at": timezone.now(),
    }
    codes: list[str] = []
    factor_id: int | None = None
    try:
        if enrolled:
            factor_id = commands.verify_factor(**given)
        elif (confirmed := commands.confirm_enrolment(**given)) is not None:
            factor_id, codes = confirmed
    except TooManyAttempts as refusal:
        beside(form, refusal)
        response = _factor_page(request, form, enrolled=enrolled, begun=not enrolled, status=429)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    if factor_id is None:
        form.add_error("code", _("This code is not right, or it was used already. Please wait for the next one."))
        return _factor_page(request, form, enrolled=enrolled, begun=not enrolled, status=422)
    # A key that was known before the code was shown opens nothing after it.
    request.session.cycle_key()
    request.session[SHOWN] = factor_id
    onward = place_within(request, form.cleaned_data["next"])
    if not codes:
        return redirect(onward)
    shown = {"codes": [f"{code[:5]} {code[5:]}" for code in codes], "onward": onward}
    return not_kept(render(request, "accounts/recovery_codes.html", shown))


@require_POST
def reset_factor(request: Request, user_id: int) -> HttpResponse:
    """Take a lost factor away."""
    commands.reset_factor(actor=request.actor, user_id=user_id, at=timezone.now())
    say(
        request,
        _("The second factor is reset and the password ended. Another security administrator sets a new password."),
    )
    return redirect("accounts:account", user_id)


@require_POST
@public
@goes_on_while_paused
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    if request.actor.user_id is not None:
        commands.sign_out(actor=request.actor, at=timezone.now())
    auth.logout(request)
    return redirect(settings.LOGIN_URL)


@require_http_methods(["GET", "POST"])
@public
def activate(request: Request) -> HttpResponse:
    """Set the first password of one's account by the code on the printed slip."""
    form = ActivateForm(request.POST or None)
    if request.method == "GET":
        return render(request, "accounts/activate.html", {"form": form})
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = commands.activate(
                actor=request.actor,
                sign_in_name=given["sign_in_name"],
                code=given["code"],
                password=given["password"],
                telephone=given["telephone"],
                place=_place(request),
                at=timezone.now(),
            )
        except TooManyAttempts as refusal:
            beside(form, refusal)
            response = render(request, "accounts/activate.html", {"form": form}, status=429)
            response["Retry-After"] = str(refusal.retry_after)
            return response
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            if user is not None:
                say(request, _("Your account is active. Please sign in."))
                return redirect(settings.LOGIN_URL)
            form.add_error(
                None,
                _("Sign-in name or code is not right, or the code is used, replaced or too old. Ask for a new slip."),
            )
    return render(request, "accounts/activate.html", {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
def telephone(request: Request) -> HttpResponse:
    """Give or take away the telephone number by which one signs in."""
    form = TelephoneForm(request.POST or None, initial={"telephone": getattr(request.user, "telephone", "")})
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_telephone(actor=request.actor, telephone=form.cleaned_data["telephone"], at=timezone.now())
        except InvalidInput as refusal:
            beside(form, refusal)
        else:
            say(request, _("Kept."))
            return redirect("accounts:password")
    status = 200 if request.method == "GET" else 422
    return render(request, "accounts/telephone.html", {"form": form}, status=status)


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
@goes_on_while_paused
def switch_post(request: Request) -> HttpResponse:
    """Act in another of one's posts, under another session key: what the old post could do ends here."""
    held = request.frame.get("posts")
    chosen = request.POST.get("post", "")
    if not isinstance(held, list) or chosen not in {str(post.id) for post in held}:
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
    shown = {
        "found": found,
        "form": form,
        "end_form": EndForm(),
        "has_factor": queries.has_factor(actor=request.actor, user_id=user_id),
    }
    return render(request, "accounts/account.html", shown, status=status)


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


def _factor_page(
    request: Request,
    form: CodeForm,
    *,
    enrolled: bool = False,
    begun: bool = False,
    secret: bytes | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, object] = {"form": form, "enrolled": enrolled, "begun": begun or secret is not None}
    if secret is not None:
        square = segno.make(factors.address(secret, str(request.frame.get("sign_in_name", ""))), error="m")
        shown |= {"secret": factors.as_text(secret), "square": square.svg_data_uri(scale=5, border=4)}
    if enrolled:
        shown["codes_left"] = queries.recovery_codes_left(actor=request.actor)
    return render(request, "accounts/second_factor.html", shown, status=status)


def _place(request: Request) -> Place:
    address = caller_address(request)
    try:
        name, browser = signing.loads(request.COOKIES.get(BROWSER_COOKIE, ""), salt=BROWSER_SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError, TypeError):
        return Place(address=address)
    return Place(address=address, known_name=name, known_browser=browser)
