"""Keeping files: first the bytes, safely on disk, then the row that names them."""

import hashlib
import os
import tempfile
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from pathlib import PurePath

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from duban.attachments.media_types import MARKUP, PROGRAM, media_type_of, name_fits
from duban.attachments.models import StoredFile
from duban.attachments.queries import place_of, unowned_files
from duban.audit import commands as audit
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput

LONGEST_NAME = 200


@transaction.atomic
def store_file(
    *, actor: Actor, name: str, content: bytes, at: datetime, accepted: Collection[str] | None = None
) -> StoredFile:
    """
    Keep a file as it was received; the caller has decided that this actor may add it to the owning record.

    `accepted` limits the media types, which are read from the bytes. Equal bytes lie on disk once, under their hash.

    :raises InvalidInput: for an empty or too large file, a program, a web page, or content that its name denies
    """
    shown = plain_name(name)
    media_type = _checked(name=shown, content=content, accepted=accepted)
    sha256 = hashlib.sha256(content).hexdigest()
    # Until the row stands, nobody may take the bytes away as unowned.
    _hold(sha256)
    _keep(sha256, content)

    stored = StoredFile.objects.create(
        name=shown, size=len(content), sha256=sha256, media_type=media_type, stored_by=actor.user_id, stored_at=at
    )
    audit.record(
        actor=actor,
        verb="file.store",
        object_kind="stored_file",
        object_id=stored.pk,
        unit_id=actor.unit_id,
        at=at,
        payload={"name": shown, "size": len(content), "sha256": sha256, "media_type": media_type},
    )
    return stored


def remove_unowned_files(*, actor: Actor, before: datetime, most: int) -> int:
    """Remove at most so many files that have had no row since before that moment; return how many."""
    removed = 0
    for file in islice(unowned_files(actor=actor, before=before), most):
        with transaction.atomic():
            _hold(file.name)
            # Somebody may have sent the same bytes meanwhile.
            if not StoredFile.objects.filter(sha256=file.name).exists():
                file.unlink(missing_ok=True)
                removed += 1
    return removed


def plain_name(name: str) -> str:
    """Return the last part of a file name without control characters, at most 200 characters, its ending kept."""
    last = PurePath(name.replace("\\", "/")).name
    shown = "".join(char for char in last if char.isprintable()).strip() or "file"
    if len(shown) <= LONGEST_NAME:
        return shown
    ending = PurePath(shown).suffix[:10]
    return shown[: LONGEST_NAME - len(ending)] + ending


def _checked(*, name: str, content: bytes, accepted: Collection[str] | None) -> str:
    if not content:
        raise InvalidInput(_("The file is empty."))
    if len(content) > settings.MAXIMUM_UPLOAD_BYTES:
        raise InvalidInput(
            _("The file is larger than %(most)d MB. Please divide it.")
            % {"most": settings.MAXIMUM_UPLOAD_BYTES // (1024 * 1024)}
        )
    media_type = media_type_of(content)
    if media_type in {PROGRAM, MARKUP}:
        raise InvalidInput(_("Programs and web pages are not kept here. Please send a document, a table or a picture."))
    if not name_fits(name, media_type):
        raise InvalidInput(
            _("The content of the file is not what its name says. Open it, save it again and send that.")
        )
    if accepted is not None and media_type not in accepted:
        raise InvalidInput(_("Files of this kind are not accepted here."))
    return media_type


def _hold(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"file:{sha256}"])


def _keep(sha256: str, content: bytes) -> None:
    place = place_of(sha256)
    if place.exists() and place.stat().st_size == len(content):
        # Wanted again: the time after which it may go without a row begins anew.
        os.utime(place)
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, waiting = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, place)
    except BaseException:
        os.unlink(waiting)
        raise
    # The new name lies in the folder, so the folder has to reach the disk as well.
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
