"""Reading files. There is no address of a file alone: the record that owns it serves it after its own check."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duban.attachments.models import StoredFile
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound

HASH = re.compile(r"[0-9a-f]{64}")
BATCH = 5000


def place_of(sha256: str) -> Path:
    """Return where the bytes with that hash lie."""
    return Path(settings.FILES) / sha256[:2] / sha256


def read_file(*, actor: Actor, stored_file: StoredFile) -> bytes:
    """
    Return the bytes of a file whose owning record this actor may see, as the caller has made sure.

    :raises NotFound: if the bytes are missing from the files folder or are no longer the ones received
    """
    try:
        content = place_of(stored_file.sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound(_("The file is missing from the files folder. Please tell the system administrator.")) from None
    if hashlib.sha256(content).hexdigest() != stored_file.sha256:
        raise NotFound(_("The file was damaged on disk. Please tell the system administrator."))
    return content


def unowned_files(*, actor: Actor, before: datetime) -> Iterator[Path]:
    """
    Yield what lies in the files folder, was last written or wanted before that moment, and has no row.

    A file is written before its row, so what an undone change left behind has none.
    """
    folder = Path(settings.FILES)
    old = (file for file in folder.glob("[0-9a-f][0-9a-f]/*") if _modified(file) < before.timestamp())
    while batch := list(islice(old, BATCH)):
        names = [file.name for file in batch if HASH.fullmatch(file.name)]
        owned = set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
        yield from (file for file in batch if file.name not in owned)


def count_unowned_files(*, actor: Actor, before: datetime) -> int:
    """Return how many files have had no row since before that moment."""
    return sum(1 for _file in unowned_files(actor=actor, before=before))


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
