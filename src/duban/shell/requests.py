"""The request as our views receive it, and how a view says what it needs."""

import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.http import HttpRequest

from duban.kernel.authority import Actor, Placed

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

View = TypeVar("View", bound=Callable[..., object])


class Request(HttpRequest):
    """A request with what the outer layers added."""

    id: str
    actor: Actor
    # What the frame of the page shows: campaign, posts to switch to; filled by config.middleware.
    frame: dict[str, object]
    # Where a unit stands on one page: asked by pages that lie below that one; "" where this actor may not read it, or
    # where there is no campaign. Set by config.middleware.
    one_page_of: Callable[[Placed], str]
    user_uuid: str
    needs_second_factor: bool
    htmx: "HtmxDetails"


def public(view: View) -> View:
    """Let a view be opened without signing in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def goes_on_while_paused(view: View) -> View:
    """Let a view be posted to while a disk is nearly full: it writes next to nothing and people need it to read."""
    view.goes_on_while_paused = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: View) -> View:
    """Let a view be opened by somebody who still has to show the second factor."""
    view.is_before_second_factor = True  # type: ignore[attr-defined]
    return view


def without_database(view: View) -> View:
    """Run a view outside the transaction of the request: no actor, no frame."""
    view.without_database = True  # type: ignore[attr-defined]
    return view


def caller_address(request: HttpRequest) -> str:
    """
    Return the address from which somebody asks: the peer's, or where that is a trusted proxy, what it says of its own peer.

    Read from the right of X-Forwarded-For, past the proxies of DUBAN_TRUSTED_PROXIES: what stands further left, anybody
    may have written. A peer that is not trusted is believed nothing.
    """
    found = str(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
        if not _is_trusted_proxy(found):
            break
        try:
            found = str(_address(hop.strip()))
        except ValueError:
            break
    return found


def _is_trusted_proxy(address: str) -> bool:
    try:
        known = _address(address)
    except ValueError:
        return False
    return any(known in network for network in settings.TRUSTED_PROXIES)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    # A server that listens on IPv6 sees IPv4 peers as ::ffff:10.0.0.1.
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address
