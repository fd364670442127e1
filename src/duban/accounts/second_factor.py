"""
One-time passwords by time (RFC 6238 with SHA-1, 6 digits, 30 seconds, as every authenticator app reads them).

The secret is kept enciphered under a key derived from the installation's secret key: a copy of the database alone opens
nothing. It is at most one block of the keyed hash, so a pad made by that hash from a random nonce enciphers it, and a
second key seals it.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings

SECONDS = 30
DIGITS = 6
# One step before and after, for clocks that differ.
DRIFT = 1
SECRET_BYTES = 20
NONCE_BYTES = 16
RECOVERY_CODES = 10
# Without letters and digits that are mistaken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the one-time password of a step of time (RFC 4226, 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number: int = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(at: datetime) -> int:
    """Return the step of time of a moment."""
    return int(at.timestamp()) // SECONDS


def matching_step(secret: bytes, code: str, *, at: datetime) -> int | None:
    """Return the step near the moment whose one-time password this is, the latest first, or None."""
    now = step_of(at)
    given = code.encode()
    for step in range(now + DRIFT, now - DRIFT - 1, -1):
        if hmac.compare_digest(code_at(secret, step).encode(), given):
            return step
    return None


def new_secret() -> bytes:
    """Return a new secret of 160 bits."""
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """Return the secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, sign_in_name: str) -> str:
    """Return the address that an app reads from the square."""
    given = urlencode({"secret": base64.b32encode(secret).decode(), "issuer": "Duban"})
    return f"otpauth://totp/Duban:{quote(sign_in_name)}?{given}"


def encipher(secret: bytes) -> bytes:
    """Return the secret as the database keeps it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    hidden = nonce + _mixed(secret, nonce)
    return hidden + _seal(hidden)


def decipher(kept: bytes) -> bytes | None:
    """Return the secret, or None if it was not enciphered with this installation's key."""
    hidden, seal = kept[: NONCE_BYTES + SECRET_BYTES], kept[NONCE_BYTES + SECRET_BYTES :]
    if not hmac.compare_digest(_seal(hidden), seal):
        return None
    return _mixed(hidden[NONCE_BYTES:], hidden[:NONCE_BYTES])


def new_recovery_codes() -> list[str]:
    """Return ten codes of some 49 bits each, for the day the telephone is lost."""
    return ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Return the keyed hash under which a recovery code is kept."""
    return hmac.new(_key("recovery"), code.encode(), hashlib.sha256).hexdigest()


def _mixed(text: bytes, nonce: bytes) -> bytes:
    pad = hmac.new(_key("pad"), nonce, hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))


def _seal(hidden: bytes) -> bytes:
    return hmac.new(_key("seal"), hidden, hashlib.sha256).digest()


def _key(use: str) -> bytes:
    return hmac.new(
        settings.SECRET_KEY.encode(), f"duban.accounts.second_factor:{use}".encode(), hashlib.sha256
    ).digest()
