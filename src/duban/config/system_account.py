"""Who PostgreSQL runs as: itself it refuses to run as root, so root lends it a system account."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "duban"
# Where no account can be made (a read-only /etc): the usual owner of a PostgreSQL, then the one with no rights.
SPARE_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system account by its numbers."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"uid {self.uid}"


def account_for(*, data: Path, progress: Callable[[str], None]) -> Account | None:
    """
    Return the account to run PostgreSQL as, None where we are not root and it runs as ourselves.

    An existing data folder decides by its owner; otherwise the account `duban` is used, and made where it is missing.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(uid=owner.st_uid, gid=owner.st_gid)
    found = _find(ACCOUNT) or _make(progress)
    for name in SPARE_ACCOUNTS:
        found = found or _find(name)
    # `nobody` exists everywhere by number, even where no file names it.
    return found or Account(uid=65534, gid=65534)


def open_the_way(*, to: Path, account: Account, progress: Callable[[str], None]) -> None:
    """Let the account pass through every folder above `to`: search permission (o+x) only, never reading; says which."""
    for folder in reversed(to.resolve().parents):
        if not _may_search(folder.stat(), account):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
            progress(f"Added search permission (o+x) to {folder}, so that the account {account.name} can reach {to}.")


def _may_search(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid) if entry.pw_uid != 0 else None


def _make(progress: Callable[[str], None]) -> Account | None:
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        return None
    made = subprocess.run(
        [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
        capture_output=True,
        check=False,
    )
    if made.returncode == 0:
        progress(f"Made the system account {ACCOUNT}: PostgreSQL does not run as root.")
    return _find(ACCOUNT)
