"""Reading files. There is no address of a file alone: the record that owns it serves it after its own check."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duban.attachments.models import StoredFile
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound


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
