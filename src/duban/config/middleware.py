"""The one place where a request's transaction is opened, its actor loaded, and its refusal turned into an answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DataError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from psycopg_pool import PoolTimeout

from duban.access import queries as access
from duban.accounts import queries as accounts
from duban.accounts.views import SHOWN
from duban.audit import commands as audit
from duban.audit import named_lists
from duban.campaigns import queries as campaigns
from duban.config.roles import SECOND_FACTOR
from duban.kernel.authority import Actor
from duban.kernel.errors import Refused
from duban.portal import navigation
from duban.shell import drafts, http, posted, room
from duban.shell.requests import Request

NOBODY = Actor(user_id=None, name="")
View = Callable[..., HttpResponseBase]


class OneTransaction:
    """
    Runs each view in one transaction that first tells the database who asks.

    A view is closed to strangers unless it is marked as public (`is_public`); one marked `without_database`
    runs outside.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Request, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        request.frame = {}
        request.one_page_of = lambda _unit: ""
        request.actor = NOBODY
        if getattr(view, "without_database", False):
            return None
        try:
            with transaction.atomic():
                return self._answer(request, view, args, kwargs)
        except Refused as refusal:
            return http.refusal_page(request, refusal)
        except DataError:
            # What the database itself cannot keep, such as a NUL or a number beyond its range.
            return http.cannot_be_kept(request)
        except (OperationalError, PoolTimeout) as trouble:
            return http.paused(request) if room.is_disk_full(trouble) else http.unavailable(request)
        except OSError as trouble:
            # The transaction is undone, and a file that was not finished has no row.
            if room.is_disk_full(trouble):
                return http.paused(request)
            raise

    def _answer(self, request: Request, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
        now = timezone.now()
        user = request.user
        if user.is_authenticated and user.pk is not None:
            request.user_uuid = str(user.uuid)
            self._load_actor(request, user_id=user.pk, sign_in_name=user.sign_in_name, at=now)
        elif not getattr(view, "is_public", False):
            return _sign_in_first(request)
        if not _may_go_on(request, view):
            return _second_factor_first(request)
        if _is_foreign_form(request):
            return _refused_form()

        given = posted.given_id(request) if request.method == "POST" and request.actor.user_id is not None else None
        if given is None:
            response = _seen(request, view, args, kwargs, now)
            self._settle_draft(request, response)
            return response
        row, earlier = posted.earlier_answer(user_id=request.actor.user_id or 0, request_id=given, at=now)
        if earlier is not None:
            return earlier
        response = _seen(request, view, args, kwargs, now)
        self._settle_draft(request, response)
        if response.status_code < 400:
            posted.keep_answer(row=row, response=response)
        elif not transaction.get_rollback():
            row.delete()
        return response

    def _settle_draft(self, request: Request, response: HttpResponseBase) -> None:
        """What was sent and carried out need not be restored any more."""
        user_id = request.actor.user_id
        if request.method == "POST" and user_id is not None and response.status_code < 400 and not _is_rest(request):
            drafts.drop_sent(request, writer=drafts.Writer(user_id=user_id, post_id=request.actor.post_id or 0))

    def _load_actor(self, request: Request, *, user_id: int, sign_in_name: str, at: Any) -> None:
        standing = access.standing_of(actor=Actor.system("request"), user_id=user_id, at=at, is_announced=True)
        request.actor = access.actor_of(
            user_id=user_id, post_id=request.session.get("post"), at=at, request_id=request.id, standing=standing
        )
        request.needs_second_factor = _needs_second_factor(request, standing)
        if request.needs_second_factor:
            # Pages open to strangers are open, but with no more than a stranger may do.
            request.actor = replace(request.actor, scopes={})
        request.frame = {"sign_in_name": sign_in_name}
        if request.needs_second_factor or _is_rest(request):
            # A REST call names its campaign; of a frame it needs only what a page of refusal shows. And who has still to
            # show the second factor sees no menu.
            return
        campaign = campaigns.current_campaign(actor=request.actor, chosen=request.session.get("campaign"))
        today = timezone.localdate(at)
        request.frame = {
            "sign_in_name": sign_in_name,
            "posts": standing.posts,
            "campaign": campaign,
            "today": today,
            "elapsed": campaigns.elapsed_share(actor=request.actor, campaign=campaign, on=today) if campaign else None,
            "menu": SimpleLazyObject(lambda: navigation.menu(actor=request.actor, path=request.path)),
            "places": SimpleLazyObject(lambda: navigation.places(actor=request.actor)),
        }
        if campaign is not None:
            request.one_page_of = lambda unit: navigation.one_page_of(actor=request.actor, unit=unit)


def _is_rest(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _needs_second_factor(request: Request, standing: access.Standing) -> bool:
    """Whether a role held, in whichever post, asks for a second factor that this session has not shown."""
    if settings.SECOND_FACTOR != "required" or not any(grant[0] in SECOND_FACTOR for grant in standing.grants):
        return False
    shown = request.session.get(SHOWN)
    return not isinstance(shown, int) or not accounts.is_factor_of(actor=request.actor, factor_id=shown)


def _may_go_on(request: Request, view: View) -> bool:
    if not getattr(request, "needs_second_factor", False):
        return True
    return getattr(view, "is_public", False) or getattr(view, "is_before_second_factor", False)


def _second_factor_first(request: Request) -> HttpResponse:
    if _is_rest(request):
        return HttpResponse(
            '{"message": "Please show your second factor first."}', status=403, content_type="application/json"
        )
    address = reverse("accounts:second-factor")
    if request.htmx:
        return HttpResponseClientRedirect(address)
    if request.method != "GET" or request.path == "/":
        return redirect(address)
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


def _is_foreign_form(request: Request) -> bool:
    """Whether a writing REST call could have been sent by a form of another site, which can send anything but JSON."""
    return (
        _is_rest(request)
        and request.method not in {"GET", "HEAD", "OPTIONS"}
        and request.content_type != "application/json"
    )


def _refused_form() -> HttpResponse:
    return HttpResponse(
        '{"message": "Send Content-Type: application/json."}', status=415, content_type="application/json"
    )


def _sign_in_first(request: Request) -> HttpResponse:
    if _is_rest(request):
        return HttpResponse('{"message": "Please sign in first."}', status=401, content_type="application/json")
    if request.htmx:
        # The page around the fragment has to go, not the fragment.
        return HttpResponseClientRedirect(settings.LOGIN_URL)
    if request.method != "GET" or request.path == "/":
        return redirect(settings.LOGIN_URL)
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")


def _seen(
    request: Request, view: View, args: tuple[Any, ...], kwargs: dict[str, Any], at: datetime
) -> HttpResponseBase:
    """Run the view, and record the named lists that it read."""
    with named_lists.readings() as found:
        response = _rendered(view(request, *args, **kwargs))
    if not transaction.get_rollback():
        audit.record_readings(actor=request.actor, readings=found, address=request.path, at=at)
    return response


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    # A template that is rendered after the transaction would read outside it.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response
