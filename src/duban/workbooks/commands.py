"""Remembering what somebody said about a ledger; whoever takes the file in records it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.workbooks.columns import Column
from duban.workbooks.models import ColumnMapping


def remember_mapping(
    *,
    actor: Actor,
    unit_id: int,
    table: str,
    described: Mapping[str, object],
    mapping: Mapping[str, str],
    columns: Sequence[Column],
    at: datetime,
) -> dict[str, str]:
    """
    Remember for a unit which titles of a ledger are which of our columns; the caller has asked whether the actor may.

    `described` is what reading the file told of its header. Returns what was kept: columns without a title are left out.

    :raises InvalidInput: if a column that is needed has no title, a title is used twice, or is not one of the file
    """
    raw = described.get("titles")
    titles = {str(one["title"]) for one in raw} if isinstance(raw, list) else set()
    kept = {column.key: mapping[column.key] for column in columns if mapping.get(column.key)}
    missing = [column.titles[0] for column in columns if column.required and column.key not in kept]
    if missing:
        raise InvalidInput(_("Please say which column of the file is: %(names)s.") % {"names": "、".join(missing)})
    if len(set(kept.values())) != len(kept):
        raise InvalidInput(_("A column of the file can be one of ours only. Please choose each once."))
    if not set(kept.values()) <= titles:
        raise InvalidInput(_("A column chosen is not in the file. Please reload the page and choose again."))
    ColumnMapping.objects.update_or_create(
        unit_id=unit_id,
        table=table,
        fingerprint=str(described.get("fingerprint", "")),
        defaults={"mapping": kept, "said_by": actor.user_id, "said_at": at},
    )
    return kept
