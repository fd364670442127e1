"""
How often a password may be tried.

Failures are counted for a name *from a place*, and for a place; never for a name alone, because then anybody could
lock out anybody. A browser in which the name has signed in before is a place of its own: whoever sits at the same
address and tries passwords does not delay it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from duban.accounts.telephones import telephone_of

WINDOW = timedelta(minutes=15)
# Failures that cost nothing, for a name from a place and for a whole place (a county office has one address).
FREE_FOR_NAME = 5
FREE_FOR_PLACE = 60
# The wait doubles with each further failure, from this up to that many seconds.
SHORTEST = 2
LONGEST_FOR_NAME = 300
LONGEST_FOR_PLACE = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt comes from: the address, and the name and nonce that the browser keeps from an earlier sign-in."""

    address: str
    known_name: str = ""
    known_browser: str = ""

    def word_for(self, sign_in_name: str) -> str:
        """Return what failures of this name are counted under."""
        if self.known_browser and self.known_name == name_hash(sign_in_name):
            return place_hash(f"browser:{self.known_browser}")
        return place_hash(f"address:{self.address}")


def name_hash(sign_in_name: str) -> str:
    """Return the keyed hash of a name as typed; a telephone number is the same however it is spaced."""
    return _keyed(f"name:{telephone_of(sign_in_name) or sign_in_name.strip().lower()}")


def place_hash(place: str) -> str:
    """Return the keyed hash of a place: no address is kept."""
    return _keyed(f"place:{place}")


def seconds_to_wait(*, for_name: int, for_place: int, last: datetime | None, at: datetime) -> int:
    """Return how many seconds must pass before the next attempt counts, given the failures within the window."""
    if last is None:
        return 0
    wait = max(
        _delay(for_name - FREE_FOR_NAME, longest=LONGEST_FOR_NAME),
        _delay(for_place - FREE_FOR_PLACE, longest=LONGEST_FOR_PLACE),
    )
    left = (last + timedelta(seconds=wait) - at).total_seconds()
    return max(0, -int(-left // 1))


def _delay(beyond: int, *, longest: int) -> int:
    return 0 if beyond < 0 else min(longest, SHORTEST * 2 ** min(beyond, 10))


def _keyed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
