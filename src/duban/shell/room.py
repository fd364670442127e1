"""Room on the disks: one place that knows whether writing must pause, and what a full disk looks like as an error."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

# disk_full: PostgreSQL could not make a file longer.
DISK_FULL = "53100"
# No room, no room left to this account, no file may be longer.
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PAUSED = _("The disk is full, so nothing can be taken in just now. Reading goes on; nothing was lost.")


def free_bytes() -> dict[str, int]:
    """Return how much is free on the disk of each watched folder, by what the folder is for."""
    return {name: shutil.disk_usage(_existing(folder)).free for name, folder in _watched()}


def is_short() -> bool:
    """Return whether some disk has less room than the setting wants, so that writing pauses."""
    return any(free < settings.MINIMUM_FREE_BYTES for free in free_bytes().values())


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether an error means that a disk is full, ours or the database server's."""
    while error is not None:
        if getattr(error, "sqlstate", None) == DISK_FULL:
            return True
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            return True
        error = error.__cause__
    return False


def _watched() -> Iterator[tuple[str, Path]]:
    yield "home", Path(settings.HOME)
    yield "files", Path(settings.FILES)
    yield "temporary", Path(tempfile.gettempdir())
    for number, folder in enumerate(settings.WATCHED_FOLDERS, start=1):
        yield f"watched-{number}", Path(folder)


def _existing(folder: Path) -> Path:
    # Before the first file there is no folder of files yet; its disk is that of the folder above.
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())
