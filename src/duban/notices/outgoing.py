"""
The only way out: a post over TLS to a host of the list, at a public address, without redirects and proxies.

The name is looked up once and the connection goes to the address that was checked, so a name that changes its mind
between two look-ups leads nowhere else (R: forged requests through us).
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import InvalidInput
from duban.notices.robots import MANNERS

SECONDS = 5.0
MOST_ANSWER_BYTES = 65_536


class UnreachableError(Exception):
    """The other side could not be reached; the message says why, without the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def check_address(*, kind: str, address: str) -> str:
    """
    Return the address without blanks around it.

    :raises InvalidInput: if it is not that of such a robot on a host of the list
    """
    address = address.strip()
    if _refused(kind, address):
        sentence = _("This is not the address of such a robot. It begins with https:// and one of: %(hosts)s.") % {
            "hosts": "、".join(settings.ROBOT_HOSTS) or _("(none is allowed here)")
        }
        raise InvalidInput(sentence, fields={"address": sentence})
    return address


def hint_of(address: str) -> str:
    """Return what may be shown of an address: its host and the last four characters."""
    return f"{urlsplit(address).hostname} …{address[-4:]}"


def post(*, kind: str, address: str, body: bytes) -> Answer:
    """
    Post `body` as JSON.

    :raises UnreachableError: if the host is not of the list any more, not public, or does not answer in time
    """
    if _refused(kind, address):
        raise UnreachableError("host not allowed")
    parts = urlsplit(address)
    connection = _connection(parts)
    try:
        connection.request(
            "POST",
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            body=body,
            headers={"Content-Type": "application/json; charset=utf-8", "Connection": "close"},
        )
        response = connection.getresponse()
        return Answer(response.status, response.read(MOST_ANSWER_BYTES))
    except (OSError, http.client.HTTPException) as trouble:
        raise UnreachableError(type(trouble).__name__) from None
    finally:
        connection.close()


def _refused(kind: str, address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return True
    if not parts.path.startswith(MANNERS[kind].path) or not address.isascii() or len(address) > 500:
        return True
    if any(sign.isspace() or not sign.isprintable() for sign in address) or parts.fragment or "@" in parts.netloc:
        return True
    if _is_loopback(parts):
        return False
    return parts.scheme != "https" or port not in {None, 443} or parts.hostname not in settings.ROBOT_HOSTS


def _is_loopback(parts: SplitResult) -> bool:
    """Whether it is the server of a test; nowhere else is there such a setting."""
    return bool(settings.ROBOT_LOOPBACK) and (parts.scheme, parts.netloc) == ("http", settings.ROBOT_LOOPBACK)


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if _is_loopback(parts):
        return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    return _Pinned(host, public_address(host))


def public_address(host: str) -> str:
    """
    Return a public address of a host.

    :raises UnreachableError: if it has none, or any that is not public
    """
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as trouble:
        raise UnreachableError(type(trouble).__name__) from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise UnreachableError("address not public")
    return addresses[0]


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was looked up and checked, whose certificate must be that of the host."""

    def __init__(self, host: str, address: str) -> None:
        self._address = address
        self._tls = ssl.create_default_context()
        super().__init__(host, 443, timeout=SECONDS, context=self._tls)

    def connect(self) -> None:
        plain = socket.create_connection((self._address, 443), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
