"""
Addresses and secrets of robots as the database keeps them.

Enciphered under a key derived from the installation's secret key, so a copy of the database alone can speak in no group:
a pad made by a keyed hash from a random nonce, block by block, and a second key that seals it.
"""

import hashlib
import hmac
import secrets

from django.conf import settings

NONCE_BYTES = 16
SEAL_BYTES = 32


def encipher(text: str) -> bytes:
    """Return the text as the database keeps it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    hidden = nonce + _mixed(text.encode(), nonce)
    return hidden + _keyed("seal", hidden)


def decipher(kept: bytes) -> str | None:
    """Return the text, or None if it was not enciphered with this installation's key."""
    hidden, seal = kept[:-SEAL_BYTES], kept[-SEAL_BYTES:]
    if not hmac.compare_digest(_keyed("seal", hidden), seal):
        return None
    return _mixed(hidden[NONCE_BYTES:], hidden[:NONCE_BYTES]).decode()


def fingerprint(text: str) -> str:
    """Return the keyed hash by which the same address is known again."""
    return _keyed("fingerprint", text.encode()).hex()


def _mixed(text: bytes, nonce: bytes) -> bytes:
    blocks = range(0, len(text), SEAL_BYTES)
    pad = b"".join(_keyed("pad", nonce + start.to_bytes(4, "big")) for start in blocks)
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))


def _keyed(use: str, content: bytes) -> bytes:
    key = hmac.new(settings.SECRET_KEY.encode(), f"duban.notices:{use}".encode(), hashlib.sha256).digest()
    return hmac.new(key, content, hashlib.sha256).digest()
