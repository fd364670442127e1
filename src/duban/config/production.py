"""What a real installation refuses at start."""

import ipaddress
import os

from django.conf import settings

from duban.accounts import queries as accounts
from duban.config import migrating
from duban.kernel.authority import Actor


def refusals(*, host: str) -> list[str]:
    """Return one sentence for each thing that belongs to a trial and not to real work; none means: start."""
    found: list[str] = []
    if not os.environ.get("DATABASE_URL"):
        return ["DATABASE_URL is not set: real work needs a database server."]
    if settings.DEBUG:
        found.append("DUBAN_DEBUG shows the inside of the program to strangers: unset it.")
    if settings.SECOND_FACTOR != "required":
        found.append(
            "DUBAN_SECOND_FACTOR=off belongs to a trial: unset it, so that offices and administrators show a code."
        )
    if not _is_loopback(host) and not settings.ORIGIN.startswith("https://"):
        found.append("Off loopback, plain http is refused: set DUBAN_ORIGIN to the https address that people use.")
    owner = migrating.refuse_owner()
    if owner:
        found.append(owner)
    if accounts.has_demonstration_accounts(actor=Actor.system("start")):
        found.append("This database holds the accounts of a demonstration city: use another database.")
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
