"""Secrets that this program makes for itself: one file each, readable by its owner only, never in the database."""

import os
import secrets
from pathlib import Path


def read_secret(*, home: Path, name: str) -> str:
    """Return a secret of the home folder; raises FileNotFoundError."""
    return _file(home, name).read_text().strip()


def read_or_make_secret(*, home: Path, name: str) -> str:
    """Return a secret of the home folder, made from 32 random bytes where there is none yet."""
    file = _file(home, name)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # Exclusive: of two first starts at once, both use the secret of the first.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret(home=home, name=name)
    with open(descriptor, "w") as new:
        new.write(secrets.token_urlsafe(32))
    return read_secret(home=home, name=name)


def _file(home: Path, name: str) -> Path:
    return home / "secrets" / name
